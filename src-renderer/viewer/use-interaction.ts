import { type RefObject, useEffect, useRef, useState } from 'react';
import { Interaction, placeIn } from './interaction.ts';
import type { InteractionContext } from './interaction-context.ts';

/** Pointer and keyboard on an element's canvas. */
export function useInteraction(
  context: InteractionContext,
  element: RefObject<HTMLElement | null>,
): Interaction {
  const latest = useRef(context);
  latest.current = context;
  const [interaction] = useState(() => new Interaction(() => latest.current));
  const { prompts, imageId } = context;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another image ends what was begun on this one
  useEffect(() => interaction.drop(), [interaction, imageId]);
  useEffect(() => interaction.takePrompts(prompts), [interaction, prompts]);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    // React's own listener is passive and could not keep the page from scrolling.
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      interaction.wheel(placeIn(target, event), event);
    };
    target.addEventListener('wheel', wheel, { passive: false });
    return () => target.removeEventListener('wheel', wheel);
  }, [interaction, element]);
  return interaction;
}
