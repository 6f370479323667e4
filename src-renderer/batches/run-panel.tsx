import { Alert, Button, Group, Kbd, Loader, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import {
  IconPhotoExclamation,
  IconPhotoSearch,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconRefresh,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { pageName } from '../../src-shared/image-page.ts';
import { ratePerUnit } from '../i18n/format.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { LongList } from '../ui/long-list.tsx';
import { useFormat } from '../ui/use-format.ts';
import { FileError } from './import-panel.tsx';
import { runState } from './run-state.ts';
import type { RunActions } from './use-run-actions.ts';
import { VerdictBar } from './verdict-bar.tsx';

/** The run of a batch: what can be done with it, how far it is, what it found. */
export function RunPanel({
  row,
  actions,
  onReview,
  onReviewDoubtful,
  onAddImages,
}: {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
  onReview(): void;
  onReviewDoubtful(): void;
  onAddImages(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { run, images, verdicts, doubtful, reviewed } = row;
  const state = runState(row);
  const { start, pause, resume, retry, cancel, busy } = actions;
  const review = (primary: boolean) => (
    <Button
      variant={primary ? 'filled' : 'default'}
      leftSection={<IconPhotoSearch size={16} />}
      rightSection={primary ? <Kbd size="xs">Enter</Kbd> : null}
      onClick={onReview}
    >
      {t('run.review')}
    </Button>
  );
  const stop = (
    <Button variant="default" leftSection={<IconPlayerStop size={16} />} disabled={busy} onClick={cancel}>
      {t('run.cancel')}
    </Button>
  );
  const again = (
    <Button variant="default" leftSection={<IconRefresh size={16} />} disabled={busy} onClick={start}>
      {t('run.again')}
    </Button>
  );
  const retryButton = run !== null && run.failed > 0 && (
    <Button variant="default" leftSection={<IconRefresh size={16} />} disabled={busy} onClick={retry}>
      {t('run.retry', { count: run.failed, number: format.count(run.failed) })}
    </Button>
  );
  return (
    <Paper withBorder p="md" data-testid="run" data-state={state}>
      <Stack gap="md">
        <Group gap="xs">
          {state === 'empty' && (
            <Button leftSection={<IconPlus size={16} />} onClick={onAddImages}>
              {t('add-images')}
            </Button>
          )}
          {state === 'fresh' && (
            <Button
              leftSection={<IconPlayerPlay size={16} />}
              rightSection={<Kbd size="xs">Enter</Kbd>}
              loading={busy}
              onClick={start}
            >
              {t('run.start', { count: images, number: format.count(images) })}
            </Button>
          )}
          {state === 'running' && (
            <>
              {review(true)}
              <Button
                variant="default"
                leftSection={<IconPlayerPause size={16} />}
                disabled={busy}
                onClick={pause}
              >
                {t('run.pause')}
              </Button>
              {stop}
            </>
          )}
          {(state === 'paused' || state === 'stopped') && (
            <>
              {review(true)}
              <Button
                variant="default"
                leftSection={<IconPlayerPlay size={16} />}
                disabled={busy}
                onClick={resume}
              >
                {t('run.resume')}
              </Button>
              {state === 'stopped' && retryButton}
              {stop}
            </>
          )}
          {(state === 'done' || state === 'cancelled') && (
            <>
              {review(true)}
              {state === 'done' && retryButton}
              {again}
            </>
          )}
          {busy && state !== 'fresh' && <Loader size="xs" aria-label={t('run.busy')} />}
        </Group>
        {state === 'empty' && <Text size="sm">{t('run.no-images')}</Text>}
        {state === 'fresh' && <Text size="sm">{t('run.not-yet')}</Text>}
        {run && (
          <>
            {run.run.error && (
              <Alert color="orange" p="xs" title={t('run.stopped')}>
                <FailureDetails failure={run.run.error} />
              </Alert>
            )}
            <div>
              <Group justify="space-between" mb={4} gap="xs">
                <Text size="sm" fw={500}>
                  {t('run.progress', {
                    done: format.count(run.done + run.failed),
                    total: format.count(run.total),
                  })}
                </Text>
                <Text size="sm" c="dimmed" data-testid="rate">
                  {run.active && state === 'running' ? (
                    <Pace rate={run.rate} eta={run.eta} />
                  ) : (
                    t(`state.${state}`)
                  )}
                </Text>
              </Group>
              <Progress
                value={(100 * (run.done + run.failed)) / Math.max(1, run.total)}
                size="md"
                animated={state === 'running'}
                aria-label={t('run.title')}
              />
            </div>
            <div>
              <Group justify="space-between" mb={6}>
                <Title order={3} size="sm">
                  {t('run.verdicts')}
                </Title>
                <Text size="sm" c="dimmed">
                  {t('run.reviewed', {
                    done: format.count(reviewed),
                    total: format.count(run.done + run.failed),
                  })}
                </Text>
              </Group>
              <VerdictBar verdicts={verdicts} />
            </div>
            {doubtful > 0 && (
              <Alert color="yellow" p="xs" icon={<IconPhotoExclamation size={18} />} data-testid="doubtful">
                <Group justify="space-between" gap="xs">
                  <Text size="sm">
                    {t('run.doubtful', { count: doubtful, number: format.count(doubtful) })}
                  </Text>
                  <Button size="compact-sm" variant="default" onClick={onReviewDoubtful}>
                    {t('run.doubtful-review')}
                  </Button>
                </Group>
              </Alert>
            )}
            {images > run.total && (
              <Alert color="blue" p="xs">
                {t('run.newer-images', {
                  count: images - run.total,
                  number: format.count(images - run.total),
                })}
              </Alert>
            )}
            {run.failed > 0 && <Failures runId={run.run.id} failed={run.failed} settled={!run.active} />}
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Pace({ rate, eta }: { readonly rate: number | null; readonly eta: number | null }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  if (rate === null || rate <= 0) return t('run.warming-up');
  const { unit, value } = ratePerUnit(rate);
  const speed = t(`run.rate.${unit}`, { number: value.toFixed(value < 10 ? 1 : 0) });
  return eta === null ? speed : `${speed} · ${t('run.eta', { time: format.duration(eta) })}`;
}

/** Images that could not be inspected, and why. */
function Failures({
  runId,
  failed,
  settled,
}: {
  readonly runId: number;
  readonly failed: number;
  readonly settled: boolean;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { api } = useWorkstation();
  const language = useSession((session) => session.language);
  // While the run goes on, the list grows in steps of about a tenth: not with every failure.
  const step = settled ? failed : Math.ceil(Math.log(failed) / Math.log(1.1));
  const { data } = useQuery({
    ...api.runs.failures.queryOptions({ input: { id: runId, limit: 10_000 } }),
    queryKey: [...api.runs.failures.queryKey({ input: { id: runId, limit: 10_000 } }), settled, step],
    placeholderData: (previous) => previous,
  });
  return (
    <section data-testid="failures">
      <Text size="sm" fw={600} mb={4}>
        {t('run.failed', { count: failed, number: format.count(failed) })}
      </Text>
      {data && (
        <LongList
          items={data}
          render={({ path, page, error }) => (
            <FileError path={pageName(path, page, language)} error={error} />
          )}
        />
      )}
    </section>
  );
}
