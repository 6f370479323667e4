import { Button, Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import { plainText } from '../i18n/plain-text.ts';
import { HUMAN_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './crossing-panel.module.css';
import { timeOf } from './dates.ts';
import type { VerdictValues } from './undo-stack.ts';

interface CrossingPanelProps {
  /** The other inspector's verdict, which came first. */
  readonly theirs: VerdictEntry;
  /** What was to be stored. */
  readonly mine: VerdictValues;
  /** Why theirs must stand; null: it need not. */
  readonly why: string | null;
  onKeep(): void;
  onTakeTheirs(): void;
}

/** Two inspectors judged an image at the same time: both verdicts, and the choice between them. */
export function CrossingPanel({ theirs, mine, why, onKeep, onTakeTheirs }: CrossingPanelProps) {
  const { t } = useTranslation('review');
  const name = plainText(theirs.inspector);
  return (
    <div role="alert" className={classes.panel} data-testid="crossing">
      <Text size="sm" fw={600}>
        {t('crossing.title', { name })}
      </Text>
      <dl className={classes.verdicts}>
        <dt>
          <bdi>{name}</bdi>, {timeOf(theirs.createdAt)}
        </dt>
        <dd>
          <Said values={theirs} />
        </dd>
        <dt>{t('crossing.you')}</dt>
        <dd>
          <Said values={mine} />
        </dd>
      </dl>
      {why && <Text size="xs">{why}</Text>}
      <Group gap={6}>
        <Button size="xs" variant="default" disabled={why !== null} onClick={onKeep}>
          {t('crossing.keep')}
        </Button>
        <Button size="xs" variant="default" onClick={onTakeTheirs}>
          {t('crossing.take', { name })}
        </Button>
      </Group>
    </div>
  );
}

function Said({ values }: { readonly values: VerdictValues }) {
  const { t } = useTranslation(['review', 'app']);
  const { verdict, defectClass, severity, overturnReason, comment } = values;
  if (verdict === 'withdrawn') return t('edit.withdraw');
  const Icon = HUMAN_ICONS[verdict];
  const facts = [
    defectClass,
    severity && t(`severity.${severity}`),
    overturnReason && t('history.reason', { reason: overturnReason }),
    comment,
  ].filter(Boolean);
  return (
    <>
      <Icon size={16} stroke={2} className={verdictClass(verdict)} />
      <strong>{t(`app:verdict.${verdict}`)}</strong>
      {facts.length > 0 && <span className={classes.facts}>{plainText(facts.join(' · '))}</span>}
    </>
  );
}
