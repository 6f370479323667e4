import { useMemo } from 'react';
import type { Point } from '../../src-shared/result.ts';
import type { ZoomActions } from './status-bar.tsx';
import { useViewSettings } from './view-settings.ts';
import { actualSizeAt, type Stage, type View, zoomAt } from './viewport.ts';

const ZOOM_STEP = 1.35;

/** The zoom of buttons and keys: about the middle of the screen. */
export function useZoom(stage: Stage | null): ZoomActions {
  return useMemo(() => {
    const { getState } = useViewSettings;
    const about = (change: (view: View, on: Stage, middle: Point) => View) => () => {
      if (!stage) return;
      const middle = { x: stage.screen.width / 2, y: stage.screen.height / 2 };
      getState().set({ view: change(getState().view, stage, middle) });
    };
    return {
      zoomIn: about((view, on, middle) => zoomAt(view, on, middle, ZOOM_STEP)),
      zoomOut: about((view, on, middle) => zoomAt(view, on, middle, 1 / ZOOM_STEP)),
      fit: () => getState().set({ view: { kind: 'fit' } }),
      actualSize: about(actualSizeAt),
    };
  }, [stage]);
}
