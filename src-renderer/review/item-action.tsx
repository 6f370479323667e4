import { ActionIcon } from '@mantine/core';
import type { Icon } from '../ui/verdict-icons.tsx';

/** A small button beside an item of a list. */
export function ItemAction({
  label,
  title,
  why,
  icon: Icon,
  pressed,
  onClick,
}: {
  /** Names the item as well. */
  readonly label: string;
  readonly title: string;
  /** Why it may not be done; null: it may. */
  readonly why: string | null;
  readonly icon: Icon;
  /** For one that is on or off. */
  readonly pressed?: boolean;
  onClick(): void;
}) {
  return (
    <ActionIcon
      title={why ?? title}
      disabled={why !== null}
      {...(why !== null && { 'aria-description': why })}
      variant={pressed ? 'light' : 'subtle'}
      color={pressed ? 'violet' : 'gray'}
      size={24}
      {...(pressed !== undefined && { 'aria-pressed': pressed })}
      aria-label={label}
      onClick={onClick}
    >
      <Icon size={15} />
    </ActionIcon>
  );
}
