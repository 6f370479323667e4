import { useEffect, useRef } from 'react';
import type { Interaction } from './interaction.ts';
import type { PointerStore } from './pointer-state.ts';
import { changeView } from './view-settings.ts';
import type { Tool } from './viewer-props.ts';
import { panBy, type ViewerStage } from './viewport.ts';

/** CSS pixels that an arrow key moves the cursor; with Shift, and what it moves the image. */
const STEP = 2;
const LEAP = 24;
const PAN = 64;

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface EditingContext {
  readonly stage: ViewerStage | null;
  readonly tool: Tool;
  readonly pointer: PointerStore;
  readonly interaction: Interaction;
  /** Holds the canvas; has the focus while arrow keys move what is on it. */
  readonly element: HTMLElement | null;
}

/**
 * Keys that edit what is being drawn, as they do in any text: Enter ends, Backspace and Delete take back; on the focused
 * canvas the arrows move a cross and Enter presses there. They come before the keys of the screen.
 */
export function useEditingKeys(context: EditingContext): void {
  const latest = useRef(context);
  latest.current = context;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !isOurs(event.target, latest.current.element))
        return;
      if (!handle(event, latest.current)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', listen, true);
    return () => window.removeEventListener('keydown', listen, true);
  }, []);
}

function isOurs(target: EventTarget | null, element: HTMLElement | null): boolean {
  return target === element || target === document.body;
}

function handle(
  event: KeyboardEvent,
  { stage, tool, pointer, interaction, element }: EditingContext,
): boolean {
  const { drawing, byKeyboard } = pointer.getState();
  const isFocused = event.target === element;
  const direction = DIRECTIONS[event.key];
  if (direction && isFocused && stage) {
    const [x, y] = direction;
    if (tool !== 'pan') {
      const by = event.shiftKey ? LEAP : STEP;
      interaction.nudge(x * by, y * by);
      return true;
    }
    if (!event.shiftKey) return false;
    changeView((view) => panBy(view, stage, -x * PAN, -y * PAN));
    return true;
  }
  if (event.key === 'Enter' && isFocused && byKeyboard && tool !== 'pan') {
    interaction.press(event.shiftKey);
    return true;
  }
  if (event.key === 'Enter' && drawing) {
    interaction.finish();
    return true;
  }
  return (event.key === 'Backspace' || event.key === 'Delete') && interaction.removeLast();
}
