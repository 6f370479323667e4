import { Text, UnstyledButton } from '@mantine/core';
import { IconPhoto } from '@tabler/icons-react';
import type { MouseEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { pageName } from '../../src-shared/image-page.ts';
import { EMPTY_FILTER, type ReviewFilter } from '../../src-shared/review-queue.ts';
import type { StatsCell, StatsGallery } from '../../src-shared/statistics/stats-gallery.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import type { Client } from '../api/connection.ts';
import { formatScore } from '../i18n/format.ts';
import { useReviewPositions } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';
import { useSession } from '../state/session.ts';
import { useWorkstation } from '../state/workstation.ts';
import { PlainName } from '../ui/plain-name.tsx';
import { useNoThumbnail } from '../ui/use-no-thumbnail.ts';
import { HUMAN_ICONS, MODEL_ICONS, verdictClass } from '../ui/verdict-icons.tsx';
import classes from './dashboard.module.css';

export type GalleryImage = StatsGallery['images'][number];

/** An image of a gallery; opens in Review, where the queue has its like. */
export function GalleryCard({ image, cell }: { readonly image: GalleryImage; readonly cell: StatsCell }) {
  const { t } = useTranslation(['dashboard', 'app']);
  const { client } = useWorkstation();
  const go = useGo();
  const language = useSession((session) => session.language);
  const { batchId, batchName, runId, imageId, score, model, human, defectClass } = image;
  const name = pageName(image.name, image.page, language);
  const Model = MODEL_ICONS[model];
  const Human = human && HUMAN_ICONS[human];
  const to = routeTo.review(batchId, imageId);
  const open = async (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const shown = await runToShow(client, batchId, runId);
    useReviewPositions
      .getState()
      .move(batchId, { runId: shown, imageId, kept: true, filter: reviewFilterOf(cell, image) });
    go(to);
  };
  return (
    <UnstyledButton
      component="a"
      href={`#${to}`}
      className={classes.card}
      data-image={imageId}
      onClick={(event: MouseEvent) => void open(event)}
    >
      <Thumbnail url={authorisedMediaUrls.seenThumbnail(imageId, runId)} />
      <PlainName size="xs" fw={500}>
        {name}
      </PlainName>
      <PlainName size="xs" className={classes.quiet}>
        {batchName}
      </PlainName>
      <Text size="xs" className={classes.verdicts}>
        <Model size={15} className={verdictClass(model)} /> {t(`app:verdict.${model}`)} {formatScore(score)}
      </Text>
      <Text size="xs" className={classes.verdicts}>
        {Human && human ? (
          <>
            <Human size={15} className={verdictClass(human)} /> {t(`app:verdict.${human}`)}
          </>
        ) : (
          t('confusion.none')
        )}
      </Text>
      {defectClass !== '' && <PlainName size="xs">{defectClass}</PlainName>}
    </UnstyledButton>
  );
}

function Thumbnail({ url }: { readonly url: string }) {
  const { t } = useTranslation('dashboard');
  const [missing, onError] = useNoThumbnail(url);
  if (missing === null)
    return <img src={url} alt="" loading="lazy" decoding="async" draggable={false} onError={onError} />;
  return (
    <span className={classes.noPicture}>
      {missing === 'changed' ? t('gallery.changed') : <IconPhoto aria-label={t('gallery.absent')} />}
    </span>
  );
}

/** Which run Review is to show: the newest without naming it, so that it goes along with the next one. */
async function runToShow(client: Client, batchId: number, runId: number): Promise<number | null> {
  const newest = await client.batches.get({ id: batchId }).then(
    ({ run }) => run?.run.id,
    () => undefined,
  );
  return newest === runId ? null : runId;
}

/** What Review's queue is to show beside the image: those of the same kind. */
export function reviewFilterOf(
  cell: StatsCell,
  { model, human }: Pick<GalleryImage, 'model' | 'human'>,
): ReviewFilter {
  if (typeof cell !== 'string') {
    return cell.human === 'none'
      ? { ...EMPTY_FILTER, model: [cell.model], unreviewed: true }
      : { ...EMPTY_FILTER, model: [cell.model], human: [cell.human] };
  }
  const [byModel, byHuman] =
    cell === 'false-positives' ? (['reject', 'accept'] as const) : (['accept', 'reject'] as const);
  return model === byModel && human === byHuman
    ? { ...EMPTY_FILTER, model: [byModel], human: [byHuman] }
    : { ...EMPTY_FILTER, marked: true };
}
