const NONE: readonly never[] = [];
const nothing = () => {};

/** Pointer and keys where nothing can be selected or drawn. */
export const LOOKING_ONLY = {
  tool: 'pan',
  regions: NONE,
  annotations: NONE,
  selectedRegion: null,
  selectedAnnotation: null,
  prompts: null,
  scoreAt: () => null,
  onPrompts: nothing,
  onDrawn: nothing,
  onSelectRegion: nothing,
  onSelectAnnotation: nothing,
} as const;

/** A scene in which nothing is pointed at, stepped through or edited. */
export const NOTHING_AT_HAND = {
  annotations: NONE,
  step: null,
  candidate: null,
  editable: null,
  selectedRegion: null,
  selectedAnnotation: null,
} as const;
