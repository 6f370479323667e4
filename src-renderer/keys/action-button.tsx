import { ActionIcon, Tooltip, type TooltipProps } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type AnyAction, isEnabled, type UserAction } from './action.ts';
import classes from './action-button.module.css';
import { KeyHint } from './key-hint.tsx';

interface IconButtonProps {
  readonly label: string;
  readonly icon: ReactNode;
  /** The action whose key the tooltip shows. */
  readonly hint?: AnyAction;
  /** For a button that is on or off. */
  readonly active?: boolean;
  readonly disabled?: boolean;
  readonly side?: 'bottom' | 'right' | 'top';
  /** For a button that opens a panel: while it is open, the panel and not the tooltip is to be seen. */
  readonly expanded?: boolean;
  onClick(): void;
}

/** A button with an icon; its name and key are in the tooltip. */
export function IconButton(props: IconButtonProps) {
  const { label, icon, hint, active, disabled = false, side = 'bottom', expanded, onClick } = props;
  return (
    <ActionTooltip position={side} disabled={expanded === true} text={label} action={hint}>
      <ActionIcon
        variant={active ? 'filled' : 'subtle'}
        color={active ? 'blue' : 'gray'}
        size={30}
        aria-label={label}
        {...(active !== undefined && { 'aria-pressed': active })}
        {...(expanded !== undefined && { 'aria-expanded': expanded })}
        disabled={disabled}
        onClick={onClick}
      >
        {icon}
      </ActionIcon>
    </ActionTooltip>
  );
}

interface ActionButtonProps<C> extends Pick<IconButtonProps, 'icon' | 'active' | 'disabled' | 'side'> {
  readonly action: UserAction<C>;
  readonly context: C;
}

/** The button of an action. */
export function ActionButton<C>({ action, context, disabled = false, ...rest }: ActionButtonProps<C>) {
  const { t } = useTranslation();
  return (
    <IconButton
      {...rest}
      label={t(`actions.${action.id}`)}
      hint={action}
      disabled={disabled || !isEnabled(action, context)}
      onClick={() => action.run(context)}
    />
  );
}

/** A tooltip that shows the key of an action beside the text. */
export function ActionTooltip({
  text,
  action,
  ...rest
}: Omit<TooltipProps, 'label'> & { readonly text: string; readonly action?: AnyAction | undefined }) {
  const label = (
    <span className={classes.tip}>
      {text}
      {action && <KeyHint action={action} />}
    </span>
  );
  return <Tooltip {...rest} label={label} />;
}
