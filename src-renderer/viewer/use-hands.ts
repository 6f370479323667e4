import { type RefObject, useEffect, useRef } from 'react';
import { createHands, type Hands, type PointerContext, placeIn } from './hands.ts';

/** The hands on an element's canvas. */
export function useHands(context: PointerContext, element: RefObject<HTMLElement | null>): Hands {
  const latest = useRef(context);
  latest.current = context;
  const hands = useRef<ReturnType<typeof createHands>>(null);
  hands.current ??= createHands(() => latest.current);
  const { prompts, imageId } = context;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image ends what was begun on this one
  useEffect(() => hands.current!.drop(), [imageId]);
  useEffect(() => hands.current!.takePrompts(prompts), [prompts]);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    // React's own listener is passive and could not keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      hands.current!.wheel(placeIn(target, event), event);
    };
    target.addEventListener('wheel', wheel, { passive: false });
    return () => target.removeEventListener('wheel', wheel);
  }, [element]);
  return hands.current;
}
