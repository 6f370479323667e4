import type { ActionHandlers } from '../keys/use-actions.ts';
import { useActions } from '../keys/use-actions.ts';
import type { ZoomActions } from './status-bar.tsx';
import { BRUSH, type LayerId, useViewSettings } from './view-settings.ts';
import type { Tool } from './viewer-props.ts';

const TOOLS = ['point-positive', 'point-negative', 'box', 'polygon', 'rectangle', 'brush', 'eraser'] as const;
const TOGGLED = ['coarse', 'final', 'prompts', 'mask', 'truth', 'annotations'] as const satisfies LayerId[];

/** A press of `[` or `]` changes the brush by this factor. */
const BRUSH_STEP = 1.2;

/** The viewer's keys that can be bound. */
export function useViewerActions({
  zoom,
  tool,
  onTool,
  onBare,
  onStep,
  onReset,
  onNextRegion,
  onNextLevel,
}: {
  readonly zoom: ZoomActions;
  readonly tool: Tool;
  onTool(tool: Tool): void;
  onBare(bare: boolean): void;
  onStep(): void;
  onReset(): void;
  onNextRegion(): void;
  onNextLevel(): void;
}): void {
  const settings = useViewSettings.getState;
  const resize = (factor: number) => {
    const { brush, set } = settings();
    set({ brush: Math.round(Math.min(Math.max(brush * factor, BRUSH.min), BRUSH.max)) });
  };
  const handlers: ActionHandlers = {
    'viewer.bare': { begin: () => onBare(true), end: () => onBare(false) },
    'viewer.fit': zoom.fit,
    'viewer.actual-size': zoom.actualSize,
    'viewer.zoom-in': zoom.zoomIn,
    'viewer.zoom-out': zoom.zoomOut,
    'viewer.compare': () => settings().set({ compare: !settings().compare }),
    'viewer.steps': onStep,
    'viewer.reset': onReset,
    'tool.brush-smaller': () => resize(1 / BRUSH_STEP),
    'tool.brush-larger': () => resize(BRUSH_STEP),
    'tool.next-region': onNextRegion,
    'tool.next-level': onNextLevel,
  };
  for (const id of TOGGLED) {
    handlers[`viewer.${id}`] = () => settings().setLayer(id, { visible: !settings().layers[id].visible });
  }
  for (const id of TOOLS) handlers[`tool.${id}`] = () => onTool(tool === id ? 'pan' : id);
  useActions(handlers);
}
