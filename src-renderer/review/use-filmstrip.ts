import { useElementSize, useMergedRef } from '@mantine/hooks';
import { type Range, useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { scrollOffsets } from '../state/review-position.ts';
import { RecycledKeys } from './recycled-keys.ts';

/** Pixels: height of a row of the strip, least width of a tile of the grid, what a tile has below its picture. */
const ROW = 64;
const TILE = 168;
const CAPTION = 46;
const GAP = 8;

interface FilmstripContent {
  readonly view: 'strip' | 'grid';
  readonly batchId: number;
  /** Images in the queue. */
  readonly count: number;
  /** Place of the current image in the queue; -1: none. */
  readonly at: number;
  readonly imageId: number | undefined;
}

/** How the images lie in rows, and which rows are on the page: those in sight, and the current image's. */
export function useFilmstrip({ view, batchId, count, at, imageId }: FilmstripContent) {
  const { ref: sizeRef, width, height } = useElementSize();
  const frame = useRef<HTMLDivElement>(null);
  const ref = useMergedRef(frame, sizeRef);
  const columns = view === 'strip' ? 1 : Math.max(1, Math.floor((width - GAP) / (TILE + GAP)));
  const tile = view === 'strip' ? 0 : Math.floor((width - GAP) / columns) - GAP;
  const rowHeight = view === 'strip' ? ROW : tile + CAPTION + GAP;
  const current = at < 0 ? -1 : Math.floor(at / columns);
  const scroll = scrollOffsets.get(batchId);
  const rows = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(count / columns),
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: view === 'strip' ? 6 : 1,
    paddingStart: view === 'strip' ? 0 : GAP,
    scrollPaddingStart: view === 'strip' ? ROW : GAP,
    scrollPaddingEnd: view === 'strip' ? ROW : 0,
    initialOffset: scroll ?? 0,
    // The current image stays on the page: assistive technology follows aria-activedescendant to it.
    rangeExtractor: (range) => {
      const seen = rowsAround(range, Math.ceil(height / rowHeight) + 1);
      return current < 0 || seen.includes(current) ? seen : [...seen, current].sort((a, b) => a - b);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another height of the rows needs new measures
  useLayoutEffect(() => rows.measure(), [rowHeight, rows]);
  const [shown, setShown] = useState({ imageId: scroll === undefined ? undefined : imageId, columns });
  // The image that was gone to comes into sight; results that come in and move it leave the strip where it is.
  useEffect(() => {
    if (width === 0 || current < 0 || (shown.imageId === imageId && shown.columns === columns)) return;
    rows.scrollToIndex(current, { align: shown.imageId === undefined ? 'center' : 'auto' });
    setShown({ imageId, columns });
  }, [imageId, current, columns, width, rows, shown]);
  const [keys] = useState(() => new RecycledKeys());
  const items = rows.getVirtualItems();
  const itemKeys = keys.assign(items.map(({ index }) => index));
  return {
    ref,
    columns,
    tile,
    rowHeight,
    /** Images that a page forth or back goes by. */
    page: Math.max(1, Math.floor(height / rowHeight)) * columns,
    totalHeight: rows.getTotalSize(),
    rows: items.map(({ index, start }, i) => ({ index, start, key: itemKeys[i] })),
  };
}

/** The rows in sight and some around them: always as many, so that their elements can be used again. */
function rowsAround({ startIndex, overscan, count }: Range, inSight: number): number[] {
  const length = Math.min(count, inSight + 2 * overscan);
  const first = Math.max(0, Math.min(startIndex - overscan, count - length));
  return Array.from({ length }, (_, i) => first + i);
}
