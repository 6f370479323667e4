import type { Point } from '../../src-shared/geometry.ts';
import type { UserAction } from '../keys/action.ts';
import { changeView } from './view-settings.ts';
import { actualSizeAt, type View, type ViewerStage, zoomAt } from './viewport.ts';

/** What zooming by key or button works on: the middle of the stage stays where it is. */
export interface ZoomContext {
  /** Null while the image or the screen has no size. */
  readonly stage: ViewerStage | null;
}

const STEP = 1.35;

export const zoomIn: UserAction<ZoomContext> = {
  id: 'viewer.zoom-in',
  scope: 'review',
  keys: ['+', '='],
  run: ({ stage }) => aboutMiddle(stage, (view, on, middle) => zoomAt(view, on, middle, STEP)),
};

export const zoomOut: UserAction<ZoomContext> = {
  id: 'viewer.zoom-out',
  scope: 'review',
  keys: ['-'],
  run: ({ stage }) => aboutMiddle(stage, (view, on, middle) => zoomAt(view, on, middle, 1 / STEP)),
};

export const fit: UserAction<ZoomContext> = {
  id: 'viewer.fit',
  scope: 'review',
  keys: ['F'],
  run: () => changeView(() => ({ kind: 'fit' })),
};

export const actualSize: UserAction<ZoomContext> = {
  id: 'viewer.actual-size',
  scope: 'review',
  keys: ['Ctrl+='],
  run: ({ stage }) => aboutMiddle(stage, actualSizeAt),
};

export const ZOOM_ACTIONS: readonly UserAction<ZoomContext>[] = [fit, actualSize, zoomIn, zoomOut];

function aboutMiddle(
  stage: ViewerStage | null,
  change: (view: View, on: ViewerStage, middle: Point) => View,
): void {
  if (!stage) return;
  const middle = { x: stage.screen.width / 2, y: stage.screen.height / 2 };
  changeView((view) => change(view, stage, middle));
}
