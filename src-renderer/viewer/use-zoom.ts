import { useMemo } from 'react';
import type { Point } from '../../src-shared/result.ts';
import type { ZoomActions } from './status-bar.tsx';
import { changeView } from './view-settings.ts';
import { actualSizeAt, type View, type ViewerStage, zoomAt } from './viewport.ts';

const ZOOM_STEP = 1.35;

/** The zoom of buttons and keys: about the middle of the screen. */
export function useZoom(stage: ViewerStage | null): ZoomActions {
  return useMemo(() => {
    const about = (change: (view: View, on: ViewerStage, middle: Point) => View) => () => {
      if (!stage) return;
      const middle = { x: stage.screen.width / 2, y: stage.screen.height / 2 };
      changeView((view) => change(view, stage, middle));
    };
    return {
      zoomIn: about((view, on, middle) => zoomAt(view, on, middle, ZOOM_STEP)),
      zoomOut: about((view, on, middle) => zoomAt(view, on, middle, 1 / ZOOM_STEP)),
      fit: () => changeView(() => ({ kind: 'fit' })),
      actualSize: about(actualSizeAt),
    };
  }, [stage]);
}
