import { Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ShownSet } from '../../src-shared/contract/references.ts';
import type { MemoryItem } from '../../src-shared/reference-set.ts';
import { authorisedMediaUrls } from '../api/browser-access.ts';
import { lastName } from '../i18n/paths.ts';
import { plainText } from '../i18n/plain-text.ts';
import { CalibratedBar } from '../ui/calibrated-bar.tsx';
import { PlainName } from '../ui/plain-name.tsx';
import { useFormat } from '../ui/use-format.ts';
import { verdictClass } from '../ui/verdict-icons.tsx';
import classes from './references.module.css';

type Reference = ShownSet['references'][number];

/** Something that is remembered; of a reference, how it stands to the others as well. */
export type ShownItem = { readonly item: MemoryItem } & Partial<Omit<Reference, 'item'>>;

/** A picture with who added it and when, and of a reference how far it is from the others. */
export function MemoryCard({
  id,
  shown,
  isSelected,
  isAt,
  onToggle,
}: {
  readonly id: string;
  readonly shown: ShownItem;
  readonly isSelected: boolean;
  /** The one that the keyboard is at. */
  readonly isAt: boolean;
  onToggle(): void;
}) {
  const { t } = useTranslation('references');
  const format = useFormat();
  const { item, verdict, distance, contribution } = shown;
  const name = lastName(item.source);
  const isDoubtful = verdict !== undefined && verdict !== null && verdict !== 'accept';
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box has the focus and the keys
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={isSelected}
      data-at={isAt || undefined}
      className={classes.card}
      onClick={onToggle}
    >
      <MarkedPicture item={item} />
      <Text size="sm" truncate title={plainText(item.source)}>
        <bdi>{plainText(name)}</bdi>
      </Text>
      <PlainName size="xs" c="dimmed">
        {item.addedBy}
      </PlainName>
      <Text size="xs" c="dimmed">
        {format.moment(item.addedAt)}
      </Text>
      {distance !== undefined && distance !== null && (
        <span className={classes.measure} title={t('about-distance')}>
          <span>{t('distance')}</span>
          <CalibratedBar value={distance} />
          <span>{distance.toFixed(2)}</span>
        </span>
      )}
      {contribution !== undefined && contribution !== null && (
        <span className={classes.measure} title={t('about-contribution')}>
          <span>{t('contribution')}</span>
          <span />
          <span>{contribution.toFixed(3)}</span>
        </span>
      )}
      {isDoubtful && (
        <span className={classes.doubt}>
          <IconAlertTriangle size={14} className={verdictClass('warn')} aria-hidden />
          {t('not-accepted')}
        </span>
      )}
    </div>
  );
}

/** The small picture, with the place that a mark is about. */
export function MarkedPicture({ item }: { readonly item: MemoryItem }) {
  const { polygons, width, height } = item;
  return (
    <span className={classes.picture}>
      <img src={authorisedMediaUrls.memory(item.id, item.version)} alt="" loading="lazy" draggable={false} />
      {polygons && width !== null && height !== null && (
        <svg viewBox={`0 0 ${width} ${height}`} data-kind={item.kind} aria-hidden>
          <path d={pathOf(polygons)} fillRule="evenodd" vectorEffect="non-scaling-stroke" />
        </svg>
      )}
    </span>
  );
}

function pathOf(polygons: NonNullable<MemoryItem['polygons']>): string {
  return polygons
    .flat()
    .map((ring) => `M${ring.map(([x, y]) => `${x} ${y}`).join('L')}Z`)
    .join('');
}
