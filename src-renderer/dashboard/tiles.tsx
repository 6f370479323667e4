import { Text, UnstyledButton } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { routeTo } from '../state/routes.ts';
import { useWorkstation } from '../state/workstation.ts';
import { useFormat } from '../ui/use-format.ts';
import classes from './dashboard.module.css';
import { type DashboardView, viewAddress } from './dashboard-address.ts';

/** The figures that everybody asks for first. */
export function Tiles({ data, view }: { readonly data: Dashboard; readonly view: DashboardView }) {
  const { t } = useTranslation('dashboard');
  const format = useFormat();
  const { yield: quality, human } = data;
  const judged = human.accept + human.reject + human.uncertain;
  const count = (value: number) => format.count(value);
  return (
    <ul className={classes.tiles} data-testid="tiles">
      <Tile
        name={t('tile.inspected')}
        value={count(data.inspected)}
        note={t('tile.inspected-note', {
          count: data.batches,
          batches: count(data.batches),
          failed: count(data.failed),
        })}
      />
      <Tile
        name={t('tile.yield')}
        value={quality.firstPass === null ? '–' : format.share(quality.firstPass, 1)}
        note={t('tile.yield-note', {
          good: count(quality.good),
          reworked: count(quality.reworked),
          undecided: count(quality.undecided),
          inspected: count(quality.inspected),
        })}
      />
      <Tile
        name={t('tile.nonconforming')}
        value={count(quality.nonconforming)}
        note={t('tile.nonconforming-note', { share: format.share(quality.nonconforming, quality.inspected) })}
      />
      <Tile
        name={t('tile.overturned')}
        value={count(data.overturned)}
        note={t('tile.overturned-note', {
          share: format.share(data.overturned, judged),
          judged: count(judged),
        })}
      />
      <Tile
        name={t('tile.unreviewed')}
        value={count(data.unreviewed)}
        note={t('tile.unreviewed-note', { share: format.share(data.unreviewed, data.inspected) })}
      />
      <GalleryTile cell="false-positives" view={view} />
      <GalleryTile cell="missed-defects" view={view} />
    </ul>
  );
}

interface TileProps {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

function Tile({ name, value, note }: TileProps) {
  return (
    <li className={classes.tile}>
      <Text size="sm">{name}</Text>
      <Text className={classes.figure}>{value}</Text>
      <Text size="xs" className={classes.quiet}>
        {note}
      </Text>
    </li>
  );
}

/** As many as its gallery has, which it opens. */
function GalleryTile({
  cell,
  view,
}: {
  readonly cell: 'false-positives' | 'missed-defects';
  readonly view: DashboardView;
}) {
  const { t } = useTranslation('dashboard');
  const { api } = useWorkstation();
  const format = useFormat();
  const { filter } = view;
  const { data } = useQuery(
    api.stats.gallery.queryOptions({
      input: { filter, cell, limit: 1 },
      placeholderData: keepPreviousData,
      refetchOnMount: 'always',
    }),
  );
  return (
    <li className={classes.tile}>
      <UnstyledButton
        component="a"
        href={`#${routeTo.dashboard(viewAddress({ ...view, cell }))}`}
        className={classes.opens}
        data-testid={cell}
      >
        <Text size="sm">{t(`tile.${cell}`)}</Text>
        <Text className={classes.figure}>{data ? format.count(data.total) : '…'}</Text>
        <Text size="xs" className={classes.quiet}>
          {t(`tile.${cell}-note`)}
        </Text>
      </UnstyledButton>
    </li>
  );
}
