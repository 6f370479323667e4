import { Button } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { isEnabled } from '../keys/action.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './studies.module.css';
import { JUDGE, type StudyContext, takeVerdictBack } from './study-actions.ts';

const VERDICTS = ['accept', 'reject', 'uncertain'] as const;

/** What can be said of the image that is shown. */
export function StudyAnswers({ context }: { readonly context: StudyContext }) {
  const { t } = useTranslation(['studies', 'app', 'viewer']);
  return (
    <fieldset className={classes.answers} aria-label={t('answers')}>
      {VERDICTS.map((verdict) => {
        const Icon = HUMAN_ICONS[verdict];
        return (
          <Button
            key={verdict}
            variant="default"
            size="md"
            leftSection={<Icon size={20} className={verdictClass(verdict)} />}
            rightSection={<KeyHint action={JUDGE[verdict]} hidden />}
            disabled={!isEnabled(JUDGE[verdict], context)}
            title={context.canJudge ? undefined : t('viewer:changed-study')}
            onClick={() => JUDGE[verdict].run(context)}
          >
            {t(`app:verdict.${verdict}`)}
          </Button>
        );
      })}
      <Button
        variant="subtle"
        size="md"
        leftSection={<IconArrowBackUp size={18} />}
        rightSection={<KeyHint action={takeVerdictBack} hidden />}
        disabled={!isEnabled(takeVerdictBack, context)}
        onClick={() => takeVerdictBack.run(context)}
      >
        {t('undo')}
      </Button>
    </fieldset>
  );
}
