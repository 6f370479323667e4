import { SegmentedControl } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { type ReactNode, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Box } from '../../src-shared/geometry.ts';
import { regionSize } from '../../src-shared/region-size.ts';
import type { Region, RegionPrompts } from '../../src-shared/result.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { useFoundBy } from '../ui/found-by.ts';
import { useSizeText } from '../ui/size-text.ts';
import { lineBetween, onScreen, placeBeside } from './card-layout.ts';
import { PALETTE } from './palette.ts';
import { type PointerStore, usePointer } from './pointer-state.ts';
import classes from './region-card.module.css';
import { useViewport } from './view-settings.ts';
import { toScreen, type ViewerStage, type Viewport } from './viewport.ts';

/**
 * The region that is selected or under the pointer: its scores, the prompts that SAM was asked with, and SAM's three
 * masks with their qualities. It stands beside its region and goes with it.
 */
export function RegionCard({
  stage,
  regions,
  selected,
  scale,
  pointer,
}: {
  readonly stage: ViewerStage;
  readonly regions: readonly Region[];
  readonly selected: number | null;
  /** How large a pixel is; null: not known. */
  readonly scale: Scale | null;
  readonly pointer: PointerStore;
}) {
  const hovered = usePointer(pointer, (state) => state.region);
  const region = regions.find(({ index }) => index === (selected ?? hovered));
  const isSelected = region !== undefined && region.index === selected;
  // The same element while nothing but the place changes: then React leaves it alone.
  const card = useMemo(
    () => region && <Card region={region} isSelected={isSelected} scale={scale} pointer={pointer} />,
    [region, isSelected, scale, pointer],
  );
  if (!region) return null;
  return (
    <BesideBox stage={stage} box={region.box} others={regions} solid={isSelected}>
      {card}
    </BesideBox>
  );
}

/** Keeps its content beside a box of the image, with a line between the two. */
function BesideBox({
  stage,
  box,
  others,
  solid,
  children,
}: {
  readonly stage: ViewerStage;
  readonly box: Box;
  /** Not to be covered if it can be helped. */
  readonly others: readonly { readonly box: Box }[];
  /** False: the pointer goes through it. */
  readonly solid: boolean;
  readonly children: ReactNode;
}) {
  const { ref, width, height } = useElementSize<HTMLDivElement>();
  const viewport = useViewport(stage);
  const { screen } = stage;
  const target = withBadge(box, viewport);
  const taken = [
    ...takenIn(screen),
    ...others.filter((other) => other.box !== box).map((other) => withBadge(other.box, viewport)),
  ];
  const place = placeBeside(target, { width, height }, screen, taken);
  const line = lineBetween(onScreen(target, screen), { ...place, width, height });
  return (
    <>
      {line && (
        <svg className={classes.leader} aria-hidden>
          <line x1={line[0].x} y1={line[0].y} x2={line[1].x} y2={line[1].y} />
        </svg>
      )}
      <div
        ref={ref}
        className={classes.card}
        data-solid={solid || undefined}
        data-testid="region-card"
        style={{
          transform: `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`,
          visibility: height === 0 ? 'hidden' : 'visible',
        }}
      >
        {children}
      </div>
    </>
  );
}

/** CSS pixels of a region's number above its box. */
const BADGE = 20;

/** A box of the image on the screen, with the number above it. */
function withBadge(box: Box, viewport: Viewport): Box {
  const { x, y } = toScreen(viewport, box);
  const { scale } = viewport;
  return { x, y: y - BADGE, width: box.width * scale, height: box.height * scale + BADGE };
}

/** Where the legend and the navigator are. */
function takenIn({ width, height }: ViewerStage['screen']): readonly Box[] {
  return [
    { x: 0, y: height - 186, width: 158, height: 186 },
    { x: width - 172, y: height - 172, width: 172, height: 172 },
  ];
}

function Card({
  region,
  isSelected,
  scale,
  pointer,
}: {
  readonly region: Region;
  readonly isSelected: boolean;
  readonly scale: Scale | null;
  readonly pointer: PointerStore;
}) {
  const { t } = useTranslation(['viewer', 'app']);
  const text = useSizeText();
  const level = usePointer(pointer, (state) => state.level);
  const { index, peak, mean, levels, prompts } = region;
  const found = useFoundBy()(region.opinions);
  const best = Math.max(...levels.map(({ quality }) => quality));
  const masks = levels.map((mask) => ({
    value: String(mask.level),
    label: (
      <span className={classes.mask} data-best={mask.quality === best || undefined}>
        <span>{t('region.level', { level: mask.level })}</span>
        <span>{mask.quality.toFixed(2)}</span>
        <span className={classes.quality} style={{ inlineSize: `${mask.quality * 100}%` }} />
      </span>
    ),
  }));
  return (
    <section className={classes.body} aria-label={t('region.title', { index })}>
      <header>
        <strong>{t('region.title', { index })}</strong>
        <span>{t('region.scores', { peak: peak.toFixed(2), mean: mean.toFixed(2) })}</span>
      </header>
      {found && (
        <span className={classes.found} data-testid="found-by">
          <span className={classes.dim}>{t('app:opinion.found-by')}</span> {found}
        </span>
      )}
      <div className={classes.row}>
        <PromptFacts prompts={prompts} />
        {region.belowLimit && <span className={classes.below}>{t('region.below-limit')}</span>}
      </div>
      <span className={classes.sizes} data-testid="region-size">
        {text.region(regionSize(region), scale).map((line) => (
          <span key={line}>{line}</span>
        ))}
      </span>
      <span className={classes.dim}>{t('region.qualities')}</span>
      {isSelected ? (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t('region.levels')}
          classNames={{
            root: classes.masks ?? '',
            label: classes.maskLabel ?? '',
            indicator: classes.maskIndicator ?? '',
          }}
          value={String(level ?? 'final')}
          onChange={(value) =>
            pointer.setState({ level: value === 'final' ? null : (Number(value) as 1 | 2 | 3) })
          }
          data={[{ value: 'final', label: t('region.final') }, ...masks]}
        />
      ) : (
        <div className={classes.qualities}>
          {masks.map(({ value, label }) => (
            <span key={value}>{label}</span>
          ))}
        </div>
      )}
    </section>
  );
}

/** The prompts in the signs with which they are drawn over the image. */
function PromptFacts({ prompts: { box, points } }: { readonly prompts: RegionPrompts }) {
  const { t } = useTranslation('viewer');
  const count = (label: 0 | 1) => points.filter((point) => point.label === label).length;
  const facts = { width: Math.round(box.width), height: Math.round(box.height), in: count(1), out: count(0) };
  return (
    <span className={classes.prompts} role="img" aria-label={t('region.prompts', facts)}>
      <svg width={15} height={12} aria-hidden>
        <rect x={1} y={1} width={13} height={10} fill="none" stroke={PALETTE.box} strokeDasharray="3 2" />
      </svg>
      {facts.width} × {facts.height}
      <svg width={11} height={11} aria-hidden>
        <circle cx={5.5} cy={5.5} r={4.5} fill={PALETTE.positive} />
        <path d="M3 5.5h5M5.5 3v5" stroke={PALETTE.casing} />
      </svg>
      {facts.in}
      {facts.out > 0 && (
        <>
          <svg width={11} height={11} aria-hidden>
            <path d="M5.5 0.5l5 5-5 5-5-5z" fill={PALETTE.negative} />
            <path d="M3 5.5h5" stroke={PALETTE.casing} />
          </svg>
          {facts.out}
        </>
      )}
    </span>
  );
}
