import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { ReportRecord } from '../../src-shared/report.ts';
import { plainText } from '../i18n/plain-text.ts';
import { LongList } from '../ui/long-list.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './reports.module.css';

/** What is other in a revision than in the one before it. */
export function ChangesList({ report }: { readonly report: ReportRecord }) {
  const { t } = useTranslation('reports');
  const format = useFormat();
  const { changes, changeCount } = report;
  if (changes === null) return null;
  if (changeCount === 0) return <Text size="sm">{t('changes.none')}</Text>;
  const value = (text: string | null) => (text === null ? t('changes.not-there') : plainText(text) || '–');
  return (
    <div className={classes.changes} data-testid="report-changes">
      <LongList
        items={changes}
        render={({ path, before, after }) => (
          <Text size="sm">
            <span className={classes.path}>{plainText(path)}</span>:{' '}
            {before === null ? value(before) : <del>{value(before)}</del>} → <ins>{value(after)}</ins>
          </Text>
        )}
      />
      {changeCount > changes.length && (
        <Text size="sm">
          {t('changes.more', {
            count: changeCount - changes.length,
            number: format.count(changeCount - changes.length),
          })}
        </Text>
      )}
    </div>
  );
}
