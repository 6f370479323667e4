import { ActionIcon, Button, Group, Popover, Progress, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { failureText } from '../i18n/failure-text.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import classes from './run-strip.module.css';

interface RunStripProps {
  readonly progress: RunProgress;
  onProgress(progress: RunProgress): void;
  /** Shows the images that failed. */
  onFailed(): void;
}

/** How far the run is, and what can be done about it. Nothing where it is done without a failure. */
export function RunStrip({ progress, onProgress, onFailed }: RunStripProps) {
  const { t } = useTranslation('review');
  const { run, failed } = progress;
  const state = stateOf(progress);
  const { busy, pause, resume, cancel, retry } = useRunControls(run.id, onProgress);
  if (state === null && failed === 0) return null;
  return (
    <Group gap={8} wrap="nowrap" miw={0} data-testid="run-strip">
      {state !== null && <RunNumbers progress={progress} state={state} />}
      {state === 'waits' && run.error && (
        <Popover width={380} withArrow shadow="md">
          <Popover.Target>
            <UnstyledButton className={classes.error}>
              <Text size="xs" c="red" truncate>
                {failureText(run.error)}
              </Text>
            </UnstyledButton>
          </Popover.Target>
          <Popover.Dropdown>
            <FailureDetails failure={run.error} />
          </Popover.Dropdown>
        </Popover>
      )}
      {state === 'runs' && (
        <Control label={t('run.pause')} icon={IconPlayerPause} busy={busy} onClick={pause} />
      )}
      {state === 'waits' && (
        <Control label={t('run.resume')} icon={IconPlayerPlay} busy={busy} onClick={resume} />
      )}
      {state !== null && (
        <Control label={t('run.cancel')} icon={IconPlayerStop} busy={busy} onClick={cancel} />
      )}
      {failed > 0 && (
        <Button size="compact-xs" variant="light" color="red" className={classes.failed} onClick={onFailed}>
          {t('run.failed', { count: failed })}
        </Button>
      )}
      {failed > 0 && (state === 'waits' || run.status === 'done') && (
        <Control label={t('run.retry')} icon={IconRefresh} busy={busy} onClick={retry} />
      )}
    </Group>
  );
}

/** Whether the run goes on, or waits to be resumed; null for one that ended. */
function stateOf({ run: { status }, active }: RunProgress): 'runs' | 'waits' | null {
  if (status === 'running') return active ? 'runs' : 'waits';
  return status === 'paused' || status === 'interrupted' ? 'waits' : null;
}

function useRunControls(id: number, onProgress: RunStripProps['onProgress']) {
  const { api } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const pause = useMutation(api.runs.pause.mutationOptions({ onSuccess: onProgress }));
  const resume = useMutation(api.runs.resume.mutationOptions({ onSuccess: onProgress }));
  const cancel = useMutation(api.runs.cancel.mutationOptions({ onSuccess: onProgress }));
  return {
    busy: pause.isPending || resume.isPending || cancel.isPending,
    pause: () => pause.mutate({ id, inspector }),
    resume: () => resume.mutate({ id, inspector }),
    cancel: () => cancel.mutate({ id, inspector }),
    retry: () => resume.mutate({ id, retryFailed: true, inspector }),
  };
}

function RunNumbers({
  progress: { run, total, done, failed, rate, eta, tiles },
  state,
}: {
  readonly progress: RunProgress;
  readonly state: 'runs' | 'waits';
}) {
  const { t } = useTranslation('review');
  const share = total === 0 ? 100 : ((done + failed) / total) * 100;
  const runs = state === 'runs';
  return (
    <>
      <Progress
        value={share}
        w={90}
        size="sm"
        animated={runs}
        color={runs ? undefined : 'yellow'}
        aria-label={t('run.progress')}
      />
      <Text size="xs" className={classes.numbers}>
        {(done + failed).toLocaleString()} / {total.toLocaleString()}
        {runs && rate !== null && ` · ${t('run.rate', { rate: rate.toFixed(rate < 10 ? 1 : 0) })}`}
        {runs && eta !== null && ` · ${t('run.left', { time: clock(eta) })}`}
        {runs && tiles && ` · ${t('run.tile', tiles)}`}
        {!runs && ` · ${t(`run.${run.status === 'paused' ? 'paused' : 'interrupted'}`)}`}
      </Text>
    </>
  );
}

interface ControlProps {
  readonly label: string;
  readonly icon: typeof IconPlayerPause;
  readonly busy: boolean;
  onClick(): void;
}

function Control({ label, icon: Icon, busy, onClick }: ControlProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size={24}
        disabled={busy}
        aria-label={label}
        onClick={onClick}
      >
        <Icon size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

/** Seconds as 0:05, 12:30 or 1:02:03. */
function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}
