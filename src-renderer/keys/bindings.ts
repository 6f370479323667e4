import type { AnyAction } from './action.ts';

/** Keys that users chose themselves, by action id. */
export type OwnKeys = Readonly<Record<string, string>>;

/** Keys of an action: the user's own if there is one, else the defaults. */
export function keysOf({ id, keys }: AnyAction, own: OwnKeys): readonly string[] {
  const mine = own[id];
  return mine === undefined ? keys : mine === '' ? [] : [mine];
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
export function actionFor<A extends AnyAction>(
  chord: string,
  actions: readonly A[],
  own: OwnKeys,
): A | undefined {
  return actions.find((action) => keysOf(action, own).includes(chord));
}

/** Actions that share a key within a scope (`app` is everywhere): what rebinding must not cause. */
export function conflicts(
  actions: readonly AnyAction[],
  own: OwnKeys,
): (readonly [AnyAction, AnyAction, string])[] {
  return actions.flatMap((a, index) =>
    actions
      .slice(index + 1)
      .filter(({ scope }) => scope === a.scope || scope === 'app' || a.scope === 'app')
      .flatMap((b) =>
        keysOf(a, own)
          .filter((key) => keysOf(b, own).includes(key))
          .map((key) => [a, b, key] as const),
      ),
  );
}
