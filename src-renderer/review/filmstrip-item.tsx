import { IconPhoto, IconPhotoExclamation } from '@tabler/icons-react';
import { memo, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { useNoThumbnail } from '../ui/use-no-thumbnail.ts';
import { FileName } from './file-name.tsx';
import classes from './filmstrip.module.css';
import type { PictureQueue } from './picture-queue.ts';
import { RowIcons, type RowMarks } from './row-icons.tsx';
import { useIsUnsent } from './unsent-edits.ts';

interface FilmstripItemProps {
  readonly row: ReviewRow;
  /** The run whose results are shown; null: nothing was inspected yet. */
  readonly runId: number | null;
  readonly place: number;
  readonly total: number;
  /** Width of the tile in pixels; 0: a row of the strip. */
  readonly tile: number;
  readonly selected: boolean;
  /** True: a reference of its product; false: that is not decided yet. */
  readonly reference?: boolean | undefined;
  /** What the run that is compared with says of it. */
  readonly other: ReviewRow | undefined;
  /** Who else has it open; undefined: nobody has. */
  readonly openBy: string | undefined;
  readonly pictures: PictureQueue;
  /** What the item is called for those who do not see it. */
  describe(row: ReviewRow, marks: RowMarks): string;
  onPick(imageId: number): void;
  onOpen(imageId: number): void;
}

/** An image of the filmstrip: its picture, its name, what is known of it. */
export const FilmstripItem = memo(function FilmstripItem(props: FilmstripItemProps) {
  const { row, runId, place, total, tile, selected, reference, other, openBy } = props;
  const { pictures, describe, onPick, onOpen } = props;
  const isUnsent = useIsUnsent(runId, row.imageId);
  const marks = { reference, other, openBy, isUnsent };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the focus and the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and the keys
    <div
      id={optionId(row.imageId)}
      role="option"
      aria-selected={selected}
      aria-label={describe(row, marks)}
      aria-posinset={place + 1}
      aria-setsize={total}
      className={tile === 0 ? classes.row : classes.tile}
      style={tile === 0 ? undefined : { width: tile }}
      onClick={() => onPick(row.imageId)}
      onDoubleClick={() => onOpen(row.imageId)}
    >
      <span className={classes.picture}>
        <Thumbnail
          key={row.imageId}
          url={
            runId === null || row.status === 'pending'
              ? authorisedMediaUrls.thumbnail(row.imageId, null)
              : authorisedMediaUrls.seenThumbnail(row.imageId, runId)
          }
          pictures={pictures}
        />
      </span>
      <div className={classes.text}>
        <FileName name={row.name} />
        <div className={classes.facts}>
          <span className={classes.score}>{row.score === null ? '–' : row.score.toFixed(3)}</span>
          <RowIcons row={row} {...marks} />
        </div>
      </div>
    </div>
  );
});

type ThumbnailProps = Pick<FilmstripItemProps, 'pictures'> & { readonly url: string };

/** Nothing until its turn comes to load. */
function Thumbnail({ url, pictures }: ThumbnailProps) {
  const [state, setState] = useState<'waiting' | 'wanted'>('waiting');
  const [missing, onError] = useNoThumbnail(url);
  const { t } = useTranslation('review');
  const done = useRef(() => {});
  useEffect(() => {
    done.current = pictures.ask(() => setState('wanted'));
    return done.current;
  }, [pictures]);
  if (state === 'waiting') return null;
  if (missing === 'changed')
    return (
      <span title={t('changed')}>
        <IconPhotoExclamation size={22} role="img" aria-label={t('changed')} />
      </span>
    );
  if (missing) return <IconPhoto size={22} aria-hidden />;
  return (
    <img
      src={url}
      alt=""
      decoding="async"
      draggable={false}
      onLoad={() => done.current()}
      onError={() => {
        done.current();
        onError();
      }}
    />
  );
}

/** Id of an image's element in the list. */
export function optionId(imageId: number): string {
  return `review-image-${imageId}`;
}
