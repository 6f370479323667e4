import { Center, Loader, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { AuditEntry, AuditFilter } from '../../src-shared/audit.ts';
import { failureOf } from '../api/connection.ts';
import { plainText } from '../i18n/plain-text.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './audit.module.css';
import { useAuditNames } from './audit-words.ts';

/** Height of a row in pixels. */
const ROW = 30;
/** Rows that a page key goes. */
const PAGE = 10;
const STEPS: Readonly<Record<string, number>> = {
  ArrowDown: 1,
  ArrowUp: -1,
  PageDown: PAGE,
  PageUp: -PAGE,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The entries that were found, newest first; more come as one scrolls. */
export function AuditTable({
  filter,
  selected,
  onSelect,
}: {
  readonly filter: AuditFilter;
  readonly selected: AuditEntry | null;
  onSelect(entry: AuditEntry): void;
}) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const found = useFound(filter);
  const { entries, total, error, hasMore, more } = found;
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: entries.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = rows.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (hasMore && last >= entries.length - 20) more();
  }, [hasMore, more, last, entries.length]);
  const go = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || entries.length === 0) return;
    event.preventDefault();
    const at = entries.findIndex(({ id }) => id === selected?.id);
    const next = Math.max(0, Math.min(entries.length - 1, at + step));
    onSelect(entries[next]!);
    rows.scrollToIndex(next);
  };
  if (error) {
    return (
      <div role="alert">
        <FailureDetails failure={failureOf(error)} />
      </div>
    );
  }
  return (
    <div className={classes.list}>
      <Text size="xs" c="dimmed" px={8} role="status">
        {total === null ? t('loading') : t('found', { number: format.count(total), count: total })}
      </Text>
      <Columns />
      <div
        ref={scroll}
        className={classes.rows}
        role="listbox"
        tabIndex={0}
        aria-label={t('entries')}
        aria-activedescendant={selected ? `entry-${selected.id}` : undefined}
        onKeyDown={go}
      >
        <div style={{ height: rows.getTotalSize(), position: 'relative' }} role="presentation">
          {items.map(({ index, start }) => (
            <Row
              key={entries[index]!.id}
              entry={entries[index]!}
              start={start}
              isSelected={entries[index]!.id === selected?.id}
              onSelect={onSelect}
            />
          ))}
        </div>
        {total === null && (
          <Center py="md">
            <Loader size="sm" aria-label={t('loading')} />
          </Center>
        )}
      </div>
    </div>
  );
}

function useFound(filter: AuditFilter) {
  const { api } = useWorkstation();
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery(
    api.audit.search.infiniteOptions({
      input: (before: number | null) => ({ filter, before }),
      initialPageParam: null as number | null,
      getNextPageParam: ({ entries }) => (entries.length < 200 ? undefined : entries.at(-1)!.id),
      refetchOnMount: 'always',
      staleTime: 0,
    }),
  );
  return {
    entries: data?.pages.flatMap(({ entries }) => entries) ?? [],
    total: data?.pages[0]?.total ?? null,
    error,
    hasMore: hasNextPage && !isFetching,
    more: fetchNextPage,
  };
}

const COLUMNS = ['entry', 'time', 'inspector', 'action', 'subject'] as const;

function Columns() {
  const { t } = useTranslation('audit');
  return (
    <div className={`${classes.row} ${classes.head}`} aria-hidden="true">
      {COLUMNS.map((column) => (
        <span key={column}>{t(`column.${column}`)}</span>
      ))}
    </div>
  );
}

function Row({
  entry,
  start,
  isSelected,
  onSelect,
}: {
  readonly entry: AuditEntry;
  readonly start: number;
  readonly isSelected: boolean;
  onSelect(entry: AuditEntry): void;
}) {
  const format = useFormat();
  const names = useAuditNames();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and answers the keys
    <div
      id={`entry-${entry.id}`}
      role="option"
      aria-selected={isSelected}
      tabIndex={-1}
      className={`${classes.row} ${classes.entry}`}
      style={{ transform: `translateY(${start}px)`, height: ROW }}
      onClick={() => onSelect(entry)}
    >
      <span>{entry.id}</span>
      <span>{format.moment(entry.createdAt)}</span>
      <bdi>{plainText(entry.inspector)}</bdi>
      <span>{names.action(entry.action)}</span>
      <span>
        {names.subject(entry.subject)} {plainText(shorter(entry.subjectId))}
      </span>
    </div>
  );
}

/** Hashes are told apart by their beginnings. */
function shorter(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? id.slice(0, 8) : id;
}
