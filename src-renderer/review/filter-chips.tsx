import { ActionIcon, Group, Pill } from '@mantine/core';
import { IconFilterOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { EMPTY_FILTER, type ReviewFilter } from '../../src-shared/review-queue.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { useNoticeLabel } from '../ui/notices.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './filter-chips.module.css';
import { lengthInUnit } from './length-filter.ts';

interface FilterChipsProps {
  readonly filter: ReviewFilter;
  /** How large a pixel is; null: not known, lengths are in pixels. */
  readonly scale: Scale | null;
  /** Of the lot's sample in the filter. */
  readonly sampleProgress: { readonly judged: number; readonly total: number } | null;
  onFilter(filter: ReviewFilter): void;
}

/** The conditions in force, each with a cross that lifts it. */
export function FilterChips({ filter, scale, sampleProgress, onFilter }: FilterChipsProps) {
  const { t } = useTranslation(['review', 'app']);
  const noticeLabel = useNoticeLabel();
  const lengthLabel = useLengthLabel(scale);
  const { model, human, status } = filter;
  const chips: { readonly label: string; readonly without: Partial<ReviewFilter> }[] = [
    ...(filter.sample && sampleProgress
      ? [
          {
            label: t('chip.sample', { lot: filter.sample.lotId, ...sampleProgress }),
            without: { sample: null },
          },
        ]
      : []),
    ...(filter.text ? [{ label: `“${filter.text}”`, without: { text: '' } }] : []),
    ...model.map((verdict) => ({
      label: t('chip.model', { verdict: t(`app:verdict.${verdict}`) }),
      without: { model: model.filter((other) => other !== verdict) },
    })),
    ...human.map((verdict) => ({
      label: t('chip.human', { verdict: t(`app:verdict.${verdict}`) }),
      without: { human: human.filter((other) => other !== verdict) },
    })),
    ...(filter.unreviewed ? [{ label: t('filter.unreviewed'), without: { unreviewed: false } }] : []),
    ...(filter.overturned ? [{ label: t('filter.overturned'), without: { overturned: false } }] : []),
    ...(filter.marked ? [{ label: t('filter.marked'), without: { marked: false } }] : []),
    ...(filter.disagreeing ? [{ label: t('filter.disagreeing'), without: { disagreeing: false } }] : []),
    ...(filter.runsDiffer ? [{ label: t('filter.runsDiffer'), without: { runsDiffer: false } }] : []),
    ...(filter.belowLimit ? [{ label: t('filter.belowLimit'), without: { belowLimit: false } }] : []),
    ...status.map((state) => ({
      label: t(`status.${state}`),
      without: { status: status.filter((other) => other !== state) },
    })),
    ...(filter.defectClass === null ? [] : [{ label: filter.defectClass, without: { defectClass: null } }]),
    ...(filter.notice === null ? [] : [{ label: noticeLabel(filter.notice), without: { notice: null } }]),
    ...(filter.score
      ? [
          {
            label: t('chip.score', { low: filter.score[0].toFixed(2), high: filter.score[1].toFixed(2) }),
            without: { score: null },
          },
        ]
      : []),
    ...(filter.length ? [{ label: lengthLabel(filter.length), without: { length: null } }] : []),
  ];
  if (chips.length === 0) return null;
  return (
    <Group gap={4} px={10} pb={8} wrap="nowrap" align="flex-start">
      <Group gap={4} flex={1} miw={0}>
        {chips.map(({ label, without }) => (
          <Pill
            key={label}
            size="sm"
            maw="100%"
            className={classes.chip ?? ''}
            withRemoveButton
            removeButtonProps={{
              'aria-label': t('chip.remove', { label }),
              'aria-hidden': false,
              tabIndex: 0,
            }}
            onRemove={() => onFilter({ ...filter, ...without })}
          >
            {label}
          </Pill>
        ))}
      </Group>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={t('filter.clear')}
        title={t('filter.clear')}
        onClick={() => onFilter(EMPTY_FILTER)}
      >
        <IconFilterOff size={15} />
      </ActionIcon>
    </Group>
  );
}

function useLengthLabel(scale: Scale | null) {
  const { t } = useTranslation('review');
  const format = useFormat();
  const unit = scale ? 'mm' : 'px';
  return (length: ReviewFilter['length']) => {
    const [low = null, high = null] = lengthInUnit(length, scale).map(
      (value) => value !== null && `${format.number(value)} ${unit}`,
    );
    if (low && high) return t('chip.length-between', { low, high });
    return low ? t('chip.length-from', { low }) : t('chip.length-to', { high });
  };
}

/** True when the filter lets everything through. */
export function isEmpty(filter: ReviewFilter): boolean {
  return JSON.stringify(filter) === JSON.stringify(EMPTY_FILTER);
}
