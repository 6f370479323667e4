import { Group, Text, UnstyledButton } from '@mantine/core';
import { IconArrowRight, IconPhoto } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReviewColumns } from '../../src-shared/review-table.ts';
import { modelVerdict } from '../../src-shared/verdict.ts';
import type { Thresholds } from '../../src-shared/what-if.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { formatScore } from '../i18n/format.ts';
import { plainText } from '../i18n/plain-text.ts';
import { DoubtIcon } from '../ui/notices.tsx';
import { useNoThumbnail } from '../ui/use-no-thumbnail.ts';
import classes from './what-if.module.css';

const WIDTH = 132;

/** The images whose verdict would be another one; each opens in Review. */
export const FlipStrip = memo(function FlipStrip({
  runId,
  columns,
  rows,
  thresholds,
  onOpen,
}: {
  /** The run whose scores these are. */
  readonly runId: number;
  readonly columns: ReviewColumns;
  /** Rows of the review table. */
  readonly rows: Int32Array;
  readonly thresholds: Thresholds;
  onOpen(imageId: number): void;
}) {
  const { t } = useTranslation(['what-if', 'app']);
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    horizontal: true,
    getScrollElement: () => scroll.current,
    estimateSize: () => WIDTH,
    overscan: 4,
  });
  // A wheel that only goes up and down moves the strip too.
  useEffect(() => {
    const strip = scroll.current;
    const turn = (event: WheelEvent) => {
      if (!strip || event.deltaX !== 0 || event.ctrlKey) return;
      event.preventDefault();
      strip.scrollLeft += event.deltaY;
    };
    strip?.addEventListener('wheel', turn, { passive: false });
    return () => strip?.removeEventListener('wheel', turn);
  }, []);
  return (
    <section ref={scroll} className={classes.strip} aria-label={t('flips.images')} data-testid="flips">
      {rows.length === 0 && (
        <Text size="sm" c="dimmed" p="md">
          {t('flips.none')}
        </Text>
      )}
      <div style={{ width: virtual.getTotalSize(), position: 'relative', height: '100%' }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index]!;
          const imageId = columns.imageId[row]!;
          const score = columns.score[row]!;
          const from = columns.model[row]!;
          const to = modelVerdict(score, thresholds);
          return (
            <UnstyledButton
              key={imageId}
              className={classes.flip}
              style={{ transform: `translateX(${start}px)` }}
              title={plainText(columns.name[row]!)}
              onClick={() => onOpen(imageId)}
            >
              <Thumbnail url={authorisedMediaUrls.seenThumbnail(imageId, runId)} />
              <Text size="xs" truncate>
                <bdi>{plainText(columns.name[row]!)}</bdi>
              </Text>
              <Group gap={4} wrap="nowrap" className={classes.turn}>
                <span className={classes.dot} data-verdict={from} />
                {t(`app:verdict.${from}`)}
                <IconArrowRight size={12} />
                <span className={classes.dot} data-verdict={to} />
                {t(`app:verdict.${to}`)}
              </Group>
              <Text size="xs" c="dimmed">
                {formatScore(score)} <DoubtIcon codes={columns.notices[row]!} />
              </Text>
            </UnstyledButton>
          );
        })}
      </div>
    </section>
  );
});

function Thumbnail({ url }: { readonly url: string }) {
  const { t } = useTranslation('review');
  const [missing, onError] = useNoThumbnail(url);
  if (missing === null)
    return <img src={url} alt="" loading="lazy" decoding="async" draggable={false} onError={onError} />;
  return <span className={classes.noPicture}>{missing === 'changed' ? t('changed') : <IconPhoto />}</span>;
}
