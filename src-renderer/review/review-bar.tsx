import { ActionIcon, Group, SegmentedControl, Select, Switch, Text, Tooltip } from '@mantine/core';
import { IconArrowBackUp, IconArrowForwardUp, IconLayoutGrid, IconLayoutSidebar } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import type { ReviewCounts } from '../../src-shared/review-queue.ts';
import type { UserAction } from '../keys/action.ts';
import { ActionTooltip } from '../keys/action-button.tsx';
import { CompareMenu } from './compare-menu.tsx';
import { type ReviewContext, redo, undo } from './review-actions.ts';
import classes from './review-bar.module.css';
import { useReviewSettings } from './review-settings.ts';
import type { ReviewData } from './review-table-cache.ts';
import { RunStrip } from './run-strip.tsx';
import { useStatusLine } from './status-line.ts';
import type { OtherRun } from './use-other-run.ts';
import { useUndoStack } from './use-review-edits.ts';

interface ReviewBarProps {
  readonly data: ReviewData;
  readonly counts: ReviewCounts;
  /** The runs of the batch, and the one that is compared with. */
  readonly runs: OtherRun['runs'];
  readonly choices: OtherRun['choices'];
  readonly otherRunId: number | null;
  readonly isChoosing: boolean;
  /** Whether only the images are gone through on which the two runs disagree. */
  readonly isNarrowed: boolean;
  /** Always the same object. */
  readonly onOther: OtherRun['on'];
  onProgress(progress: RunProgress): void;
  onFailed(): void;
  onAction(action: UserAction<ReviewContext>): void;
}

/** Above everything: the batch, its run, what was just done, how much is reviewed, undo, and how one goes on. */
export const ReviewBar = memo(function ReviewBar(props: ReviewBarProps) {
  const {
    data,
    counts,
    runs,
    choices,
    otherRunId,
    isChoosing,
    isNarrowed,
    onOther,
    onProgress,
    onFailed,
    onAction,
  } = props;
  const { t } = useTranslation('review');
  const { view, autoAdvance, set } = useReviewSettings();
  const run = data.run?.run ?? null;
  const stack = useUndoStack(run?.id ?? null);
  const reviewable = counts.total - counts.status.pending;
  return (
    <header className={classes.bar}>
      <Text fw={650} size="sm" className={classes.batch} title={data.batch.name} component="h1">
        <bdi>{data.batch.name}</bdi>
      </Text>
      <RunSwitcher runs={runs} runId={run?.id ?? null} onRun={onOther.review} />
      <CompareMenu
        id={otherRunId}
        choices={choices}
        isChoosing={isChoosing}
        apart={counts.runsDiffer}
        isNarrowed={isNarrowed}
        on={onOther}
      />
      {data.run && <RunStrip progress={data.run} onProgress={onProgress} onFailed={onFailed} />}
      <StatusLine />
      <Text size="xs" className={classes.reviewed} data-testid="reviewed">
        {t('bar.reviewed', { done: reviewable - counts.unreviewed, total: reviewable })}
      </Text>
      <Group gap={2} wrap="nowrap">
        <HistoryButton
          action={undo}
          icon={IconArrowBackUp}
          disabled={stack.done.length === 0}
          onAction={onAction}
        />
        <HistoryButton
          action={redo}
          icon={IconArrowForwardUp}
          disabled={stack.undone.length === 0}
          onAction={onAction}
        />
      </Group>
      <Tooltip label={t('bar.auto-advance-why')} multiline maw={260}>
        <Switch
          size="xs"
          label={t('bar.auto-advance')}
          checked={autoAdvance}
          onChange={(event) => set({ autoAdvance: event.currentTarget.checked })}
          classNames={{ label: classes.switch ?? '' }}
        />
      </Tooltip>
      <SegmentedControl
        size="xs"
        aria-label={t('bar.view')}
        value={view}
        data={[
          { value: 'strip', label: <View icon={IconLayoutSidebar} label={t('bar.strip')} /> },
          { value: 'grid', label: <View icon={IconLayoutGrid} label={t('bar.grid')} /> },
        ]}
        onChange={(value) => set({ view: value === 'grid' ? value : 'strip' })}
      />
    </header>
  );
});

function HistoryButton({
  action,
  icon: Icon,
  disabled,
  onAction,
}: Pick<ReviewBarProps, 'onAction'> & {
  readonly action: UserAction<ReviewContext>;
  readonly icon: typeof IconArrowBackUp;
  /** There is nothing to take back or do again; its key says so. */
  readonly disabled: boolean;
}) {
  const { t } = useTranslation('app');
  const label = t(`actions.${action.id}`);
  return (
    <ActionTooltip text={label} action={action}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={label}
        disabled={disabled}
        onClick={() => onAction(action)}
      >
        <Icon size={18} />
      </ActionIcon>
    </ActionTooltip>
  );
}

function View({ icon: Icon, label }: { readonly icon: typeof IconLayoutGrid; readonly label: string }) {
  return (
    <span className={classes.view} title={label}>
      <Icon size={16} aria-hidden />
      <span className={classes.hidden}>{label}</span>
    </span>
  );
}

function StatusLine() {
  const { message, at } = useStatusLine();
  return (
    <div className={classes.status} role="status" data-testid="status-line">
      <span key={at} title={message}>
        {message}
      </span>
    </div>
  );
}

interface RunSwitcherProps {
  readonly runs: OtherRun['runs'];
  readonly runId: number | null;
  onRun(runId: number): void;
}

function RunSwitcher({ runs, runId, onRun }: RunSwitcherProps) {
  const { t } = useTranslation('review');
  if (runs.length < 2) return null;
  return (
    <Select
      role="combobox"
      size="xs"
      w={210}
      aria-label={t('run.switch')}
      allowDeselect={false}
      comboboxProps={{ width: 'max-content', position: 'bottom-start' }}
      value={runId === null ? null : String(runId)}
      data={runs.map(({ run, name }) => ({ value: String(run.id), label: name }))}
      onChange={(value) => value && onRun(Number(value))}
    />
  );
}
