import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { VerdictEntry } from '../../src-shared/verdict.ts';
import { when } from './dates.ts';
import classes from './history-list.module.css';

/** Every verdict that was ever given, newest first: who, when, what it was and what it became. */
export function HistoryList({ verdicts }: { readonly verdicts: readonly VerdictEntry[] }) {
  const { t } = useTranslation(['review', 'app']);
  if (verdicts.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('history.none')}
      </Text>
    );
  }
  const word = (entry: VerdictEntry | undefined) =>
    !entry || entry.verdict === 'withdrawn' ? t('history.no-verdict') : t(`app:verdict.${entry.verdict}`);
  return (
    <ol className={classes.list}>
      {verdicts.toReversed().map((entry, index) => {
        const before = verdicts[verdicts.length - index - 2];
        const facts = [
          entry.defectClass,
          entry.severity && t(`severity.${entry.severity}`),
          entry.overturnReason && t('history.reason', { reason: entry.overturnReason }),
          entry.comment,
        ].filter(Boolean);
        return (
          <li key={entry.id}>
            <div>
              {word(before)} → <strong>{word(entry)}</strong>
            </div>
            {facts.length > 0 && <div className={classes.facts}>{facts.join(' · ')}</div>}
            <div className={classes.who}>
              <bdi>{entry.inspector}</bdi>, {when(entry.createdAt)}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
