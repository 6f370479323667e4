import {
  ActionIcon,
  Button,
  CloseButton,
  EmptyState,
  Group,
  Indicator,
  Popover,
  Select,
  TextInput,
} from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilter, IconPhotoOff, IconSearch } from '@tabler/icons-react';
import { memo, type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EMPTY_FILTER,
  REVIEW_ORDERS,
  type ReviewCounts,
  type ReviewFilter,
  type ReviewOrder,
} from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { OtherRows } from '../../src-shared/run-difference.ts';
import type { Scale } from '../../src-shared/scale.ts';
import type { OpenElsewhere } from '../state/presence.ts';
import { ConfusionTable } from './confusion-table.tsx';
import { Filmstrip } from './filmstrip.tsx';
import { FilterChips, isEmpty } from './filter-chips.tsx';
import { FilterPanel } from './filter-panel.tsx';
import classes from './queue-panel.module.css';
import { useReviewSettings } from './review-settings.ts';
import { Section } from './section.tsx';
import type { ReferenceMarks } from './use-references.ts';

interface QueuePanelProps {
  /** The run whose results are shown; null: nothing was inspected yet. */
  readonly runId: number | null;
  readonly queue: readonly ReviewRow[];
  readonly current: ReviewRow | null;
  readonly counts: ReviewCounts;
  readonly filter: ReviewFilter;
  /** Of the lot's sample that is gone through; null: of none. */
  readonly sampleProgress: { readonly judged: number; readonly total: number } | null;
  readonly thresholds: { readonly warn: number; readonly reject: number };
  /** How large a pixel is; null: not known, lengths are in pixels. */
  readonly scale: Scale | null;
  readonly batchId: number;
  readonly references: ReferenceMarks;
  /** What the run that is compared with says; null: none is, or it is on its way. */
  readonly other: OtherRows | null;
  readonly elsewhere: OpenElsewhere;
  readonly searchField: RefObject<HTMLInputElement | null>;
  onFilter(filter: ReviewFilter): void;
  onPick(imageId: number): void;
  onOpen(imageId: number): void;
}

/** The queue: search, order, filter, the images, and the confusion table. */
export const QueuePanel = memo(function QueuePanel(props: QueuePanelProps) {
  const { queue, current, counts, filter, thresholds, scale, onFilter } = props;
  const { t } = useTranslation('review');
  const view = useReviewSettings((settings) => settings.view);
  return (
    <div className={classes.panel}>
      <QueueHead
        counts={counts}
        filter={filter}
        sampleProgress={props.sampleProgress}
        thresholds={thresholds}
        scale={scale}
        place={current ? queue.indexOf(current) + 1 : 0}
        shown={queue.length}
        searchField={props.searchField}
        onFilter={onFilter}
      />
      {queue.length > 0 ? (
        <Filmstrip
          runId={props.runId}
          view={view}
          queue={queue}
          current={current}
          batchId={props.batchId}
          references={props.references}
          other={props.other}
          elsewhere={props.elsewhere}
          onPick={props.onPick}
          onOpen={props.onOpen}
        />
      ) : (
        <EmptyState
          size="sm"
          flex={1}
          icon={<IconPhotoOff />}
          title={t('empty.no-match')}
          description={t('empty.no-match-why')}
        >
          <Button size="xs" variant="default" onClick={() => onFilter(EMPTY_FILTER)}>
            {t('filter.clear')}
          </Button>
        </EmptyState>
      )}
      <Section id="confusion" title={t('confusion.title')}>
        <ConfusionTable counts={counts} filter={filter} onFilter={onFilter} />
      </Section>
    </div>
  );
});

type QueueHeadProps = Pick<
  QueuePanelProps,
  'counts' | 'filter' | 'thresholds' | 'scale' | 'searchField' | 'sampleProgress' | 'onFilter'
> & { readonly place: number; readonly shown: number };

function QueueHead({ place, shown, sampleProgress, ...fields }: QueueHeadProps) {
  const { t } = useTranslation('review');
  const { counts, filter, scale, onFilter } = fields;
  return (
    <>
      <SearchLine {...fields} />
      <Group gap={8} px={10} pb={8} wrap="nowrap" justify="space-between">
        <OrderField compared={counts.compared > 0} twoRuns={counts.runsDiffer !== null} />
        <span className={classes.count} data-testid="queue-count">
          {isEmpty(filter)
            ? t('count.all', { place, total: counts.total })
            : t('count.narrowed', { place, shown, total: counts.total })}
        </span>
      </Group>
      <FilterChips filter={filter} scale={scale} sampleProgress={sampleProgress} onFilter={onFilter} />
    </>
  );
}

// What does not depend on the image at hand stays as it is when one leafs through.

const SearchLine = memo(function SearchLine(
  props: Omit<QueueHeadProps, 'place' | 'shown' | 'sampleProgress'>,
) {
  const { t } = useTranslation('review');
  const { counts, filter, thresholds, scale, searchField, onFilter } = props;
  return (
    <Group gap={6} px={10} pt={10} pb={8} wrap="nowrap">
      <SearchField filter={filter} onFilter={onFilter} field={searchField} />
      <Popover position="bottom-start" width={330} shadow="md" trapFocus returnFocus>
        <Indicator disabled={isEmpty(filter)} size={8} offset={4}>
          <Popover.Target>
            <ActionIcon variant="default" size={30} aria-label={t('filter.title')} title={t('filter.title')}>
              <IconFilter size={16} />
            </ActionIcon>
          </Popover.Target>
        </Indicator>
        <Popover.Dropdown aria-label={t('filter.title')}>
          <FilterPanel
            filter={filter}
            counts={counts}
            thresholds={thresholds}
            scale={scale}
            onFilter={onFilter}
          />
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
});

const OrderField = memo(function OrderField({
  compared,
  twoRuns,
}: {
  /** Whether any image has second opinions, that may disagree. */
  readonly compared: boolean;
  /** Whether two runs are compared, whose scores may differ. */
  readonly twoRuns: boolean;
}) {
  const { t } = useTranslation('review');
  const { order, set } = useReviewSettings();
  const isOffered: Partial<Record<ReviewOrder, boolean>> = {
    disagreement: compared,
    'score-difference': twoRuns,
  };
  const orders = REVIEW_ORDERS.filter((value) => order === value || (isOffered[value] ?? true));
  return (
    <Select
      role="combobox"
      size="xs"
      flex={1}
      maw={240}
      aria-label={t('order.label')}
      allowDeselect={false}
      value={order}
      data={orders.map((value) => ({ value, label: t(`order.${value}`) }))}
      onChange={(value) => value && set({ order: value as ReviewOrder })}
    />
  );
});

/** Milliseconds of rest before what was typed takes effect. */
const REST = 150;

function SearchField({
  filter,
  onFilter,
  field,
}: Pick<QueuePanelProps, 'filter' | 'onFilter'> & { readonly field: RefObject<HTMLInputElement | null> }) {
  const { t } = useTranslation('review');
  const [text, setText] = useState(filter.text);
  useEffect(() => setText(filter.text), [filter.text]);
  const search = useDebouncedCallback((value: string) => onFilter({ ...filter, text: value }), {
    delay: REST,
    flushOnUnmount: true,
  });
  const type = (value: string) => {
    setText(value);
    search(value);
  };
  return (
    <TextInput
      ref={field}
      size="xs"
      flex={1}
      value={text}
      maxLength={200}
      aria-label={t('search')}
      placeholder={t('search')}
      leftSection={<IconSearch size={14} />}
      rightSection={text && <CloseButton size="xs" aria-label={t('search-clear')} onClick={() => type('')} />}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== 'Escape') return;
        event.preventDefault();
        if (event.key === 'Escape' && text) type('');
        else event.currentTarget.blur();
      }}
    />
  );
}
