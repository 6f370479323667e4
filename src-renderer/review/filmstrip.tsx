import { useElementSize, useMergedRef } from '@mantine/hooks';
import { type Range, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { scrollOffsets } from '../state/review-position.ts';
import classes from './filmstrip.module.css';
import { FilmstripItem, optionId } from './filmstrip-item.tsx';
import { LineSlots } from './line-slots.ts';
import { useRowDescription } from './marks.tsx';
import { usePictureQueue } from './use-picture-queue.ts';

/** Pixels: height of a row of the strip, least width of a tile of the grid, what a tile has below its picture. */
const ROW = 64;
const TILE = 168;
const CAPTION = 46;
const GAP = 8;

/** Id of the list's element: where the focus goes back to. */
export const FILMSTRIP_ID = 'review-images';

interface FilmstripProps {
  /** The run whose results are shown; null: nothing was inspected yet. */
  readonly runId: number | null;
  readonly view: 'strip' | 'grid';
  readonly queue: readonly ReviewRow[];
  readonly current: ReviewRow | null;
  /** Under this number the strip remembers how far it is scrolled. */
  readonly batchId: number;
  onPick(imageId: number): void;
  /** Enter or a double click on an image. */
  onOpen(imageId: number): void;
}

/** The images to go through, as a column or as tiles. Only those in sight are on the page. */
export function Filmstrip({ runId, view, queue, current, batchId, onPick, onOpen }: FilmstripProps) {
  const { t } = useTranslation('review');
  const scroll = scrollOffsets.get(batchId);
  const { ref: sizeRef, width, height } = useElementSize();
  const frame = useRef<HTMLDivElement>(null);
  const { pictures, moved } = usePictureQueue();
  const ref = useMergedRef(frame, sizeRef);
  const columns = view === 'strip' ? 1 : Math.max(1, Math.floor((width - GAP) / (TILE + GAP)));
  const tile = view === 'strip' ? 0 : Math.floor((width - GAP) / columns) - GAP;
  const size = view === 'strip' ? ROW : tile + CAPTION + GAP;
  const at = current ? queue.indexOf(current) : -1;
  const line = at < 0 ? -1 : Math.floor(at / columns);
  const lines = useVirtualizer({
    count: width === 0 ? 0 : Math.ceil(queue.length / columns),
    getScrollElement: () => frame.current,
    estimateSize: () => size,
    overscan: view === 'strip' ? 6 : 1,
    paddingStart: view === 'strip' ? 0 : GAP,
    scrollPaddingStart: view === 'strip' ? ROW : GAP,
    scrollPaddingEnd: view === 'strip' ? ROW : 0,
    initialOffset: scroll ?? 0,
    // The selected image stays on the page: assistive technology follows aria-activedescendant to it.
    rangeExtractor: (range) => {
      const seen = linesAround(range, Math.ceil(height / size) + 1);
      return line < 0 || seen.includes(line) ? seen : [...seen, line].sort((a, b) => a - b);
    },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another size of the lines needs new measures
  useLayoutEffect(() => lines.measure(), [size, lines]);
  const imageId = current?.imageId;
  const [shown, setShown] = useState({ imageId: scroll === undefined ? undefined : imageId, columns });
  // The image that was gone to comes into sight; results that come in and move it leave the strip where it is.
  useEffect(() => {
    if (width === 0 || line < 0 || (shown.imageId === imageId && shown.columns === columns)) return;
    lines.scrollToIndex(line, { align: shown.imageId === undefined ? 'center' : 'auto' });
    setShown({ imageId, columns });
  }, [imageId, line, columns, width, lines, shown]);

  const describe = useRowDescription();
  const [slots] = useState(() => new LineSlots());
  const shownLines = lines.getVirtualItems();
  const keys = slots.assign(shownLines.map(({ index }) => index));

  const pick = (place: number) => {
    const row = queue[Math.min(Math.max(place, 0), queue.length - 1)];
    if (row) onPick(row.imageId);
  };
  const page = Math.max(1, Math.floor(height / size)) * columns;
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: queue.length - 1,
  };
  const down = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const place = steps[event.key];
    if (place !== undefined) {
      event.preventDefault();
      // Beyond the first and the last line of tiles there is nothing: the selection stays.
      if (place >= 0 && place < queue.length) pick(place);
      else if (columns === 1 || event.key.startsWith('Page')) pick(place);
    }
    if (event.key === 'Enter' && view === 'grid' && imageId !== undefined) {
      event.preventDefault();
      onOpen(imageId);
    }
  };
  return (
    <div
      ref={ref}
      id={FILMSTRIP_ID}
      role="listbox"
      tabIndex={0}
      aria-label={t('images')}
      aria-activedescendant={imageId === undefined || at < 0 ? undefined : optionId(imageId)}
      className={classes.frame}
      data-view={view}
      onKeyDown={down}
      onScroll={({ currentTarget }) => {
        scrollOffsets.set(batchId, currentTarget.scrollTop);
        moved(currentTarget);
      }}
    >
      <div role="presentation" style={{ height: lines.getTotalSize(), position: 'relative' }}>
        {shownLines.map(({ index, start }, i) => (
          <div
            key={keys[i]}
            role="presentation"
            className={classes.line}
            style={{ transform: `translateY(${start}px)`, height: size }}
          >
            {queue.slice(index * columns, (index + 1) * columns).map((row, column) => (
              <FilmstripItem
                // biome-ignore lint/suspicious/noArrayIndexKey: an image takes over the elements of another
                key={column}
                row={row}
                runId={runId}
                place={index * columns + column}
                total={queue.length}
                tile={tile}
                selected={row.imageId === imageId}
                pictures={pictures}
                describe={describe}
                onPick={onPick}
                onOpen={onOpen}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The lines in sight and some around them: always as many, so that their elements can be used again. */
function linesAround({ startIndex, overscan, count }: Range, inSight: number): number[] {
  const length = Math.min(count, inSight + 2 * overscan);
  const first = Math.max(0, Math.min(startIndex - overscan, count - length));
  return Array.from({ length }, (_, i) => first + i);
}
