import { Badge, Group, Progress, Text } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { type BatchState, batchState, isUnfinished } from './batch-state.ts';
import classes from './batches.module.css';
import { VerdictBar } from './verdict-bar.tsx';

const STATE_COLOURS: Readonly<Record<BatchState, string>> = {
  empty: 'gray',
  fresh: 'gray',
  running: 'blue',
  paused: 'yellow',
  stopped: 'orange',
  cancelled: 'gray',
  done: 'teal',
};

/** A batch in the list. */
export const BatchCard = memo(function BatchCard({ row }: { readonly row: BatchSummaryRow }) {
  const { t } = useTranslation(['batches', 'app']);
  const format = useFormat();
  const { batch, images, run, verdicts, reviewed, cover } = row;
  const state = batchState(row);
  const written = [batch.objectName, batch.partNumber, batch.revision, batch.lot, batch.order].filter(
    Boolean,
  );
  return (
    <>
      <Cover images={cover} />
      <div className={classes.cardText}>
        <Group gap={8} wrap="nowrap" justify="space-between">
          <PlainName fw={600} size="sm">
            {batch.name}
          </PlainName>
          <Badge
            variant="light"
            color={STATE_COLOURS[state]}
            size="sm"
            radius="sm"
            className={classes.noShrink}
          >
            {run?.followed ? t('follow.is.following') : t(`state.${state}`)}
          </Badge>
        </Group>
        <PlainName size="xs" c="dimmed">
          {written.length > 0 ? written.join(' · ') : t('no-metadata')}
        </PlainName>
        <Text size="xs" c="dimmed" truncate>
          {t('images', { count: images, number: format.count(images) })}
          {run &&
            run.done > 0 &&
            ` · ${t('reviewed', { done: format.count(reviewed), total: format.count(run.done + run.failed) })}`}
        </Text>
        {run && isUnfinished(state) && !run.followed ? (
          <Progress
            value={(100 * (run.done + run.failed)) / Math.max(1, run.total)}
            size={6}
            animated={state === 'running'}
            color={state === 'running' ? 'blue' : 'gray'}
            aria-hidden
          />
        ) : (
          <VerdictBar verdicts={verdicts} thin />
        )}
      </div>
    </>
  );
});

/** Up to four first images in a square. */
function Cover({ images }: { readonly images: readonly number[] }) {
  if (images.length === 0) {
    return (
      <div className={classes.cover} data-empty>
        <IconPhoto size={28} stroke={1.2} aria-hidden />
      </div>
    );
  }
  return (
    <div className={classes.cover} data-count={images.length}>
      {images.map((id) => (
        <img
          key={id}
          src={authorisedMediaUrls.thumbnail(id, null)}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
        />
      ))}
    </div>
  );
}
