import { useEffect } from 'react';
import { create } from 'zustand';
import type { PointerStore } from './pointer-state.ts';

/** Which of two images side by side: the one under review, or the other run's. */
export type ViewerSide = 'reviewed' | 'other';

/** Where the pointer is over one of two images, in image pixels. */
interface ShownPlace {
  readonly imageId: number;
  readonly side: ViewerSide;
  readonly x: number;
  readonly y: number;
}

/** The place that is pointed at on one side, to be shown on the other; null: none. */
export const useShownPlace = create<{ readonly place: ShownPlace | null }>()(() => ({ place: null }));

/** Tells the other side where the pointer is, as long as there is another side. */
export function useTellPlace(pointer: PointerStore, side: ViewerSide, isWanted = true): void {
  useEffect(() => {
    if (!isWanted) return;
    const leave = () => useShownPlace.setState(({ place }) => (place?.side === side ? { place: null } : {}));
    const end = pointer.subscribe(({ imageId, position }) => {
      if (position) useShownPlace.setState({ place: { imageId, side, x: position.x, y: position.y } });
      else leave();
    });
    return () => {
      end();
      leave();
    };
  }, [pointer, side, isWanted]);
}
