import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Region } from '../../src-shared/result.ts';
import { type ScratchStore, useScratch } from './scratch.ts';
import classes from './viewer.module.css';

/** The region that is selected or under the pointer: its scores, and SAM's three masks with their qualities. */
export function RegionCard({
  regions,
  selected,
  scratch,
}: {
  readonly regions: readonly Region[];
  readonly selected: number | null;
  readonly scratch: ScratchStore;
}) {
  const { t } = useTranslation('viewer');
  const hovered = useScratch(scratch, (state) => state.region);
  const level = useScratch(scratch, (state) => state.level);
  const region = regions.find(({ index }) => index === (selected ?? hovered));
  if (!region) return null;
  const isSelected = region.index === selected;
  const { index, peak, mean, area, levels } = region;
  const best = Math.max(...levels.map(({ quality }) => quality));
  return (
    <section className={classes.card} aria-label={t('region.title', { index })}>
      <header>
        <strong>{t('region.title', { index })}</strong>
        <span>{t('region.scores', { peak: peak.toFixed(2), mean: mean.toFixed(2) })}</span>
      </header>
      <span className={classes.dim}>{t('region.area', { area: Math.round(area).toLocaleString() })}</span>
      {isSelected ? (
        <SegmentedControl
          size="xs"
          fullWidth
          aria-label={t('region.levels')}
          value={String(level ?? 'final')}
          onChange={(value) =>
            scratch.setState({ level: value === 'final' ? null : (Number(value) as 1 | 2 | 3) })
          }
          data={[
            { value: 'final', label: t('region.final') },
            ...levels.map((mask) => ({
              value: String(mask.level),
              label: t('region.level', { level: mask.level, quality: mask.quality.toFixed(2) }),
            })),
          ]}
        />
      ) : (
        <div className={classes.qualities}>
          {levels.map((mask) => (
            <span key={mask.level} data-best={mask.quality === best || undefined}>
              {t('region.level', { level: mask.level, quality: mask.quality.toFixed(2) })}
            </span>
          ))}
        </div>
      )}
    </section>
  );
}
