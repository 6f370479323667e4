import {
  Alert,
  Button,
  Group,
  Modal,
  NativeSelect,
  NumberInput,
  Paper,
  Progress,
  Stack,
  Text,
  TextInput,
  Title,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconCheck, IconPlayerStop } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type BackupSettings, KEEP_GENERATIONS } from '../../src-shared/backup.ts';
import type { BackupProgress, VerifyProgress } from '../../src-shared/contract/backups.ts';
import { failureOf } from '../api/connection.ts';
import type { Failure } from '../i18n/failure-text.ts';
import { useDenied } from '../state/people.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { Facts } from '../ui/facts.tsx';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';

/** Where the workspace is backed up, when it was last, and what can be done about it. */
export function BackupPanel() {
  const { t } = useTranslation('storage');
  const format = useFormat();
  const { api } = useWorkstation();
  const denied = useDenied();
  const [opened, { open, close }] = useDisclosure(false);
  const { data: state } = useQuery(api.backups.settings.queryOptions({ refetchOnMount: 'always' }));
  if (!state) return null;
  const { settings, last, isOverdue } = state;
  return (
    <Paper withBorder p="md" component="section" aria-labelledby="backups-title" data-testid="backups">
      <Stack gap="md">
        <Group justify="space-between" wrap="nowrap">
          <Title order={2} size="h5" id="backups-title">
            {t('backup.title')}
          </Title>
          <Button variant="default" size="compact-sm" {...denied('backups.changeSettings')} onClick={open}>
            {t('backup.change')}
          </Button>
        </Group>
        {settings ? (
          <Facts
            facts={[
              [t('backup.folder'), settings.folder],
              [
                t('backup.when'),
                settings.everyHours === null
                  ? t('backup.by-hand')
                  : t('backup.every', {
                      count: settings.everyHours,
                      number: format.count(settings.everyHours),
                    }),
              ],
              [t('backup.keep'), format.count(settings.keep)],
              [t('backup.last'), last ? format.moment(last.madeAt) : t('backup.never')],
              ...(last
                ? [
                    [
                      t('backup.holds'),
                      t('backup.files', {
                        count: last.files,
                        number: format.count(last.files),
                        size: format.bytes(last.bytes),
                      }),
                    ] as const,
                  ]
                : []),
            ]}
          />
        ) : (
          <Text size="sm">{t('backup.none')}</Text>
        )}
        {isOverdue && (
          <Alert color="yellow" role="status">
            {t('backup.overdue')}
          </Alert>
        )}
        {settings && <BackupWork />}
        <Text size="xs" c="dimmed">
          {t('backup.about')}
        </Text>
      </Stack>
      <Modal
        opened={opened}
        onClose={close}
        title={t('backup.title')}
        size={560}
        closeButtonProps={{ 'aria-label': t('backup.close') }}
      >
        {opened && <BackupForm settings={settings} onClose={close} />}
      </Modal>
    </Paper>
  );
}

type Progressing =
  | Exclude<BackupProgress, { kind: 'finished' }>
  | Exclude<VerifyProgress, { kind: 'finished' }>
  | { readonly kind: 'starting' };
type Outcome = Extract<BackupProgress | VerifyProgress, { kind: 'finished' }>;

/** Makes a backup, or reads the last one again. */
function BackupWork() {
  const { t } = useTranslation('storage');
  const { client } = useWorkstation();
  const denied = useDenied();
  const inspector = useSession((session) => session.inspector);
  const [progress, setProgress] = useState<Progressing | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [failed, setFailed] = useState<Failure | null>(null);
  const abort = useRef<AbortController>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const work = async (which: 'run' | 'verify') => {
    abort.current = new AbortController();
    const { signal } = abort.current;
    setProgress({ kind: 'starting' });
    setOutcome(null);
    setFailed(null);
    try {
      const events =
        which === 'run'
          ? await client.backups.run({ inspector }, { signal })
          : await client.backups.verify({}, { signal });
      for await (const event of events) {
        if (event.kind === 'finished') setOutcome(event);
        else setProgress(event);
      }
    } catch (error) {
      if (!signal.aborted) setFailed(failureOf(error));
    } finally {
      setProgress(null);
    }
  };
  return (
    <Stack gap="sm">
      {progress ? (
        <>
          <Text size="sm" role="status">
            {t(progress.kind === 'working' ? `backup.step.${progress.step}` : `backup.step.${progress.kind}`)}
          </Text>
          <Progress value={shareOf(progress)} animated aria-label={t('backup.progress')} />
          <Group>
            <Button
              variant="default"
              size="compact-sm"
              leftSection={<IconPlayerStop size={14} />}
              onClick={() => abort.current?.abort()}
            >
              {t('backup.stop')}
            </Button>
          </Group>
        </>
      ) : (
        <Group>
          <Button size="compact-sm" {...denied('backups.run')} onClick={() => void work('run')}>
            {t('backup.run')}
          </Button>
          <Button
            variant="default"
            size="compact-sm"
            {...denied('backups.verify')}
            onClick={() => void work('verify')}
          >
            {t('backup.verify')}
          </Button>
        </Group>
      )}
      {outcome && <BackupOutcome outcome={outcome} />}
      {failed && (
        <div role="alert">
          <FailureDetails failure={failed} />
        </div>
      )}
    </Stack>
  );
}

function shareOf(progress: Progressing): number {
  return progress.kind === 'starting' || progress.total === 0 ? 0 : (100 * progress.done) / progress.total;
}

/** What was made or read, with everything that has to be known of it. */
function BackupOutcome({ outcome }: { readonly outcome: Outcome }) {
  const { t } = useTranslation('storage');
  const format = useFormat();
  const lines: string[] = [];
  if ('generation' in outcome) {
    const { counts } = outcome.generation;
    const said = (which: 'images-outside' | 'missing' | 'damaged', count: number) => {
      if (count > 0) lines.push(t(`backup.${which}`, { count, number: format.count(count) }));
    };
    lines.push(
      t('backup.made', {
        count: counts.files,
        number: format.count(counts.files),
        fresh: format.count(counts.copied),
      }),
    );
    said('images-outside', counts.imagesOutside);
    said('missing', counts.missing);
    said('damaged', counts.damaged);
  } else {
    const { damaged, missing, database, files } = outcome.verification;
    const bad = damaged.count + missing.count;
    if (database !== null) lines.push(t('backup.database-damaged', { problem: database }));
    if (bad > 0) lines.push(t('backup.not-sound', { count: bad, number: format.count(bad) }));
    if (lines.length === 0) lines.push(t('backup.sound', { count: files, number: format.count(files) }));
  }
  return (
    <Alert
      color={lines.length > 1 ? 'yellow' : 'green'}
      icon={<IconCheck />}
      role="status"
      data-testid="backup-outcome"
    >
      {lines.map((line) => (
        <Text size="sm" key={line}>
          {line}
        </Text>
      ))}
    </Alert>
  );
}

const HOURS = [1, 4, 12, 24, 24 * 7];

function BackupForm({ settings, onClose }: { readonly settings: BackupSettings | null; onClose(): void }) {
  const { t } = useTranslation(['storage', 'app']);
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  const inspector = useSession((session) => session.inspector);
  const [folder, setFolder] = useState(settings?.folder ?? '');
  const [everyHours, setEveryHours] = useState<number | null>(settings ? settings.everyHours : 24);
  const [keep, setKeep] = useState(settings?.keep ?? KEEP_GENERATIONS);
  const change = useMutation({
    mutationFn: (to: BackupSettings | null) => client.backups.changeSettings({ settings: to, inspector }),
    onSuccess: async (state) => {
      queries.setQueryData(api.backups.settings.queryKey(), state);
      onClose();
      await queries.invalidateQueries({ queryKey: api.backups.key() });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ folder: folder.trim(), everyHours, keep });
  };
  const choices = [...new Set([...HOURS, ...(everyHours === null ? [] : [everyHours])])].sort(
    (a, b) => a - b,
  );
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label={t('backup.folder')}
          description={t('backup.folder-about')}
          value={folder}
          spellCheck={false}
          data-autofocus
          required
          onChange={({ currentTarget: { value } }) => setFolder(value)}
        />
        <NativeSelect
          label={t('backup.when')}
          value={everyHours ?? ''}
          data={[
            { value: '', label: t('backup.by-hand') },
            ...choices.map((count) => ({
              value: String(count),
              label: t('backup.every', { count, number: count }),
            })),
          ]}
          onChange={({ currentTarget: { value } }) => setEveryHours(value === '' ? null : Number(value))}
        />
        <NumberInput
          label={t('backup.keep')}
          description={t('backup.keep-about')}
          value={keep}
          min={1}
          max={1000}
          allowDecimal={false}
          onChange={(value) => setKeep(Number(value) || 1)}
        />
        {change.error && (
          <div role="alert">
            <FailureDetails failure={failureOf(change.error)} />
          </div>
        )}
        <Group justify="flex-end">
          {settings && (
            <Button variant="default" disabled={change.isPending} onClick={() => change.mutate(null)}>
              {t('backup.off')}
            </Button>
          )}
          <Button type="submit" loading={change.isPending} disabled={folder.trim() === ''}>
            {t('backup.save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
