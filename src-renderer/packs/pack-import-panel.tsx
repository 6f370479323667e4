import { Alert, Button, Code, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { dismissPackImport, type PackImport, usePackImport } from './pack-imports.ts';
import classes from './packs.module.css';

type Working = Extract<PackImport, { state: 'working' }>;

/** How bringing in a pack goes, and what came of it. */
export function PackImportPanel() {
  const { t } = useTranslation(['models', 'app']);
  const job = usePackImport((imports) => imports.job);
  if (!job) return null;
  if (job.state === 'working') return <WorkingPanel job={job} />;
  const ended = {
    withCloseButton: true,
    closeButtonLabel: t('app:close'),
    onClose: dismissPackImport,
  };
  if (job.state === 'failed') {
    return (
      <Alert {...ended} color="red" icon={<IconAlertTriangle />} title={t('add.failed')} role="alert">
        <FailureDetails failure={job.error} />
      </Alert>
    );
  }
  return (
    <Alert
      {...ended}
      color="teal"
      icon={<IconCheck />}
      title={t(`add.${job.outcome}`, { pack: job.id })}
      role="status"
      data-testid="pack-added"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{t('add.next')}</Text>
        {job.notes.map((note) => (
          <Text key={note} size="sm">
            {note}
          </Text>
        ))}
        {job.taken.length > 0 && <TakenFiles taken={job.taken} />}
        <ShowPack pack={job.id} />
      </Stack>
    </Alert>
  );
}

/** Files whose hash nobody had stated. */
function TakenFiles({ taken }: { readonly taken: Extract<PackImport, { state: 'finished' }>['taken'] }) {
  const { t } = useTranslation('models');
  return (
    <div>
      <Text size="sm">{t('add.taken', { count: taken.length })}</Text>
      {taken.map(({ file, sha256 }) => (
        <Text key={file} size="xs" c="dimmed">
          {plainText(file)} · <Code title={sha256}>{sha256.slice(0, 12)}</Code>
        </Text>
      ))}
    </div>
  );
}

/** Id of a pack's panel on the page. */
export function packElementId(pack: string): string {
  return `pack-${pack}`;
}

/** Leads to the pack's panel, which is there as soon as the list has the pack. */
function ShowPack({ pack }: { readonly pack: string }) {
  const { t } = useTranslation('models');
  const { api } = useWorkstation();
  const { data: packs } = useQuery(api.packs.list.queryOptions());
  const isListed = packs?.some(({ id }) => id === pack) ?? false;
  return (
    <Button variant="default" size="compact-sm" loading={!isListed} onClick={() => showPack(pack)}>
      {t('add.show')}
    </Button>
  );
}

function showPack(pack: string): void {
  const panel = document.getElementById(packElementId(pack));
  panel?.scrollIntoView({ block: 'start' });
  panel?.focus();
}

function WorkingPanel({ job: { progress, pack, cancel } }: { readonly job: Working }) {
  const { t } = useTranslation(['models', 'app']);
  const format = useFormat();
  const bytes = progress?.kind === 'bringing' ? progress : undefined;
  return (
    <Paper withBorder p="md" component="section" aria-label={t('add.working')} data-testid="pack-import">
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h5">
            {t('add.working')}
            {pack !== null && `: ${pack}`}
          </Title>
          <Button variant="default" size="compact-sm" onClick={cancel}>
            {t('app:cancel')}
          </Button>
        </Group>
        <Progress
          value={bytes ? (100 * bytes.done) / Math.max(1, bytes.total) : 100}
          animated
          aria-label={t('add.working')}
        />
        {bytes && bytes.files.length > 1 && <FilesUnderWay files={bytes.files} />}
        <Group justify="space-between" gap="xs">
          <Text size="sm" c="dimmed" aria-live="polite">
            {stepOf(progress, t, format)}
          </Text>
          {bytes && (
            <Text size="sm" c="dimmed" className={classes.number}>
              {[
                t('add.amount', { done: format.bytes(bytes.done), total: format.bytes(bytes.total) }),
                ...(bytes.rate === null ? [] : [t('add.rate', { rate: format.bytes(bytes.rate) })]),
                ...(bytes.eta === null ? [] : [t('add.left', { time: format.duration(bytes.eta) })]),
              ].join(' · ')}
            </Text>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

/** Each file of several that come at the same time. */
function FilesUnderWay({
  files,
}: {
  readonly files: Extract<Working['progress'], { kind: 'bringing' }>['files'];
}) {
  const { t } = useTranslation('models');
  const format = useFormat();
  return (
    <ul className={classes.underWay}>
      {files.map(({ name, done, total }) => (
        <li key={name}>
          <Text size="xs" c="dimmed" className={classes.anywhere}>
            {plainText(name)}
          </Text>
          <Text size="xs" c="dimmed" className={classes.number}>
            {total === null
              ? format.bytes(done)
              : t('add.amount', { done: format.bytes(done), total: format.bytes(total) })}
          </Text>
        </li>
      ))}
    </ul>
  );
}

function stepOf(
  progress: Working['progress'],
  t: ReturnType<typeof useTranslation<['models', 'app']>>['t'],
  format: ReturnType<typeof useFormat>,
): string {
  switch (progress?.kind) {
    case 'bringing':
      return t(progress.isDownload ? 'add.downloading' : 'add.copying', { file: plainText(progress.file) });
    case 'waiting':
      return t('add.waiting', { time: format.duration(progress.seconds) });
    case 'checking':
      return t('add.checking');
    default:
      return t('add.looking');
  }
}
