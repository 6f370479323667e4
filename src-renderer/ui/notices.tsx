import { Alert } from '@mantine/core';
import { IconPhotoExclamation } from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { isSameRange } from '../../src-shared/batch-range.ts';
import type { ReviewImage } from '../../src-shared/contract/review.ts';
import { isWarning, type Notice, type NoticeCode } from '../../src-shared/notice.ts';
import { noticeName, noticeText } from '../../src-shared/notice-text.ts';
import type { ReviewFilter } from '../../src-shared/review-queue.ts';
import { useSession } from '../state/session.ts';
import classes from './notices.module.css';

/** Names of the notices that put a verdict in doubt, in the language of the window. */
export function useDoubts(): (codes: readonly NoticeCode[]) => string[] {
  const language = useSession((session) => session.language);
  return useCallback(
    (codes) => codes.filter(isWarning).map((code) => noticeName(code, language)),
    [language],
  );
}

/** What a choice of the filter for notices is called. */
export function useNoticeLabel(): (choice: NonNullable<ReviewFilter['notice']>) => string {
  const { t } = useTranslation('review');
  const language = useSession((session) => session.language);
  return (choice) =>
    choice === 'doubtful' || choice === 'any' ? t(`notices.${choice}`) : noticeName(choice, language);
}

interface DoubtAlertProps {
  readonly codes: readonly NoticeCode[];
  /** Undefined while they are on their way: the names stand alone then. */
  readonly notices: readonly Notice[] | undefined;
}

/** Stands beside a verdict that must not be read without its notices; nothing for the others. */
export function DoubtAlert({ codes, notices }: DoubtAlertProps) {
  const { t } = useTranslation('review');
  const doubts = useDoubts()(codes);
  if (doubts.length === 0) return null;
  return (
    <Alert
      color="yellow"
      p="xs"
      icon={<IconPhotoExclamation size={18} />}
      title={t('notices.doubt', { names: doubts.join(' · ') })}
      data-testid="doubt"
    >
      <NoticeTexts notices={notices?.filter(({ code }) => isWarning(code)) ?? []} />
    </Alert>
  );
}

/** A sign that an image's verdict is in doubt, with why for those who point at it or do not see it. */
export function DoubtIcon({ codes }: { readonly codes: readonly NoticeCode[] }) {
  const { t } = useTranslation('review');
  const doubts = useDoubts()(codes);
  if (doubts.length === 0) return null;
  const label = t('notices.doubt', { names: doubts.join(', ') });
  return (
    <span role="img" aria-label={label} title={label} className={classes.mark}>
      <IconPhotoExclamation size={15} />
    </span>
  );
}

/** What notices say, each on a line of its own. */
export function NoticeTexts({ notices }: { readonly notices: readonly Notice[] }) {
  const language = useSession((session) => session.language);
  if (notices.length === 0) return null;
  return (
    <ul className={classes.texts}>
      {notices.map((notice) => {
        const text = noticeText(notice, language);
        return <li key={text}>{text}</li>;
      })}
    </ul>
  );
}

/** Says that the picture is shown with other grey values than the result was made with. */
export function OtherRange({ image: { image, outcome } }: { readonly image: ReviewImage }) {
  const { t } = useTranslation('review');
  const used =
    outcome.status === 'done'
      ? outcome.result.notices.find(({ code }) => code === 'sample-range')
      : undefined;
  if (used?.code !== 'sample-range' || used.source === 'file') return null;
  if (image.range === null || isSameRange(image.range, used)) return null;
  return (
    <Alert color="yellow" p="xs" icon={<IconPhotoExclamation size={18} />} data-testid="other-range">
      {t('notices.other-range', { low: used.low, high: used.high })}
    </Alert>
  );
}
