import { Button } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './long-list.module.css';
import { useFormat } from './use-format.ts';

/** Entries shown at first. */
const FIRST = 5;

/** A few entries, all of them (in a box that scrolls) when asked for: there may be a hundred thousand. */
export function LongList<T>({
  items,
  render,
}: {
  readonly items: readonly T[];
  render(item: T, index: number): ReactNode;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const [open, setOpen] = useState(false);
  return (
    <div>
      {open ? (
        <ScrollingList items={items} render={render} />
      ) : (
        <ul className={classes.list}>
          {items.slice(0, FIRST).map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes its order
            <li key={index}>{render(item, index)}</li>
          ))}
        </ul>
      )}
      {items.length > FIRST && (
        <Button variant="subtle" size="compact-xs" mt={4} aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t('show-less') : t('show-all', { number: format.count(items.length) })}
        </Button>
      )}
    </div>
  );
}

function ScrollingList<T>({
  items,
  render,
}: {
  readonly items: readonly T[];
  render(item: T, index: number): ReactNode;
}) {
  const { t } = useTranslation(['batches', 'app']);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 22,
    overscan: 10,
  });
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reached by keyboard
    <section ref={scroll} className={classes.box} tabIndex={0} aria-label={t('all-entries')}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start, key }) => (
          <div
            key={key}
            data-index={index}
            ref={rows.measureElement}
            className={classes.entry}
            style={{ transform: `translateY(${start}px)` }}
          >
            {render(items[index]!, index)}
          </div>
        ))}
      </div>
    </section>
  );
}
