import type { texts } from '../i18n/index.ts';

/** Actions by the names of their texts: one without a text is a compiler error. */
export type ActionId = keyof (typeof texts)['en']['app']['actions'];

/** Where an action's keys mean it: on one screen, or everywhere. */
export const SCOPES = [
  'app',
  'batches',
  'review',
  'dashboard',
  'lots',
  'reports',
  'references',
  'models',
  'audit',
] as const;

/**
 * Something that a user can do: by key, by a button, and listed in the dialog of shortcuts, all from this one object.
 * `C` is what it works on; the component that offers it says what that is at the moment.
 *
 * `keys` are the defaults, in the notation of KeyboardEvent: modifiers `Ctrl+`, `Shift+`, `Alt+` in this order (Ctrl
 * means Cmd on a Mac), then `event.key`, letters in upper case. They are those that inspectors know from their other
 * tools (Cognex, CVAT, X-AnyLabeling). A user's own key is kept by `id`.
 */
export interface UserAction<C> {
  readonly id: ActionId;
  readonly scope: (typeof SCOPES)[number];
  readonly keys: readonly string[];
  /** While false its button is disabled and its keys do nothing. */
  isEnabled?(context: C): boolean;
  run(context: C): void;
  /** For what lasts as long as its key is held: the key came up, or the window lost the focus meanwhile. */
  end?(context: C): void;
}

/** An action whatever it works on: for those who list actions and run none. */
export type AnyAction = UserAction<never>;

export function isEnabled<C>(action: UserAction<C>, context: C): boolean {
  return action.isEnabled?.(context) ?? true;
}
