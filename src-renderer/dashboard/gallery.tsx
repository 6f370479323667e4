import { Button, Center, Loader, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { StatsFilter } from '../../src-shared/statistics/stats-filter.ts';
import type { GalleryPlace, StatsCell } from '../../src-shared/statistics/stats-gallery.ts';
import { failureOf } from '../api/connection.ts';
import { KeyHint } from '../keys/key-hint.tsx';
import { useActions } from '../keys/use-actions.ts';
import { useWorkstation } from '../state/workstation.ts';
import { FailureDetails } from '../ui/failure-details.tsx';
import { useFormat } from '../ui/use-format.ts';
import classes from './dashboard.module.css';
import { DASHBOARD_ACTIONS, leaveGallery } from './dashboard-actions.ts';
import { GalleryCard } from './gallery-card.tsx';

/** Images on a page of the gallery. */
const PAGE = 60;

/** The images behind a figure; each opens in Review. */
export function Gallery({
  cell,
  filter,
  onBack,
}: {
  readonly cell: StatsCell;
  readonly filter: StatsFilter;
  onBack(): void;
}) {
  const { t } = useTranslation(['dashboard', 'app']);
  const { api } = useWorkstation();
  const format = useFormat();
  useActions(DASHBOARD_ACTIONS, { leave: onBack });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    api.stats.gallery.infiniteOptions({
      input: (after: GalleryPlace | null) => ({ filter, cell, after, limit: PAGE }),
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      refetchOnMount: 'always',
    }),
  );
  const title = useTitle(cell);
  const images = data?.pages.flatMap((page) => page.images) ?? [];
  const total = data?.pages.at(-1)?.total ?? 0;
  return (
    <section
      className={classes.body}
      aria-label={title}
      data-testid="gallery"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
      tabIndex={0}
    >
      <div className={classes.galleryHead}>
        <Button
          variant="default"
          size="xs"
          autoFocus
          leftSection={<IconArrowLeft size={16} />}
          rightSection={<KeyHint action={leaveGallery} hidden />}
          onClick={onBack}
        >
          {t('gallery.back')}
        </Button>
        <Title order={2} size="h5">
          {title}
        </Title>
        {data && <Text size="sm">{t('gallery.count', { count: total, number: format.count(total) })}</Text>}
      </div>
      {typeof cell === 'string' && (
        <Text size="sm" className={classes.quiet}>
          {t(`gallery.${cell}-why`)}
        </Text>
      )}
      {error ? (
        <div role="alert">
          <FailureDetails failure={failureOf(error)} />
        </div>
      ) : !data ? (
        <Center flex={1}>
          <Loader aria-label={t('loading')} />
        </Center>
      ) : images.length === 0 ? (
        <Text>{t('gallery.none')}</Text>
      ) : (
        <ul className={classes.gallery}>
          {images.map((image) => (
            <li key={`${image.runId} ${image.imageId}`}>
              <GalleryCard image={image} cell={cell} />
            </li>
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button
          variant="default"
          loading={isFetchingNextPage}
          onClick={() => void fetchNextPage()}
          w="fit-content"
        >
          {t('gallery.more', { number: format.count(total - images.length) })}
        </Button>
      )}
    </section>
  );
}

function useTitle(cell: StatsCell): string {
  const { t } = useTranslation(['dashboard', 'app']);
  if (typeof cell === 'string') return t(`tile.${cell}`);
  return t('gallery.cell', {
    model: t(`app:verdict.${cell.model}`),
    human: cell.human === 'none' ? t('confusion.none') : t(`app:verdict.${cell.human}`),
  });
}
