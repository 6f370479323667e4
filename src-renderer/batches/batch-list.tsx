import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { BatchCard } from './batch-card.tsx';
import classes from './batches.module.css';

const ROW = 108;

/** All batches of a view; arrow keys select, and a double click does what Enter does. */
export function BatchList({
  rows,
  selected,
  onSelect,
  onOpen,
}: {
  readonly rows: readonly BatchSummaryRow[];
  readonly selected: number;
  onSelect(index: number): void;
  onOpen(): void;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => rows[index]!.batch.id,
    overscan: 6,
  });
  useEffect(() => {
    if (selected >= 0) virtual.scrollToIndex(selected);
  }, [selected, virtual]);
  // The list takes the keys unless something else has them already.
  useEffect(() => {
    if (document.activeElement === document.body) scroll.current?.focus({ preventScroll: true });
  }, []);
  const press = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? ROW) / ROW) - 1);
    const steps: Record<string, number> = {
      ArrowDown: selected + 1,
      ArrowUp: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey || rows.length === 0) return;
    event.preventDefault();
    onSelect(Math.min(Math.max(to, 0), rows.length - 1));
  };
  return (
    <div
      ref={scroll}
      className={classes.list}
      role="listbox"
      tabIndex={0}
      aria-label={t('app:screens.batches')}
      aria-activedescendant={rows[selected] ? `batch-${rows[selected].batch.id}` : undefined}
      data-testid="batch-list"
      onKeyDown={press}
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => {
          const row = rows[index]!;
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox has the keys
            <div
              key={key}
              id={`batch-${row.batch.id}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === selected}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              className={classes.card}
              style={{ height: ROW - 8, transform: `translateY(${start}px)` }}
              onClick={() => {
                onSelect(index);
                scroll.current?.focus({ preventScroll: true });
              }}
              onDoubleClick={onOpen}
            >
              <BatchCard row={row} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
