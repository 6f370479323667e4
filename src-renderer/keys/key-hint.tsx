import { Kbd } from '@mantine/core';
import { useSession } from '../state/session.ts';
import type { AnyAction } from './action.ts';
import { keysOf } from './bindings.ts';
import classes from './key-hint.module.css';

/** The first key of an action as it is bound now; empty for none. */
export function useKey(action: AnyAction): string {
  const bindings = useSession((session) => session.bindings);
  return keysOf(action, bindings)[0] ?? '';
}

/** The key of an action, beside what it does. `hidden`: not part of the name of the button that it stands in. */
export function KeyHint({
  action,
  className,
  hidden = false,
}: {
  readonly action: AnyAction;
  readonly className?: string | undefined;
  readonly hidden?: boolean;
}) {
  const key = useKey(action);
  return key ? (
    <Kbd size="xs" aria-hidden={hidden || undefined} className={className ?? classes.key}>
      {key === 'Ctrl+Enter' ? 'Ctrl ⏎' : key}
    </Kbd>
  ) : null;
}
