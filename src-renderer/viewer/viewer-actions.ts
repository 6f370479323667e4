import type { OpinionScore } from '../../src-shared/opinion.ts';
import type { UserAction } from '../keys/action.ts';
import type { PointerStore } from './pointer-state.ts';
import { TOOL_ACTIONS, type ToolContext } from './tool-actions.ts';
import { type LayerId, type LayerSettings, OPINION_MAPS, useViewSettings } from './view-settings.ts';
import { ZOOM_ACTIONS, type ZoomContext } from './zoom-actions.ts';

/** What showing and hiding layers works on. */
export interface LayerContext {
  /** As they were chosen, as far as the result has them. */
  readonly layers: LayerSettings;
  /** Opinions that the result has; none: language alone was asked. */
  readonly opinions: readonly OpinionScore[];
}

/** What the viewer's actions work on. */
export interface ViewerContext extends ZoomContext, ToolContext, LayerContext {
  readonly pointer: PointerStore;
  /** The scene of the step-through; null: it is closed. */
  readonly step: number | null;
  /** Whether there is a result to step through. */
  readonly hasResult: boolean;
  showStep(step: number | null): void;
  showBare(bare: boolean): void;
  clearSelection(): void;
}

const bareImage: UserAction<ViewerContext> = {
  id: 'viewer.bare',
  scope: 'review',
  keys: ['Space'],
  run: ({ showBare }) => showBare(true),
  end: ({ showBare }) => showBare(false),
};

/** Shows or hides a layer. */
export const LAYER_ACTIONS: Readonly<Record<LayerId, UserAction<LayerContext>>> = {
  coarse: layerAction('coarse', 'C'),
  language: layerAction('language', 'Shift+L'),
  consensus: layerAction('consensus', 'Shift+B'),
  references: layerAction('references', 'Shift+R'),
  final: layerAction('final', 'H'),
  prompts: layerAction('prompts', 'P'),
  mask: layerAction('mask', 'M'),
  'below-limit': layerAction('below-limit', 'Shift+M'),
  area: layerAction('area', 'Shift+O'),
  truth: layerAction('truth', 'T'),
  annotations: layerAction('annotations', 'N'),
};

function layerAction(layer: LayerId, key: string): UserAction<LayerContext> {
  const needed = OPINION_MAPS.find((opinion) => opinion === layer);
  return {
    id: `viewer.${layer}`,
    scope: 'review',
    keys: [key],
    isEnabled: ({ opinions }) => needed === undefined || opinions.some(({ opinion }) => opinion === needed),
    run: ({ layers }) => useViewSettings.getState().setLayer(layer, { visible: !layers[layer].visible }),
  };
}

export const compareSides: UserAction<object> = {
  id: 'viewer.compare',
  scope: 'review',
  keys: ['S'],
  run: () => {
    const { compare, set } = useViewSettings.getState();
    set({ compare: !compare });
  },
};

export const stepThrough: UserAction<Pick<ViewerContext, 'step' | 'hasResult' | 'showStep'>> = {
  id: 'viewer.steps',
  scope: 'review',
  keys: ['V'],
  isEnabled: ({ step, hasResult }) => step !== null || hasResult,
  run: ({ step, showStep }) => showStep(step === null ? 0 : null),
};

/** Puts away what was begun last: the step-through, a drawing, prompts and tool, else the selection. */
export const reset: UserAction<ViewerContext> = {
  id: 'viewer.reset',
  scope: 'review',
  keys: ['Escape'],
  run: ({ step, showStep, pointer, tool, candidate, onPrompts, onTool, clearSelection }) => {
    if (step !== null) showStep(null);
    else if (pointer.getState().drawing) pointer.setState({ drawing: null });
    else if (tool !== 'pan' || candidate) {
      if (candidate) onPrompts(null);
      onTool('pan');
    } else clearSelection();
  },
};

export const VIEWER_ACTIONS: readonly UserAction<ViewerContext>[] = [
  bareImage,
  ...ZOOM_ACTIONS,
  ...Object.values(LAYER_ACTIONS),
  compareSides,
  stepThrough,
  reset,
  ...TOOL_ACTIONS,
];
