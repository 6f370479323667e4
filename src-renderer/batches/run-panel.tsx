import { Alert, Button, Group, Paper, Progress, Stack, Text, Title } from '@mantine/core';
import { IconPhotoExclamation } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { ratePerUnit } from '../i18n/format.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import { type BatchState, batchState } from './batch-state.ts';
import { ComparedWith } from './compared-with.tsx';
import { RunButtons } from './run-buttons.tsx';
import { RunFailures } from './run-failures.tsx';
import type { BatchCommands } from './use-batch-commands.ts';
import type { RunActions } from './use-run-actions.ts';
import { VerdictBar } from './verdict-bar.tsx';

interface RunPanelProps {
  readonly row: BatchSummaryRow;
  readonly actions: RunActions;
  readonly commands: BatchCommands;
}

/** The run of a batch: what can be done with it, how far it is, what it found. */
export function RunPanel({ row, actions, commands }: RunPanelProps) {
  const { t } = useTranslation('batches');
  const { run } = row;
  const state = batchState(row);
  return (
    <Paper withBorder p="md" data-testid="run" data-state={state}>
      <Stack gap="md">
        <RunButtons row={row} actions={actions} commands={commands} />
        {state === 'empty' && <Text size="sm">{t('run.no-images')}</Text>}
        {state === 'fresh' && <Text size="sm">{t('run.not-yet')}</Text>}
        {run && (
          <>
            {run.run.error && (
              <Alert color="orange" p="xs" title={t('run.stopped')}>
                <FailureDetails failure={run.run.error} />
              </Alert>
            )}
            <HowFar run={run} state={state} />
            {run.run.comparison && <ComparedWith comparison={run.run.comparison} />}
            <Verdicts row={row} run={run} onReviewDoubtful={commands.reviewDoubtful} />
            {run.failed > 0 && <RunFailures runId={run.run.id} failed={run.failed} settled={!run.active} />}
          </>
        )}
      </Stack>
    </Paper>
  );
}

interface HowFarProps {
  readonly run: RunProgress;
  readonly state: BatchState;
}

function HowFar({ run, state }: HowFarProps) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const ended = run.done + run.failed;
  const waits = run.followed === true && ended === run.total;
  return (
    <div>
      <Group justify="space-between" mb={4} gap="xs">
        <Text size="sm" fw={500}>
          {t('run.progress', { done: format.count(ended), total: format.count(run.total) })}
        </Text>
        <Text size="sm" c="dimmed" data-testid="rate">
          <HowFarText run={run} state={state} waits={waits} />
        </Text>
      </Group>
      <Progress
        value={(100 * ended) / Math.max(1, run.total)}
        size="md"
        animated={state === 'running' && !waits}
        aria-label={t('run.title')}
      />
    </div>
  );
}

function HowFarText({ run, state, waits }: HowFarProps & { readonly waits: boolean }) {
  const { t } = useTranslation('batches');
  if (waits) return t('run.waits');
  return run.active && state === 'running' ? <Pace run={run} /> : t(`state.${state}`);
}

function Pace({ run: { comparing, rate, eta, tiles } }: { readonly run: RunProgress }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  if (comparing) {
    const { done, total } = comparing;
    return t('run.comparing', { done: format.count(done), total: format.count(total) });
  }
  const tile = tiles && t('run.tile', { tile: format.count(tiles.tile), tiles: format.count(tiles.tiles) });
  if (rate === null || rate <= 0) return tile ?? t('run.warming-up');
  const { unit, value } = ratePerUnit(rate);
  const speed = t(`run.rate.${unit}`, { number: value.toFixed(value < 10 ? 1 : 0) });
  const left = eta === null ? undefined : t('run.eta', { time: format.duration(eta) });
  return [tile, speed, left].filter((text) => text !== undefined).join(' · ');
}

/** What the run found, and what to know about it. */
function Verdicts({
  row: { images, verdicts, doubtful, reviewed },
  run,
  onReviewDoubtful,
}: {
  readonly row: BatchSummaryRow;
  readonly run: RunProgress;
  onReviewDoubtful(): void;
}) {
  const { t } = useTranslation('batches');
  const format = useFormat();
  const newer = images - run.total;
  return (
    <>
      <div>
        <Group justify="space-between" mb={6}>
          <Title order={3} size="sm">
            {t('run.verdicts')}
          </Title>
          <Text size="sm" c="dimmed">
            {t('run.reviewed', { done: format.count(reviewed), total: format.count(run.done + run.failed) })}
          </Text>
        </Group>
        <VerdictBar verdicts={verdicts} />
      </div>
      {doubtful > 0 && (
        <Alert color="yellow" p="xs" icon={<IconPhotoExclamation size={18} />} data-testid="doubtful">
          <Group justify="space-between" gap="xs">
            <Text size="sm">{t('run.doubtful', { count: doubtful, number: format.count(doubtful) })}</Text>
            <Button size="compact-sm" variant="default" onClick={onReviewDoubtful}>
              {t('run.doubtful-review')}
            </Button>
          </Group>
        </Alert>
      )}
      {newer > 0 && (
        <Alert color="blue" p="xs">
          {t('run.newer-images', { count: newer, number: format.count(newer) })}
        </Alert>
      )}
    </>
  );
}
