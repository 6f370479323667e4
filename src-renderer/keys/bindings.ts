import { ACTIONS, type ActionId } from './actions.ts';

/** Keys of an action: the user's own if there is one, else the defaults. */
export function keysOf(action: ActionId, own: Readonly<Record<string, string>>): readonly string[] {
  const mine = own[action];
  return mine === undefined ? ACTIONS[action].keys : mine === '' ? [] : [mine];
}

/** The key combination of an event in our notation, for example `Ctrl+Shift+Z`; null while only modifiers are down. */
export function chordOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string | null {
  if (['Control', 'Shift', 'Alt', 'Meta'].includes(event.key)) return null;
  const key = event.key === ' ' ? 'Space' : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  // Shift is part of the character in `?` and `+`, and says something of its own with letters and named keys.
  const shiftCounts = event.shiftKey && (/^[A-Z]$/.test(key) || key.length > 1);
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${shiftCounts ? 'Shift+' : ''}${key}`;
}

/** The first of `actions` that the key combination means. */
export function actionFor(
  chord: string,
  actions: readonly ActionId[],
  own: Readonly<Record<string, string>>,
): ActionId | undefined {
  return actions.find((action) => keysOf(action, own).includes(chord));
}

/** Actions that share a key within a scope (`app` is everywhere): what rebinding must not cause. */
export function conflicts(own: Readonly<Record<string, string>>): (readonly [ActionId, ActionId, string])[] {
  const ids = Object.keys(ACTIONS) as ActionId[];
  return ids.flatMap((a, index) =>
    ids
      .slice(index + 1)
      .filter((b) => meet(a, b))
      .flatMap((b) =>
        keysOf(a, own)
          .filter((key) => keysOf(b, own).includes(key))
          .map((key) => [a, b, key] as const),
      ),
  );
}

function meet(a: ActionId, b: ActionId): boolean {
  const [left, right] = [ACTIONS[a].scope, ACTIONS[b].scope];
  return left === right || left === 'app' || right === 'app';
}
