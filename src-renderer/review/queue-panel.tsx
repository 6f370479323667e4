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
import { type RefObject, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  EMPTY_FILTER,
  REVIEW_ORDERS,
  type ReviewCounts,
  type ReviewFilter,
  type ReviewOrder,
} from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { ConfusionTable } from './confusion-table.tsx';
import { Filmstrip } from './filmstrip.tsx';
import { FilterChips, isEmpty } from './filter-chips.tsx';
import { FilterPanel } from './filter-panel.tsx';
import classes from './queue-panel.module.css';
import { useReviewSettings } from './review-settings.ts';
import { Section } from './section.tsx';

interface QueuePanelProps {
  readonly queue: readonly ReviewRow[];
  readonly current: ReviewRow | null;
  readonly counts: ReviewCounts;
  readonly filter: ReviewFilter;
  readonly thresholds: { readonly warn: number; readonly reject: number };
  readonly scroll: number | null;
  readonly searchField: RefObject<HTMLInputElement | null>;
  onFilter(filter: ReviewFilter): void;
  onPick(imageId: number): void;
  onOpen(imageId: number): void;
  onScroll(offset: number): void;
}

/** The queue: search, order, filter, the images, and the confusion table. */
export function QueuePanel(props: QueuePanelProps) {
  const { queue, current, counts, filter, thresholds, onFilter } = props;
  const { t } = useTranslation('review');
  const { view, order, set } = useReviewSettings();
  const narrowed = !isEmpty(filter);
  const place = current ? queue.indexOf(current) + 1 : 0;
  return (
    <div className={classes.panel}>
      <Group gap={6} px={10} pt={10} pb={8} wrap="nowrap">
        <SearchField filter={filter} onFilter={onFilter} field={props.searchField} />
        <Popover position="bottom-start" width={330} shadow="md" trapFocus returnFocus>
          <Popover.Target>
            <Indicator disabled={!narrowed} size={8} offset={4}>
              <ActionIcon
                variant="default"
                size={30}
                aria-label={t('filter.title')}
                title={t('filter.title')}
              >
                <IconFilter size={16} />
              </ActionIcon>
            </Indicator>
          </Popover.Target>
          <Popover.Dropdown aria-label={t('filter.title')}>
            <FilterPanel filter={filter} counts={counts} thresholds={thresholds} onFilter={onFilter} />
          </Popover.Dropdown>
        </Popover>
      </Group>
      <Group gap={8} px={10} pb={8} wrap="nowrap" justify="space-between">
        <Select
          size="xs"
          flex={1}
          maw={240}
          aria-label={t('order.label')}
          allowDeselect={false}
          value={order}
          data={REVIEW_ORDERS.map((value) => ({ value, label: t(`order.${value}`) }))}
          onChange={(value) => value && set({ order: value as ReviewOrder })}
        />
        <span className={classes.count} data-testid="queue-count">
          {narrowed
            ? t('count.narrowed', { place, shown: queue.length, total: counts.total })
            : t('count.all', { place, total: counts.total })}
        </span>
      </Group>
      <FilterChips filter={filter} onFilter={onFilter} />
      {queue.length > 0 ? (
        <Filmstrip
          view={view}
          queue={queue}
          current={current}
          scroll={props.scroll}
          onPick={props.onPick}
          onOpen={props.onOpen}
          onScroll={props.onScroll}
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
}

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
