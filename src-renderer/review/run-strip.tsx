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
  const { api } = useWorkstation();
  const inspector = useSession((session) => session.inspector);
  const { run, total, done, failed, active, rate, eta } = progress;
  const pause = useMutation(api.runs.pause.mutationOptions({ onSuccess: onProgress }));
  const resume = useMutation(api.runs.resume.mutationOptions({ onSuccess: onProgress }));
  const cancel = useMutation(api.runs.cancel.mutationOptions({ onSuccess: onProgress }));
  const busy = pause.isPending || resume.isPending || cancel.isPending;
  const runs = run.status === 'running' && active;
  const waits =
    run.status === 'paused' || run.status === 'interrupted' || (run.status === 'running' && !active);
  if (!runs && !waits && failed === 0) return null;
  const share = total === 0 ? 100 : ((done + failed) / total) * 100;
  return (
    <Group gap={8} wrap="nowrap" miw={0} data-testid="run-strip">
      {(runs || waits) && (
        <>
          <Progress
            value={share}
            w={90}
            size="sm"
            animated={runs}
            color={waits ? 'yellow' : undefined}
            aria-label={t('run.progress')}
          />
          <Text size="xs" className={classes.numbers}>
            {(done + failed).toLocaleString()} / {total.toLocaleString()}
            {runs && rate !== null && ` · ${t('run.rate', { rate: rate.toFixed(rate < 10 ? 1 : 0) })}`}
            {runs && eta !== null && ` · ${t('run.left', { time: clock(eta) })}`}
            {waits && ` · ${t(`run.${run.status === 'paused' ? 'paused' : 'interrupted'}`)}`}
          </Text>
        </>
      )}
      {waits && run.error && (
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
      {runs && (
        <Act
          label={t('run.pause')}
          icon={IconPlayerPause}
          busy={busy}
          onAct={() => pause.mutate({ id: run.id, inspector })}
        />
      )}
      {waits && (
        <Act
          label={t('run.resume')}
          icon={IconPlayerPlay}
          busy={busy}
          onAct={() => resume.mutate({ id: run.id, inspector })}
        />
      )}
      {(runs || waits) && (
        <Act
          label={t('run.cancel')}
          icon={IconPlayerStop}
          busy={busy}
          onAct={() => cancel.mutate({ id: run.id, inspector })}
        />
      )}
      {failed > 0 && (
        <Button size="compact-xs" variant="light" color="red" className={classes.failed} onClick={onFailed}>
          {t('run.failed', { count: failed })}
        </Button>
      )}
      {failed > 0 && (waits || run.status === 'done') && (
        <Act
          label={t('run.retry')}
          icon={IconRefresh}
          busy={busy}
          onAct={() => resume.mutate({ id: run.id, retryFailed: true, inspector })}
        />
      )}
    </Group>
  );
}

interface ActProps {
  readonly label: string;
  readonly icon: typeof IconPlayerPause;
  readonly busy: boolean;
  onAct(): void;
}

function Act({ label, icon: Icon, busy, onAct }: ActProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" size={24} disabled={busy} aria-label={label} onClick={onAct}>
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
