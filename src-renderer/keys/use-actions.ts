import { useEffect, useRef } from 'react';
import { useSession } from '../state/session.ts';
import type { ActionId } from './actions.ts';
import { actionFor, chordOf } from './bindings.ts';

/** `end` is called when the key of a hold action comes up, or the window loses the focus meanwhile. */
export type ActionHandlers = Partial<Record<ActionId, (() => void) | { begin(): void; end(): void }>>;

/**
 * Answers the keys of these actions while the component is on screen. Keys typed into a field belong to the field,
 * except combinations with Ctrl and Escape; keys in an open dialog belong to the dialog.
 */
export function useActions(handlers: ActionHandlers, enabled = true): void {
  const latest = useRef(handlers);
  latest.current = handlers;
  useEffect(() => {
    if (!enabled) return;
    const held = new Map<string, () => void>();
    const down = (event: KeyboardEvent) => {
      const chord = chordOf(event);
      if (chord === null || event.defaultPrevented || isForField(event) || isInDialog(event)) return;
      const ids = Object.keys(latest.current) as ActionId[];
      const action = actionFor(chord, ids, useSession.getState().bindings);
      const handler = action && latest.current[action];
      if (!handler) return;
      event.preventDefault();
      if (typeof handler === 'function') handler();
      else if (!event.repeat) {
        handler.begin();
        held.set(event.code, () => handler.end());
      }
    };
    const release = (code: string) => {
      held.get(code)?.();
      held.delete(code);
    };
    const up = (event: KeyboardEvent) => release(event.code);
    const blur = () => [...held.keys()].forEach(release);
    window.addEventListener('keydown', down);
    window.addEventListener('keyup', up);
    window.addEventListener('blur', blur);
    return () => {
      blur();
      window.removeEventListener('keydown', down);
      window.removeEventListener('keyup', up);
      window.removeEventListener('blur', blur);
    };
  }, [enabled]);
}

function isForField(event: KeyboardEvent): boolean {
  const target = event.target as HTMLElement | null;
  if (!target?.closest) return false;
  const isField = target.closest(
    'input:not([type=checkbox],[type=radio],[type=range]), textarea, select, [contenteditable=true]',
  );
  if (isField) return !(event.ctrlKey || event.metaKey || event.key === 'Escape') || isEditing(event);
  // Buttons and links keep Enter and Space for keyboard users; sliders and tabs their arrows.
  if (event.key === 'Enter' || event.key === ' ')
    return target.closest('button, a, [role=button], [role=option]') !== null;
  return (
    event.key.startsWith('Arrow') &&
    target.closest('[role=slider], [role=tablist], [role=listbox], [role=menu], input') !== null
  );
}

/** Undo, redo and the clipboard within a text. */
function isEditing(event: KeyboardEvent): boolean {
  return (event.ctrlKey || event.metaKey) && /^[zyxcva]$/i.test(event.key);
}

function isInDialog(event: KeyboardEvent): boolean {
  const dialog = document.querySelector('[role=dialog], [role=alertdialog]');
  return (
    dialog !== null &&
    event.target instanceof Node &&
    (dialog.contains(event.target) || event.target === document.body)
  );
}
