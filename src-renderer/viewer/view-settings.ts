import { useMemo } from 'react';
import { create } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import type { Opinion } from '../../src-shared/opinion.ts';
import { type View, type ViewerStage, type Viewport, viewportOf } from './viewport.ts';

/** Maps of one opinion alone: only results with second opinions have them. */
export const OPINION_MAPS = ['language', 'consensus', 'references'] as const satisfies readonly Opinion[];

/** Score maps: one at a time, since two heat maps over each other say nothing. */
const MAPS = ['coarse', ...OPINION_MAPS, 'final'] as const;
export type MapId = (typeof MAPS)[number];

/** What can be laid over the image, from the bottom to the top. */
export const LAYERS = [...MAPS, 'area', 'truth', 'mask', 'below-limit', 'prompts', 'annotations'] as const;
export type LayerId = (typeof LAYERS)[number];

export interface LayerSetting {
  readonly visible: boolean;
  /** 0..1. */
  readonly opacity: number;
}

export type LayerSettings = Readonly<Record<LayerId, LayerSetting>>;

export const BRUSH = { min: 4, max: 240 } as const;
export const ADJUSTMENT = { min: 0.25, max: 3 } as const;

/** How the inspector looks at images: stays as it is from one image to the next. */
interface ViewSettings {
  readonly view: View;
  /** Factors; 1 leaves the picture as it is. */
  readonly brightness: number;
  readonly contrast: number;
  readonly layers: LayerSettings;
  /** Left of the divider the bare image, right of it with everything over it. */
  readonly compare: boolean;
  /** Where the divider is, 0..1 of the screen's width. */
  readonly divider: number;
  readonly navigator: boolean;
  /** Nothing but the image, as long as a key is held. */
  readonly bare: boolean;
  /** Diameter in CSS pixels: zooming in makes the brush finer. */
  readonly brush: number;
  set(changes: Partial<Omit<ViewSettings, 'set' | 'setLayer'>>): void;
  setLayer(id: LayerId, changes: Partial<LayerSetting>): void;
}

export const useViewSettings = create<ViewSettings>()((set) => ({
  view: { kind: 'fit' },
  brightness: 1,
  contrast: 1,
  layers: {
    coarse: { visible: true, opacity: 0.7 },
    language: { visible: false, opacity: 0.7 },
    consensus: { visible: false, opacity: 0.7 },
    references: { visible: false, opacity: 0.7 },
    final: { visible: false, opacity: 0.7 },
    area: { visible: true, opacity: 1 },
    truth: { visible: false, opacity: 0.8 },
    mask: { visible: true, opacity: 1 },
    'below-limit': { visible: true, opacity: 1 },
    prompts: { visible: false, opacity: 1 },
    annotations: { visible: true, opacity: 1 },
  },
  compare: false,
  divider: 0.5,
  navigator: true,
  bare: false,
  brush: 28,
  set: (changes) => set(changes),
  setLayer: (id, changes) => set(({ layers }) => ({ layers: withLayer(layers, id, changes) })),
}));

/** Looks at the image otherwise. */
export function changeView(change: (view: View) => View): void {
  const { view, set } = useViewSettings.getState();
  const next = change(view);
  if (next !== view) set({ view: next });
}

/** The present view on a stage; for those who need it once. */
export function currentViewport(stage: ViewerStage): Viewport {
  return viewportOf(useViewSettings.getState().view, stage);
}

/** One map hides the others; one that is hidden leaves none, also where it stood in for another. */
function withLayer(layers: LayerSettings, id: LayerId, changes: Partial<LayerSetting>): LayerSettings {
  const hidden = isMap(id) && changes.visible !== undefined ? MAPS : [];
  return {
    ...layers,
    ...Object.fromEntries(hidden.map((other) => [other, { ...layers[other], visible: false }])),
    [id]: { ...layers[id], ...changes },
  };
}

function isMap(id: LayerId): id is MapId {
  return MAPS.some((map) => map === id);
}

/** The map on show; null: none. */
export function shownMap(layers: LayerSettings): MapId | null {
  return MAPS.find((id) => layers[id].visible) ?? null;
}

/**
 * The layers of a result that has only some opinions: instead of the map of one that it lacks, the coarse one is shown.
 * Settings last from image to image, and one without this opinion would be bare.
 */
export function withoutLacking(layers: LayerSettings, opinions: readonly Opinion[]): LayerSettings {
  const lacking = OPINION_MAPS.find((id) => layers[id].visible && !opinions.includes(id));
  if (lacking === undefined) return layers;
  return {
    ...layers,
    [lacking]: { ...layers[lacking], visible: false },
    coarse: { ...layers.coarse, visible: true },
  };
}

/**
 * Some of the settings; renders again only when one of them changes. The view changes with every movement, so whoever
 * does not need it must not listen to it.
 */
export function useSettings<K extends keyof ViewSettings>(...keys: readonly K[]): Pick<ViewSettings, K> {
  return useViewSettings(
    useShallow(
      (settings) => Object.fromEntries(keys.map((key) => [key, settings[key]])) as Pick<ViewSettings, K>,
    ),
  );
}

/** The present view on a stage; for those who must follow every movement. */
export function useViewport(stage: ViewerStage): Viewport {
  const view = useViewSettings((settings) => settings.view);
  return useMemo(() => viewportOf(view, stage), [view, stage]);
}
