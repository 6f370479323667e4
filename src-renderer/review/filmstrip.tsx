import { useElementSize, useMergedRef } from '@mantine/hooks';
import { IconPhoto } from '@tabler/icons-react';
import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, memo, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { mediaUrls } from '../../src-shared/media-urls.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { FileName } from './file-name.tsx';
import classes from './filmstrip.module.css';
import { Marks, useRowDescription } from './marks.tsx';
import { scrollOffsets } from './place-store.ts';

/** Pixels: height of a row of the strip, least width of a tile of the grid, what a tile has below its picture. */
const ROW = 64;
const TILE = 168;
const CAPTION = 46;
const GAP = 8;

/** Id of the list's element: where the focus goes back to. */
export const FILMSTRIP_ID = 'review-images';

interface FilmstripProps {
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
export function Filmstrip({ view, queue, current, batchId, onPick, onOpen }: FilmstripProps) {
  const { t } = useTranslation('review');
  const scroll = scrollOffsets.get(batchId);
  const { ref: sizeRef, width } = useElementSize();
  const frame = useRef<HTMLDivElement>(null);
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
      const seen = defaultRangeExtractor(range);
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

  const pick = (place: number) => {
    const row = queue[Math.min(Math.max(place, 0), queue.length - 1)];
    if (row) onPick(row.imageId);
  };
  const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 0) / size)) * columns;
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
      onScroll={(event) => scrollOffsets.set(batchId, event.currentTarget.scrollTop)}
    >
      <div role="presentation" style={{ height: lines.getTotalSize(), position: 'relative' }}>
        {lines.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            role="presentation"
            className={classes.line}
            style={{ transform: `translateY(${start}px)`, height: size }}
          >
            {queue.slice(index * columns, (index + 1) * columns).map((row, column) => (
              <Item
                key={row.imageId}
                row={row}
                place={index * columns + column}
                total={queue.length}
                tile={tile}
                selected={row.imageId === imageId}
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

interface ItemProps {
  readonly row: ReviewRow;
  readonly place: number;
  readonly total: number;
  /** Width of the tile in pixels; 0: a row of the strip. */
  readonly tile: number;
  readonly selected: boolean;
  onPick(imageId: number): void;
  onOpen(imageId: number): void;
}

const Item = memo(function Item({ row, place, total, tile, selected, onPick, onOpen }: ItemProps) {
  const describe = useRowDescription();
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and the keys
    <div
      id={optionId(row.imageId)}
      role="option"
      aria-selected={selected}
      aria-label={describe(row)}
      aria-posinset={place + 1}
      aria-setsize={total}
      className={tile === 0 ? classes.row : classes.tile}
      style={tile === 0 ? undefined : { width: tile }}
      onClick={() => onPick(row.imageId)}
      onDoubleClick={() => onOpen(row.imageId)}
    >
      <Thumbnail imageId={row.imageId} />
      <div className={classes.text}>
        <FileName name={row.name} />
        <div className={classes.facts}>
          <span className={classes.score}>{row.score === null ? '–' : row.score.toFixed(3)}</span>
          <Marks row={row} />
        </div>
      </div>
    </div>
  );
});

function Thumbnail({ imageId }: { readonly imageId: number }) {
  const [broken, setBroken] = useState(false);
  const fail = useCallback(() => setBroken(true), []);
  return (
    <span className={classes.picture}>
      {broken ? (
        <IconPhoto size={22} aria-hidden />
      ) : (
        <img
          src={mediaUrls.thumbnail(imageId, null)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={fail}
        />
      )}
    </span>
  );
}

function optionId(imageId: number): string {
  return `review-image-${imageId}`;
}
