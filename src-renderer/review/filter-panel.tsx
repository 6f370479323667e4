import { Button, Chip, Group, NumberInput, RangeSlider, Select, Stack, Text } from '@mantine/core';
import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EMPTY_FILTER, type ReviewCounts, type ReviewFilter } from '../../src-shared/review-queue.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { useNoticeLabel } from '../ui/notices.tsx';
import { isEmpty } from './filter-chips.tsx';
import classes from './filter-panel.module.css';
import { lengthInPixels, lengthInUnit } from './length-filter.ts';

interface FilterPanelProps {
  readonly filter: ReviewFilter;
  readonly counts: ReviewCounts;
  readonly thresholds: { readonly warn: number; readonly reject: number };
  /** How large a pixel is; null: not known, lengths are in pixels. */
  readonly scale: Scale | null;
  onFilter(filter: ReviewFilter): void;
}

/** All conditions of the filter, each with how many images of the batch it holds for. */
export function FilterPanel(props: FilterPanelProps) {
  const { filter, onFilter } = props;
  const { t } = useTranslation('review');
  return (
    <Stack gap={12}>
      <VerdictChoices {...props} />
      <OtherChoices {...props} />
      <ClassAndNotice {...props} />
      <ScoreRange {...props} />
      {(props.counts.measured > 0 || filter.length) && <LengthRange {...props} />}
      <Button variant="default" size="xs" disabled={isEmpty(filter)} onClick={() => onFilter(EMPTY_FILTER)}>
        {t('filter.clear')}
      </Button>
    </Stack>
  );
}

/** By the model's verdict and by the inspector's. */
function VerdictChoices({ filter, counts, onFilter }: FilterPanelProps) {
  const { t } = useTranslation(['review', 'app']);
  return (
    <>
      <Choice title={t('filter.model')}>
        {(['accept', 'warn', 'reject'] as const).map((verdict) => (
          <Toggle
            key={verdict}
            label={t(`app:verdict.${verdict}`)}
            count={counts.model[verdict]}
            on={filter.model.includes(verdict)}
            onToggle={() => onFilter({ ...filter, model: toggled(filter.model, verdict) })}
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
            onToggle={() => onFilter({ ...filter, human: toggled(filter.human, verdict) })}
          />
        ))}
        <Flag name="unreviewed" filter={filter} counts={counts} onFilter={onFilter} />
      </Choice>
    </>
  );
}

function OtherChoices({ filter, counts, onFilter }: FilterPanelProps) {
  const { t } = useTranslation('review');
  return (
    <Choice title={t('filter.more')}>
      <Flag name="overturned" filter={filter} counts={counts} onFilter={onFilter} />
      <Flag name="marked" filter={filter} counts={counts} onFilter={onFilter} />
      {(counts.compared > 0 || filter.disagreeing) && (
        <Flag name="disagreeing" filter={filter} counts={counts} onFilter={onFilter} />
      )}
      {counts.runsDiffer !== null && (
        <Toggle
          label={t('filter.runsDiffer')}
          count={counts.runsDiffer}
          on={filter.runsDiffer}
          onToggle={() => onFilter({ ...filter, runsDiffer: !filter.runsDiffer })}
        />
      )}
      {(counts.belowLimit > 0 || filter.belowLimit) && (
        <Flag name="belowLimit" filter={filter} counts={counts} onFilter={onFilter} />
      )}
      {(['failed', 'pending'] as const).map((status) => (
        <Toggle
          key={status}
          label={t(`status.${status}`)}
          count={counts.status[status]}
          on={filter.status.includes(status)}
          onToggle={() => onFilter({ ...filter, status: toggled(filter.status, status) })}
        />
      ))}
    </Choice>
  );
}

/** A condition that holds or does not. */
function Flag({
  name,
  filter,
  counts,
  onFilter,
}: Pick<FilterPanelProps, 'filter' | 'counts' | 'onFilter'> & {
  readonly name: 'unreviewed' | 'overturned' | 'marked' | 'disagreeing' | 'belowLimit';
}) {
  const { t } = useTranslation('review');
  return (
    <Toggle
      label={t(`filter.${name}`)}
      count={counts[name]}
      on={filter[name]}
      onToggle={() => onFilter({ ...filter, [name]: !filter[name] })}
    />
  );
}

function ClassAndNotice({ filter, counts, onFilter }: FilterPanelProps) {
  const { t } = useTranslation('review');
  const noticeLabel = useNoticeLabel();
  const notices = [
    ...(counts.doubtful > 0 ? [['doubtful', counts.doubtful] as const] : []),
    ...(counts.noticed > 0 ? [['any', counts.noticed] as const] : []),
    ...counts.notices,
  ];
  const shared = {
    role: 'combobox',
    size: 'xs',
    clearable: true,
    comboboxProps: { withinPortal: false },
  } as const;
  return (
    <>
      <Select
        {...shared}
        label={t('filter.class')}
        placeholder={t('filter.any-class')}
        searchable={counts.classes.length > 8}
        disabled={counts.classes.length === 0}
        value={filter.defectClass}
        data={counts.classes.map(([name, count]) => ({ value: name, label: `${name} (${count})` }))}
        onChange={(defectClass) => onFilter({ ...filter, defectClass })}
      />
      <Select
        {...shared}
        label={t('filter.notice')}
        placeholder={t('filter.any-notice')}
        disabled={notices.length === 0}
        value={filter.notice}
        data={notices.map(([value, count]) => ({ value, label: `${noticeLabel(value)} (${count})` }))}
        onChange={(value) => onFilter({ ...filter, notice: value as ReviewFilter['notice'] })}
      />
    </>
  );
}

function ScoreRange({ filter, thresholds, onFilter }: FilterPanelProps) {
  const { t } = useTranslation('review');
  const [score, setScore] = useState(filter.score ?? [0, 1]);
  useEffect(() => setScore(filter.score ?? [0, 1]), [filter.score]);
  return (
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
        onChangeEnd={([low, high]) =>
          onFilter({ ...filter, score: low <= 0 && high >= 1 ? null : [low, high] })
        }
      />
    </div>
  );
}

/** Length of the longest region: in millimetres where they are known, else in pixels. */
function LengthRange({ filter, scale, onFilter }: FilterPanelProps) {
  const { t } = useTranslation('review');
  const unit = scale ? 'mm' : 'px';
  const typed = lengthInUnit(filter.length, scale);
  return (
    <fieldset className={classes.choice}>
      <legend>{t('filter.length', { unit })}</legend>
      <Group gap={6} grow>
        {(['length-from', 'length-to'] as const).map((name, end) => (
          <LengthEnd
            key={name}
            label={`${t(`filter.${name}`)} (${unit})`}
            unit={unit}
            value={typed[end] ?? null}
            onValue={(value) =>
              onFilter({ ...filter, length: lengthInPixels(typed.with(end, value), scale) })
            }
          />
        ))}
      </Group>
    </fieldset>
  );
}

/** What is typed stands as it is typed: "0." on the way to 0.5. */
function LengthEnd({
  label,
  unit,
  value,
  onValue,
}: {
  readonly label: string;
  readonly unit: 'mm' | 'px';
  readonly value: number | null;
  onValue(value: number | null): void;
}) {
  const { t } = useTranslation('review');
  const [typed, setTyped] = useState<number | string>(value ?? '');
  useEffect(() => setTyped((now) => (numberIn(now) === value ? now : (value ?? ''))), [value]);
  return (
    <NumberInput
      size="xs"
      hideControls
      allowNegative={false}
      aria-label={label}
      placeholder={t('filter.any-length')}
      suffix={` ${unit}`}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        if (numberIn(next) !== value) onValue(numberIn(next));
      }}
    />
  );
}

function numberIn(typed: number | string): number | null {
  const value = typeof typed === 'number' ? typed : Number.parseFloat(typed);
  return Number.isFinite(value) ? value : null;
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
