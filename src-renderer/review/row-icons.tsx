import {
  IconArrowsLeftRight,
  IconBookmark,
  IconBookmarkFilled,
  IconCloudOff,
  IconEqualNot,
  IconEye,
  IconEyeExclamation,
  IconFlagOff,
  IconHourglass,
  IconPhotoExclamation,
  IconPhotoX,
} from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isDoubtful } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { runsDisagree } from '../../src-shared/run-difference.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { useDoubts } from '../ui/notices.tsx';
import { HUMAN_ICONS, type Icon, MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './row-icons.module.css';

/** What is known of an image besides its row. */
export interface RowMarks {
  /** True: a reference of its product; false: that is not decided yet. */
  readonly reference?: boolean | undefined;
  /** What the run that is compared with says of it. */
  readonly other?: ReviewRow | undefined;
  /** Who else has it open. */
  readonly openBy?: string | undefined;
  /** What was entered is not stored yet. */
  readonly isUnsent?: boolean;
}

/** What is known of an image, as icons. Their meaning is told by {@link useRowDescription}. */
export function RowIcons({
  row,
  reference,
  other,
  openBy,
  isUnsent,
}: RowMarks & { readonly row: ReviewRow }) {
  const Reference = reference ? IconBookmarkFilled : IconBookmark;
  const Model = row.model && MODEL_ICONS[row.model];
  const Human = row.human && HUMAN_ICONS[row.human];
  return (
    <span className={classes.icons} aria-hidden>
      {row.status === 'failed' && <IconPhotoX size={16} className={verdictClass('reject')} />}
      {row.status === 'pending' && <IconHourglass size={16} className={classes.quiet} />}
      {Model && row.model && <Model size={16} stroke={2} className={verdictClass(row.model)} />}
      {runsDisagree(row, other) && other?.model && <Other model={other.model} />}
      {isDoubtful(row) && (
        <IconPhotoExclamation size={17} className={classes.doubt} data-testid="doubt-badge" />
      )}
      {Human && row.human && <Human size={16} stroke={2} className={verdictClass(row.human)} />}
      {reference !== undefined && <Reference size={15} className={classes.reference} />}
      {row.overturned && <IconArrowsLeftRight size={15} className={classes.loud} />}
      {row.falsePositives > 0 && <Count icon={IconFlagOff} count={row.falsePositives} />}
      {row.missedDefects > 0 && <Count icon={IconEyeExclamation} count={row.missedDefects} />}
      {isUnsent && <IconCloudOff size={15} className={classes.loud} />}
      {openBy !== undefined && (
        <span className={classes.openBy} data-testid="open-by">
          <IconEye size={14} />
          {/* Drawn by the style sheet, as above. */}
          <bdi data-names={openBy} />
        </span>
      )}
    </span>
  );
}

function Count({ icon: Icon, count }: { readonly icon: Icon; readonly count: number }) {
  return (
    <span className={classes.count}>
      <Icon size={15} className={classes.loud} />
      {/* Drawn by the style sheet: as text it would have to stand in the image's name as well. */}
      {count > 1 && <span className={classes.number} data-count={count} />}
    </span>
  );
}

/** The verdict of the other run, where it is another one. */
function Other({ model }: { readonly model: ModelVerdict }) {
  const Icon = MODEL_ICONS[model];
  return (
    <span className={classes.other}>
      <IconEqualNot size={13} />
      <Icon size={16} stroke={2} className={verdictClass(model)} />
    </span>
  );
}

/** Says in words what {@link RowIcons} shows. */
export function useRowDescription(): (row: ReviewRow, marks?: RowMarks) => string {
  const { t } = useTranslation(['review', 'app']);
  const doubts = useDoubts();
  return useCallback(
    (row: ReviewRow, { reference, other, openBy, isUnsent }: RowMarks = {}) =>
      [
        row.name,
        row.status !== 'done' && t(`status.${row.status}`),
        row.score !== null && t('row.score', { score: row.score.toFixed(3) }),
        row.model && t('row.model', { verdict: t(`app:verdict.${row.model}`) }),
        runsDisagree(row, other) &&
          other?.model &&
          t('row.other', { verdict: t(`app:verdict.${other.model}`) }),
        isDoubtful(row) && t('notices.doubt', { names: doubts(row.notices).join(', ') }),
        row.human && t('row.human', { verdict: t(`app:verdict.${row.human}`) }),
        reference !== undefined && t(reference ? 'row.reference' : 'row.reference-undecided'),
        row.defectClass,
        row.overturned && t('row.overturned'),
        row.falsePositives > 0 && t('row.false-positives', { count: row.falsePositives }),
        row.missedDefects > 0 && t('row.missed', { count: row.missedDefects }),
        isUnsent && t('verdict.unsent'),
        openBy !== undefined && t('row.open-by', { names: openBy }),
      ]
        .filter(Boolean)
        .join(', '),
    [t, doubts],
  );
}
