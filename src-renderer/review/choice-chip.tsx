import { UnstyledButton } from '@mantine/core';
import classes from './choice-chip.module.css';

/** A small button for one of several words to choose from, with the digit that chooses it. */
export function ChoiceChip({
  name,
  digit,
  ...button
}: {
  readonly name: string;
  readonly digit?: number;
  /** For one that stays chosen. */
  readonly 'aria-pressed'?: boolean;
  readonly disabled?: boolean;
  readonly title?: string;
  onClick(): void;
}) {
  return (
    <UnstyledButton className={classes.chip} {...button}>
      {digit !== undefined && <span className={classes.digit}>{digit}</span>}
      <span className={classes.name}>{name}</span>
    </UnstyledButton>
  );
}
