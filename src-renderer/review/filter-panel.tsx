import { Button, Chip, Group, RangeSlider, Select, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_FILTER, type ReviewCounts, type ReviewFilter } from '../../src-shared/review-queue.ts';
import { useNoticeLabel } from '../ui/notices.tsx';
import { isEmpty } from './filter-chips.tsx';
import classes from './filter-panel.module.css';

interface FilterPanelProps {
  readonly filter: ReviewFilter;
  readonly counts: ReviewCounts;
  readonly thresholds: { readonly warn: number; readonly reject: number };
  onFilter(filter: ReviewFilter): void;
}

/** All conditions of the filter, each with how many images of the batch it holds for. */
export function FilterPanel({ filter, counts, thresholds, onFilter }: FilterPanelProps) {
  const { t } = useTranslation(['review', 'app']);
  const noticeLabel = useNoticeLabel();
  const notices = [
    ...(counts.doubtful > 0 ? [['doubtful', counts.doubtful] as const] : []),
    ...(counts.noticed > 0 ? [['any', counts.noticed] as const] : []),
    ...counts.notices,
  ];
  const change = (changes: Partial<ReviewFilter>) => onFilter({ ...filter, ...changes });
  const [score, setScore] = useState(filter.score ?? [0, 1]);
  useEffect(() => setScore(filter.score ?? [0, 1]), [filter.score]);
  return (
    <Stack gap={12}>
      <Choice title={t('filter.model')}>
        {(['accept', 'warn', 'reject'] as const).map((verdict) => (
          <Toggle
            key={verdict}
            label={t(`app:verdict.${verdict}`)}
            count={counts.model[verdict]}
            on={filter.model.includes(verdict)}
            onToggle={() => change({ model: toggled(filter.model, verdict) })}
          />
        ))}
      </Choice>
      <Choice title={t('filter.human')}>
        {(['accept', 'uncertain', 'reject'] as const).map((verdict) => (
          <Toggle
            key={verdict}
            label={t(`app:verdict.${verdict}`)}
            count={counts.human[verdict]}
            on={filter.human.includes(verdict)}
            onToggle={() => change({ human: toggled(filter.human, verdict) })}
          />
        ))}
        <Toggle
          label={t('filter.unreviewed')}
          count={counts.unreviewed}
          on={filter.unreviewed}
          onToggle={() => change({ unreviewed: !filter.unreviewed })}
        />
      </Choice>
      <Choice title={t('filter.more')}>
        <Toggle
          label={t('filter.overturned')}
          count={counts.overturned}
          on={filter.overturned}
          onToggle={() => change({ overturned: !filter.overturned })}
        />
        <Toggle
          label={t('filter.marked')}
          count={counts.marked}
          on={filter.marked}
          onToggle={() => change({ marked: !filter.marked })}
        />
        {(['failed', 'pending'] as const).map((status) => (
          <Toggle
            key={status}
            label={t(`status.${status}`)}
            count={counts.status[status]}
            on={filter.status.includes(status)}
            onToggle={() => change({ status: toggled(filter.status, status) })}
          />
        ))}
      </Choice>
      <Select
        role="combobox"
        size="xs"
        label={t('filter.class')}
        placeholder={t('filter.any-class')}
        clearable
        searchable={counts.classes.length > 8}
        disabled={counts.classes.length === 0}
        comboboxProps={{ withinPortal: false }}
        value={filter.defectClass}
        data={counts.classes.map(([name, count]) => ({ value: name, label: `${name} (${count})` }))}
        onChange={(defectClass) => change({ defectClass })}
      />
      <Select
        role="combobox"
        size="xs"
        label={t('filter.notice')}
        placeholder={t('filter.any-notice')}
        clearable
        disabled={notices.length === 0}
        comboboxProps={{ withinPortal: false }}
        value={filter.notice}
        data={notices.map(([value, count]) => ({ value, label: `${noticeLabel(value)} (${count})` }))}
        onChange={(value) => change({ notice: value as ReviewFilter['notice'] })}
      />
      <div>
        <Group justify="space-between" mb={6}>
          <Text size="xs" fw={500}>
            {t('filter.score')}
          </Text>
          <Text size="xs" className={classes.range}>
            {score[0].toFixed(2)} – {score[1].toFixed(2)}
          </Text>
        </Group>
        <RangeSlider
          size="sm"
          min={0}
          max={1}
          step={0.01}
          minRange={0.01}
          label={null}
          value={[score[0], score[1]]}
          thumbFromLabel={t('filter.score-from')}
          thumbToLabel={t('filter.score-to')}
          marks={[{ value: thresholds.warn }, { value: thresholds.reject }]}
          onChange={setScore}
          onChangeEnd={([low, high]) => change({ score: low <= 0 && high >= 1 ? null : [low, high] })}
        />
      </div>
      <Button variant="default" size="xs" disabled={isEmpty(filter)} onClick={() => onFilter(EMPTY_FILTER)}>
        {t('filter.clear')}
      </Button>
    </Stack>
  );
}

function Choice({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <fieldset className={classes.choice}>
      <legend>{title}</legend>
      <Group gap={6}>{children}</Group>
    </fieldset>
  );
}

interface ToggleProps {
  readonly label: string;
  readonly count: number;
  readonly on: boolean;
  onToggle(): void;
}

function Toggle({ label, count, on, onToggle }: ToggleProps) {
  return (
    <Chip size="xs" radius="sm" variant="outline" checked={on} onChange={onToggle}>
      {label} <span className={classes.count}>{count.toLocaleString()}</span>
    </Chip>
  );
}

function toggled<T>(values: readonly T[], value: T): readonly T[] {
  return values.includes(value) ? values.filter((other) => other !== value) : [...values, value];
}
