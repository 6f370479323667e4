import { Alert, Button, CloseButton, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { countEndings, endingsText } from '../../src-shared/endings.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { LongList } from '../ui/long-list.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './batches.module.css';
import { type FinishedImport, useImports } from './imports.ts';

/** How the import into a batch goes, and what came of it. */
export function ImportPanel({ batchId }: { readonly batchId: number }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const job = useImports(({ jobs }) => jobs.get(batchId));
  const dismiss = useImports((imports) => imports.dismiss);
  if (!job) return null;
  const close = <CloseButton aria-label={t('app:close')} size="sm" onClick={() => dismiss(batchId)} />;
  if (job.state === 'failed') {
    return (
      <Alert
        color="red"
        title={t('import.failed')}
        withCloseButton
        closeButtonLabel={t('app:close')}
        onClose={() => dismiss(batchId)}
      >
        <FailureDetails failure={job.error} />
      </Alert>
    );
  }
  // What is missing is said by the batch itself, as long as it is.
  if (job.state === 'cancelled') return null;
  return (
    <Paper withBorder p="md" data-testid="import">
      <Group justify="space-between" wrap="nowrap" mb={6}>
        <Title order={3} size="sm">
          {t(job.state === 'finished' ? 'import.finished' : 'import.title')}
        </Title>
        {job.state === 'finished' ? (
          close
        ) : (
          <Button variant="default" size="compact-sm" onClick={job.cancel}>
            {t('app:cancel')}
          </Button>
        )}
      </Group>
      {job.state === 'finished' ? (
        <Summary {...job.summary} />
      ) : (
        <Stack gap={6}>
          <Progress
            value={job.state === 'listing' ? 100 : (100 * job.done) / Math.max(1, job.total)}
            animated
            aria-label={t('import.title')}
          />
          <Text size="sm" c="dimmed" aria-live="polite">
            {job.state === 'listing'
              ? t('import.listing')
              : t('import.progress', { done: format.count(job.done), total: format.count(job.total) })}
          </Text>
        </Stack>
      )}
    </Paper>
  );
}

type Counted =
  | 'added'
  | 'unchanged'
  | 'changed'
  | 'unread'
  | 'vanished'
  | 'duplicates'
  | 'unreadable'
  | 'passed-over';

function Summary(summary: FinishedImport) {
  const { added, unchanged, changed, unread, vanished, duplicates, unreadable, passedOver, truthFolders } =
    summary;
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const line = (text: Counted, value: number) =>
    t(`import.${text}`, { count: value, number: format.count(value) });
  return (
    <Stack gap="sm">
      <Text size="sm">
        {[
          line('added', added),
          ...(unchanged > 0 ? [line('unchanged', unchanged)] : []),
          ...(changed.length > 0 ? [line('changed', changed.length)] : []),
          ...(unread.length > 0 ? [line('unread', unread.length)] : []),
          ...(vanished.length > 0 ? [line('vanished', vanished.length)] : []),
          ...(passedOver.length > 0 ? [line('passed-over', passedOver.length)] : []),
        ].join(' · ')}
      </Text>
      {added + unchanged + changed.length + unread.length === 0 && unreadable.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('import.no-images')}
        </Text>
      )}
      {changed.length > 0 && (
        <Section title={t('import.changed-files')} about={t('import.about-changed')}>
          <PathList paths={changed} />
        </Section>
      )}
      {unread.length > 0 && (
        <Section title={line('unread', unread.length)} about={t('import.about-unread')}>
          <PathList paths={unread} />
        </Section>
      )}
      {vanished.length > 0 && (
        <Section title={line('vanished', vanished.length)} about={t('import.about-vanished')}>
          <PathList paths={vanished} />
        </Section>
      )}
      {duplicates.length > 0 && (
        <Section title={line('duplicates', duplicates.length)} about={t('import.about-duplicates')}>
          <LongList
            items={duplicates}
            render={({ contentHash, paths }) => (
              <div>
                <Text size="xs" c="dimmed" ff="monospace" mt={4}>
                  {contentHash.slice(0, 12)} · {t('import.copies', { count: paths.length })}
                </Text>
                {paths.map((path) => (
                  <PlainName key={path} size="xs" pl="sm">
                    {path}
                  </PlainName>
                ))}
              </div>
            )}
          />
        </Section>
      )}
      {unreadable.length > 0 && (
        <Section title={line('unreadable', unreadable.length)} about={t('import.about-unreadable')}>
          <LongList
            items={unreadable}
            render={({ path, error }) => <FileError path={path} error={error} />}
          />
        </Section>
      )}
      {passedOver.length > 0 && (
        <Section
          title={line('passed-over', passedOver.length)}
          about={t('import.about-passed-over', { endings: endingsText(countEndings(passedOver)) })}
        >
          <PathList paths={passedOver} />
        </Section>
      )}
      {truthFolders.length > 0 && (
        <Section title={t('import.truth-folders')} about={t('import.about-truth-folders')}>
          <PathList paths={truthFolders} />
        </Section>
      )}
    </Stack>
  );
}

function PathList({ paths }: { readonly paths: readonly string[] }) {
  return <LongList items={paths} render={(path) => <PlainName size="xs">{path}</PlainName>} />;
}

function Section({
  title,
  about,
  children,
}: {
  readonly title: string;
  readonly about: string;
  readonly children: ReactNode;
}) {
  return (
    <section>
      <Text size="sm" fw={600}>
        {title}
      </Text>
      <Text size="xs" c="dimmed" mb={4}>
        {about}
      </Text>
      {children}
    </section>
  );
}

/** A file and what is wrong with it. */
export function FileError({ path, error }: { readonly path: string; readonly error: ErrorRecord }) {
  return (
    <div className={classes.fileError}>
      <PlainName size="xs" fw={500}>
        {path}
      </PlainName>
      <FailureDetails failure={error} size="xs" className={classes.error ?? ''} />
    </div>
  );
}
