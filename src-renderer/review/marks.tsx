import {
  IconAlertTriangle,
  IconArrowsLeftRight,
  IconCircleCheck,
  IconCircleX,
  IconEyeExclamation,
  IconFlagOff,
  IconHourglass,
  IconPhotoExclamation,
  IconPhotoX,
  IconUserCheck,
  IconUserQuestion,
  IconUserX,
} from '@tabler/icons-react';
import { type ComponentType, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isDoubtful } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { HumanVerdict, ModelVerdict } from '../../src-shared/verdict.ts';
import classes from './marks.module.css';
import { useDoubts } from './notices.tsx';

export type Icon = ComponentType<{ size?: number; stroke?: number; className?: string | undefined }>;

/** Each verdict has its shape as well as its colour. */
export const MODEL_ICONS: Readonly<Record<ModelVerdict, Icon>> = {
  accept: IconCircleCheck,
  warn: IconAlertTriangle,
  reject: IconCircleX,
};
export const HUMAN_ICONS: Readonly<Record<HumanVerdict, Icon>> = {
  accept: IconUserCheck,
  uncertain: IconUserQuestion,
  reject: IconUserX,
};

/** Class name that gives text and icons a verdict's colour. */
export function verdictClass(verdict: ModelVerdict | HumanVerdict): string | undefined {
  return classes[verdict === 'uncertain' ? 'warn' : verdict];
}

/** What is known of an image, as icons. Their meaning is told by {@link useRowDescription}. */
export function Marks({ row }: { readonly row: ReviewRow }) {
  const Model = row.model && MODEL_ICONS[row.model];
  const Human = row.human && HUMAN_ICONS[row.human];
  return (
    <span className={classes.marks} aria-hidden>
      {row.status === 'failed' && <IconPhotoX size={16} className={classes.reject} />}
      {row.status === 'pending' && <IconHourglass size={16} className={classes.quiet} />}
      {Model && row.model && <Model size={16} stroke={2} className={verdictClass(row.model)} />}
      {isDoubtful(row) && (
        <IconPhotoExclamation size={17} className={classes.doubt} data-testid="doubt-badge" />
      )}
      {Human && row.human && <Human size={16} stroke={2} className={verdictClass(row.human)} />}
      {row.overturned && <IconArrowsLeftRight size={15} className={classes.loud} />}
      {row.falsePositives > 0 && <Count icon={IconFlagOff} count={row.falsePositives} />}
      {row.missedDefects > 0 && <Count icon={IconEyeExclamation} count={row.missedDefects} />}
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

/** Says in words what {@link Marks} shows. */
export function useRowDescription(): (row: ReviewRow) => string {
  const { t } = useTranslation(['review', 'app']);
  const doubts = useDoubts();
  return useCallback(
    (row: ReviewRow) =>
      [
        row.name,
        row.status !== 'done' && t(`status.${row.status}`),
        row.score !== null && t('row.score', { score: row.score.toFixed(3) }),
        row.model && t('row.model', { verdict: t(`app:verdict.${row.model}`) }),
        isDoubtful(row) && t('notices.doubt', { names: doubts(row.notices).join(', ') }),
        row.human && t('row.human', { verdict: t(`app:verdict.${row.human}`) }),
        row.defectClass,
        row.overturned && t('row.overturned'),
        row.falsePositives > 0 && t('row.false-positives', { count: row.falsePositives }),
        row.missedDefects > 0 && t('row.missed', { count: row.missedDefects }),
      ]
        .filter(Boolean)
        .join(', '),
    [t, doubts],
  );
}
