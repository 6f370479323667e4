import type { Box } from '../../src-shared/geometry.ts';
import type { Region } from '../../src-shared/result.ts';
import type { UserAction } from '../keys/action.ts';
import type { PointerStore } from './pointer-state.ts';
import { BRUSH, changeView, useViewSettings } from './view-settings.ts';
import type { Tool, ViewerProps } from './viewer-props.ts';
import { revealed, type ViewerStage } from './viewport.ts';

/** What tools and the selection of regions work on. */
export interface ToolContext
  extends Pick<ViewerProps, 'tool' | 'onTool' | 'candidate' | 'onPrompts' | 'onSelectRegion'> {
  readonly stage: ViewerStage | null;
  readonly pointer: PointerStore;
  readonly regions: readonly Region[];
  readonly selectedRegion: number | null;
  /** The region whose masks are on show: one that is pointed at, else the one selected. */
  readonly shownRegion: number | null;
}

/** Chooses a tool; if it is chosen already, puts it away. */
export const TAKE_TOOL: Readonly<Record<Exclude<Tool, 'pan'>, UserAction<ToolContext>>> = {
  'point-positive': takeTool('point-positive', 'Q'),
  'point-negative': takeTool('point-negative', 'E'),
  box: takeTool('box', 'B'),
  polygon: takeTool('polygon', 'O'),
  rectangle: takeTool('rectangle', 'L'),
  brush: takeTool('brush', 'K'),
  eraser: takeTool('eraser', 'J'),
  ruler: takeTool('ruler', 'I'),
};

function takeTool(id: Exclude<Tool, 'pan'>, key: string): UserAction<ToolContext> {
  return {
    id: `tool.${id}`,
    scope: 'review',
    keys: [key],
    run: ({ tool, onTool }) => onTool(tool === id ? 'pan' : id),
  };
}

/** A press changes the brush by this factor. */
const BRUSH_STEP = 1.2;

const smallerBrush: UserAction<object> = {
  id: 'tool.brush-smaller',
  scope: 'review',
  keys: ['['],
  run: () => resizeBrush(1 / BRUSH_STEP),
};

const largerBrush: UserAction<object> = {
  id: 'tool.brush-larger',
  scope: 'review',
  keys: [']'],
  run: () => resizeBrush(BRUSH_STEP),
};

function resizeBrush(factor: number): void {
  const { brush, set } = useViewSettings.getState();
  set({ brush: Math.round(Math.min(Math.max(brush * factor, BRUSH.min), BRUSH.max)) });
}

/** Selects the next region and brings it into sight. */
export const nextRegion: UserAction<
  Pick<ToolContext, 'stage' | 'regions' | 'selectedRegion' | 'onSelectRegion'>
> = {
  id: 'tool.next-region',
  scope: 'review',
  keys: ['.'],
  run: ({ stage, regions, selectedRegion, onSelectRegion }) => {
    const present = regions.findIndex(({ index }) => index === selectedRegion);
    const next = regions[(present + 1) % regions.length];
    if (next) onSelectRegion(next.index);
    reveal(stage, next?.box);
  },
};

/** Moves the view to a box that is out of sight: whoever chooses a region by key or in the list wants to see it. */
export function reveal(stage: ViewerStage | null, box: Box | undefined): void {
  if (box && stage) changeView((view) => revealed(view, stage, box));
}

const nextLevel: UserAction<ToolContext> = {
  id: 'tool.next-level',
  scope: 'review',
  keys: [','],
  run: ({ pointer, regions, shownRegion }) => {
    const levels = regions.find(({ index }) => index === shownRegion)?.levels ?? [];
    const order = [null, ...levels.map(({ level }) => level)];
    const present = order.indexOf(pointer.getState().level);
    pointer.setState({ level: order[(present + 1) % order.length] ?? null });
  },
};

export const TOOL_ACTIONS: readonly UserAction<ToolContext>[] = [
  ...Object.values(TAKE_TOOL),
  smallerBrush,
  largerBrush,
  nextRegion,
  nextLevel,
];
