import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { type OtherRows, otherRowOf } from '../../src-shared/run-difference.ts';
import type { OpenElsewhere } from '../state/presence.ts';
import { scrollOffsets } from '../state/review-position.ts';
import classes from './filmstrip.module.css';
import { FilmstripItem, optionId } from './filmstrip-item.tsx';
import { useNamesElsewhere } from './open-elsewhere.tsx';
import { useRowDescription } from './row-icons.tsx';
import { useFilmstrip } from './use-filmstrip.ts';
import { usePictureQueue } from './use-picture-queue.ts';
import type { ReferenceMarks } from './use-references.ts';

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
  readonly references: ReferenceMarks;
  /** What the run that is compared with says; null: none is. */
  readonly other: OtherRows | null;
  readonly elsewhere: OpenElsewhere;
  onPick(imageId: number): void;
  /** Enter or a double click on an image. */
  onOpen(imageId: number): void;
}

/** The images to go through, as a column or as tiles. Only those in sight are on the page. */
export function Filmstrip(props: FilmstripProps) {
  const { runId, view, queue, current, batchId, references, other, elsewhere, onPick, onOpen } = props;
  const { t } = useTranslation('review');
  const { pictures, moved } = usePictureQueue();
  const describe = useRowDescription();
  const namesElsewhere = useNamesElsewhere();
  const at = current ? queue.indexOf(current) : -1;
  const imageId = current?.imageId;
  const strip = useFilmstrip({ view, batchId, count: queue.length, at, imageId });
  const { columns, tile, rowHeight } = strip;
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const target = targetOf(event.key, at, queue.length, columns, strip.page);
    if (target !== undefined) {
      event.preventDefault();
      const row = queue[target];
      if (row) onPick(row.imageId);
    }
    if (event.key === 'Enter' && view === 'grid' && imageId !== undefined) {
      event.preventDefault();
      onOpen(imageId);
    }
  };
  return (
    <div
      ref={strip.ref}
      id={FILMSTRIP_ID}
      role="listbox"
      tabIndex={0}
      aria-label={t('images')}
      aria-activedescendant={imageId === undefined || at < 0 ? undefined : optionId(imageId)}
      className={classes.frame}
      data-view={view}
      onKeyDown={press}
      onScroll={({ currentTarget }) => {
        scrollOffsets.set(batchId, currentTarget.scrollTop);
        moved(currentTarget);
      }}
    >
      <div role="presentation" style={{ height: strip.totalHeight, position: 'relative' }}>
        {strip.rows.map(({ index, start, key }) => (
          <div
            key={key}
            role="presentation"
            className={classes.listRow}
            style={{ transform: `translateY(${start}px)`, height: rowHeight }}
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
                reference={references.get(row.imageId)}
                other={otherRowOf(other, row.imageId)}
                openBy={namesElsewhere(elsewhere.get(row.imageId))}
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

/** Where a key goes to in the queue; -1: it stays. Undefined for a key that goes nowhere. */
function targetOf(key: string, at: number, count: number, columns: number, page: number): number | undefined {
  const targets: Readonly<Record<string, number>> = {
    ArrowDown: at + columns,
    ArrowUp: at - columns,
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    PageDown: at + page,
    PageUp: at - page,
    Home: 0,
    End: count - 1,
  };
  const target = targets[key];
  if (target === undefined || (target >= 0 && target < count)) return target;
  // Beyond the first and the last row of tiles there is nothing: the current image stays.
  const stays = columns > 1 && !key.startsWith('Page');
  return stays ? -1 : Math.min(Math.max(target, 0), count - 1);
}
