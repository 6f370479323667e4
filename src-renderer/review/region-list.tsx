import { ActionIcon, Group, Text } from '@mantine/core';
import { IconFlag, IconFlagOff, IconWand } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { InspectionResult, MaskLevel, Region } from '../../src-shared/result.ts';
import { useOthersWord } from '../state/people.ts';
import classes from './region-list.module.css';

interface RegionListProps {
  readonly result: InspectionResult;
  readonly annotations: readonly Annotation[];
  /** Why nothing may be marked and SAM not asked: the file is another one by now; null: it may. */
  readonly barred: string | null;
  readonly selected: number | null;
  onSelect(index: number | null): void;
  /** The region under the pointer or the focus, to be shown in the image meanwhile. */
  onPoint(index: number | null): void;
  onFalsePositive(index: number): void;
  onEditPrompts(region: Region): void;
}

/** The model's regions by falling peak, each with its three mask levels. */
export function RegionList(props: RegionListProps) {
  const { result, annotations, barred, selected, onSelect, onPoint } = props;
  const { t } = useTranslation('review');
  const othersWord = useOthersWord();
  if (result.regions.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('regions.none')}
      </Text>
    );
  }
  const pixels = result.width * result.height;
  return (
    <ul className={classes.list}>
      {result.regions.map((region) => {
        const marks = annotations.filter(({ regionIndex }) => regionIndex === region.index);
        const falseMark = marks.find(({ kind }) => kind === 'false-positive');
        const isFalse = falseMark !== undefined;
        // What was marked can be taken back, whatever became of the file.
        const why = falseMark ? othersWord('review.retract-of-others', falseMark.inspector) : barred;
        const isCorrected = marks.some(({ kind }) => kind === 'corrected-region');
        const on = region.index === selected;
        return (
          <li
            key={region.index}
            className={classes.region}
            data-on={on}
            onMouseEnter={() => onPoint(region.index)}
            onMouseLeave={() => onPoint(null)}
          >
            <button
              type="button"
              className={classes.pick}
              aria-pressed={on}
              data-region={region.index}
              onClick={() => onSelect(on ? null : region.index)}
            >
              <span className={classes.index}>{region.index}</span>
              <span className={classes.facts}>
                <span>
                  {t('regions.peak', { peak: region.peak.toFixed(3), mean: region.mean.toFixed(3) })}
                </span>
                <span className={classes.area}>
                  {t('regions.area', {
                    pixels: Math.round(region.area).toLocaleString(),
                    percent: percent(region.area / pixels),
                  })}
                </span>
                {(isFalse || isCorrected) && (
                  <span className={classes.mark}>
                    {isFalse && t('kind.false-positive')}
                    {isFalse && isCorrected && ' · '}
                    {isCorrected && t('kind.corrected-region')}
                  </span>
                )}
              </span>
            </button>
            <Group gap={2} wrap="nowrap" className={classes.acts}>
              <ActionIcon
                title={why ?? t(isFalse ? 'regions.not-false' : 'regions.false')}
                disabled={why !== null}
                {...(why !== null && { 'aria-description': why })}
                variant={isFalse ? 'light' : 'subtle'}
                color={isFalse ? 'violet' : 'gray'}
                size={24}
                aria-pressed={isFalse}
                aria-label={t('regions.false-of', { index: region.index })}
                onClick={() => props.onFalsePositive(region.index)}
              >
                {isFalse ? <IconFlagOff size={15} /> : <IconFlag size={15} />}
              </ActionIcon>
              <ActionIcon
                title={barred ?? t('regions.edit-prompts')}
                disabled={barred !== null}
                {...(barred !== null && { 'aria-description': barred })}
                variant="subtle"
                color="gray"
                size={24}
                aria-label={t('regions.edit-prompts-of', { index: region.index })}
                onClick={() => props.onEditPrompts(region)}
              >
                <IconWand size={15} />
              </ActionIcon>
            </Group>
            {on && (
              <div className={classes.levels}>
                {region.levels.map((level) => (
                  <LevelFacts key={level.level} level={level} pixels={pixels} />
                ))}
              </div>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** One of SAM's three masks: its own idea of how good it is, and its size. */
export function LevelFacts({ level, pixels }: { readonly level: MaskLevel; readonly pixels: number }) {
  const { t } = useTranslation('review');
  return (
    <div className={classes.level}>
      <span className={classes.levelName}>{t('level.name', { level: level.level })}</span>
      <span className={classes.quality} aria-hidden>
        <span style={{ width: `${level.quality * 100}%` }} />
      </span>
      <span>{t('level.quality', { quality: level.quality.toFixed(2) })}</span>
      <span className={classes.levelArea}>{percent(level.area / pixels)}</span>
    </div>
  );
}

/** A share of the image as people read it: two figures that say something. */
function percent(share: number): string {
  const value = share * 100;
  return `${value === 0 || value >= 10 ? value.toFixed(0) : value.toPrecision(2)} %`;
}
