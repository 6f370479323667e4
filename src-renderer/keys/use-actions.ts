import { useCallback, useEffect, useRef } from 'react';
import { useSession } from '../state/session.ts';
import { isEnabled, type UserAction } from './action.ts';
import { actionFor, chordOf } from './bindings.ts';

/**
 * Answers the keys of these actions while the component is on screen. Keys typed into a field belong to the field,
 * except combinations with Ctrl and Escape; keys in an open dialog belong to the dialog.
 * @param context what the actions work on at the moment
 * @returns runs an action on what is true then, for buttons; always the same function
 */
export function useActions<C>(
  actions: readonly UserAction<C>[],
  context: C,
  enabled = true,
): (action: UserAction<C>) => void {
  const latest = useRef({ actions, context });
  latest.current = { actions, context };
  useEffect(() => {
    if (!enabled) return;
    const held = new Map<string, () => void>();
    const down = (event: KeyboardEvent) => {
      const chord = chordOf(event);
      if (chord === null || event.defaultPrevented || isForField(event) || isInDialog(event)) return;
      const { actions, context } = latest.current;
      const possible = actions.filter((action) => isEnabled(action, context));
      const action = actionFor(chord, possible, useSession.getState().bindings);
      if (!action) return;
      event.preventDefault();
      if (action.end && event.repeat) return;
      action.run(context);
      if (action.end) held.set(event.code, () => action.end?.(latest.current.context));
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
  return useCallback((action) => action.run(latest.current.context), []);
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
