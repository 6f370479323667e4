import { ActionIcon, Kbd, Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ActionId } from '../keys/actions.ts';
import { keysOf } from '../keys/bindings.ts';
import { useSession } from '../state/session.ts';
import classes from './viewer.module.css';

/** The keys of an action, as the tooltip shows them. */
export function KeyHint({ action }: { readonly action: ActionId }) {
  const bindings = useSession((session) => session.bindings);
  const [key] = keysOf(action, bindings);
  return key ? (
    <Kbd size="xs" className={classes.key}>
      {key}
    </Kbd>
  ) : null;
}

/** A button with an icon; its name and key are in the tooltip. */
export function ActionButton({
  action,
  label,
  icon,
  active,
  disabled = false,
  side = 'bottom',
  expanded,
  onClick,
}: {
  readonly action?: ActionId;
  /** Instead of the action's own name. */
  readonly label?: string;
  readonly icon: ReactNode;
  /** For a button that is on or off. */
  readonly active?: boolean;
  readonly disabled?: boolean;
  readonly side?: 'bottom' | 'right' | 'top';
  /** For a button that opens a panel: while it is open, the panel and not the tooltip is to be seen. */
  readonly expanded?: boolean;
  onClick(): void;
}) {
  const { t } = useTranslation();
  const name = label ?? (action ? t(`actions.${action}`) : '');
  return (
    <Tooltip
      position={side}
      disabled={expanded === true}
      label={
        <span className={classes.tip}>
          {name}
          {action && <KeyHint action={action} />}
        </span>
      }
    >
      <ActionIcon
        variant={active ? 'filled' : 'subtle'}
        color={active ? 'blue' : 'gray'}
        size={30}
        aria-label={name}
        {...(active !== undefined && { 'aria-pressed': active })}
        {...(expanded !== undefined && { 'aria-expanded': expanded })}
        disabled={disabled}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}
