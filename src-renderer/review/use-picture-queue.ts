import { useCallback, useEffect, useRef, useState } from 'react';
import { PictureQueue } from './picture-queue.ts';
import { ScrollPace } from './scroll-pace.ts';

/** Pictures that load at a time: the six that a browser fetches from one address, and the next six right behind. */
const AT_ONCE = 12;
/** Milliseconds without a scroll event after which the list is at rest. */
const REST = 80;

/** The pictures of a list that scrolls. `moved` goes to its scroll events. */
export function usePictureQueue() {
  const [pictures] = useState(() => new PictureQueue(AT_ONCE));
  const [pace] = useState(() => new ScrollPace());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const frame = useRef(0);
  const stop = useCallback(() => {
    clearTimeout(timer.current);
    cancelAnimationFrame(frame.current);
  }, []);
  useEffect(() => stop, [stop]);
  const moved = useCallback(
    ({ scrollTop, clientHeight }: Element) => {
      stop();
      pictures.hold(pace.moved(scrollTop, clientHeight, performance.now()));
      timer.current = setTimeout(() => {
        // Scroll events that a busy page has not heard of yet come before its next frame.
        frame.current = requestAnimationFrame(() => {
          pace.rest();
          pictures.hold(false);
        });
      }, REST);
    },
    [pictures, pace, stop],
  );
  return { pictures, moved };
}
