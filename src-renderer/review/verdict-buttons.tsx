import { UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UserAction } from '../keys/action.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import { GIVE_VERDICT, type ReviewContext } from './review-actions.ts';
import classes from './verdict-buttons.module.css';

const VERDICTS = ['accept', 'reject', 'uncertain'] as const;

/** The three verdicts, the one that was given or chosen pressed. */
export function VerdictButtons({
  chosen,
  disabled,
  onAction,
}: {
  readonly chosen: string | null;
  readonly disabled: boolean;
  onAction(action: UserAction<ReviewContext>): void;
}) {
  const { t } = useTranslation(['review', 'app']);
  return (
    <fieldset className={classes.verdicts} disabled={disabled}>
      <legend className={classes.legend}>{t('verdict.legend')}</legend>
      {VERDICTS.map((verdict) => {
        const Icon = HUMAN_ICONS[verdict];
        return (
          <UnstyledButton
            key={verdict}
            className={classes.verdict}
            aria-pressed={chosen === verdict}
            data-verdict={verdict}
            onClick={() => onAction(GIVE_VERDICT[verdict])}
          >
            <Icon size={18} stroke={2} className={verdictClass(verdict)} />
            <span>{t(`app:verdict.${verdict}`)}</span>
            <KeyHint action={GIVE_VERDICT[verdict]} className={classes.key} hidden />
          </UnstyledButton>
        );
      })}
    </fieldset>
  );
}
