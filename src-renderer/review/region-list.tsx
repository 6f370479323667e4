import { Group, Text } from '@mantine/core';
import { IconFlag, IconFlagOff, IconWand } from '@tabler/icons-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { Annotation } from '../../src-shared/annotation.ts';
import { regionSize } from '../../src-shared/region-size.ts';
import type { InspectionResult, MaskLevel, Region } from '../../src-shared/result.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { useOthersWord } from '../state/people.ts';
import { useFoundBy } from '../ui/found-by.ts';
import { useSizeText } from '../ui/size-text.ts';
import { ItemAction } from './item-action.tsx';
import classes from './region-list.module.css';

interface RegionListProps {
  readonly result: InspectionResult;
  /** How large a pixel is; null: not known. */
  readonly scale: Scale | null;
  readonly annotations: readonly Annotation[];
  /** Why nothing may be annotated and SAM not asked: the file is another one by now; null: it may. */
  readonly barred: string | null;
  readonly selected: number | null;
  onSelect(index: number | null): void;
  /** The region under the pointer or the focus, to be shown in the image meanwhile. */
  onPoint(index: number | null): void;
  onFalsePositive(index: number): void;
  onEditPrompts(region: Region): void;
}

/** The model's regions by falling peak, each with its three mask levels; those below the limit on their own. */
export function RegionList(props: RegionListProps) {
  const { t } = useTranslation(['review', 'app']);
  const text = useSizeText();
  const { result, scale } = props;
  const { regions } = result;
  const heading = useId();
  if (regions.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {t('regions.none')}
      </Text>
    );
  }
  const counted = regions.filter(({ belowLimit }) => !belowLimit);
  const below = regions.filter(({ belowLimit }) => belowLimit);
  const doubt = scale && text.doubt(scale, result);
  return (
    <>
      <Text size="xs" c="dimmed" data-testid="scale-of-sizes">
        {scale ? text.scale(scale) : t('app:size.no-scale')}
      </Text>
      {doubt && <Text size="xs">{doubt}</Text>}
      {counted.length > 0 && <Regions {...props} regions={counted} />}
      {below.length > 0 && (
        <section aria-labelledby={heading} className={classes.below} data-testid="regions-below-limit">
          <Text size="xs" fw={600} id={heading}>
            {t('regions.below-limit')} ({below.length})
          </Text>
          <Text size="xs" c="dimmed">
            {t('regions.about-below-limit')}
          </Text>
          <Regions {...props} regions={below} />
        </section>
      )}
    </>
  );
}

function Regions({ regions, ...props }: RegionListProps & { readonly regions: readonly Region[] }) {
  return (
    <ul className={classes.list}>
      {regions.map((region) => (
        <RegionItem key={region.index} {...props} region={region} />
      ))}
    </ul>
  );
}

function RegionItem(props: RegionListProps & { readonly region: Region }) {
  const { result, scale, annotations, barred, selected, region, onSelect, onPoint } = props;
  const { t } = useTranslation('review');
  const othersWord = useOthersWord();
  const { index } = region;
  const pixels = result.width * result.height;
  const own = annotations.filter(({ regionIndex }) => regionIndex === index);
  const falsePositive = own.find(({ kind }) => kind === 'false-positive');
  const isFalse = falsePositive !== undefined;
  // What was annotated can be taken back, whatever became of the file.
  const why = falsePositive ? othersWord('review.retract-of-others', falsePositive.inspector) : barred;
  const on = index === selected;
  return (
    <li
      className={classes.region}
      data-on={on}
      onMouseEnter={() => onPoint(index)}
      onMouseLeave={() => onPoint(null)}
    >
      <button
        type="button"
        className={classes.pick}
        aria-pressed={on}
        data-region={index}
        onClick={() => onSelect(on ? null : index)}
      >
        <span className={classes.index}>{index}</span>
        <RegionFacts region={region} scale={scale} pixels={pixels} annotations={own} />
      </button>
      <Group gap={2} wrap="nowrap" className={classes.acts}>
        <ItemAction
          label={t('regions.false-of', { index })}
          title={t(isFalse ? 'regions.not-false' : 'regions.false')}
          why={why}
          icon={isFalse ? IconFlagOff : IconFlag}
          pressed={isFalse}
          onClick={() => props.onFalsePositive(index)}
        />
        <ItemAction
          label={t('regions.edit-prompts-of', { index })}
          title={t('regions.edit-prompts')}
          why={barred}
          icon={IconWand}
          onClick={() => props.onEditPrompts(region)}
        />
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
}

/** Scores and size of a region, and what inspectors made of it. */
function RegionFacts({
  region,
  scale,
  pixels,
  annotations,
}: {
  readonly region: Region;
  readonly scale: Scale | null;
  /** Of the image. */
  readonly pixels: number;
  readonly annotations: readonly Annotation[];
}) {
  const { t } = useTranslation(['review', 'app']);
  const { peak, mean, area, opinions } = region;
  const text = useSizeText();
  const found = useFoundBy()(opinions);
  const kinds = (['false-positive', 'corrected-region'] as const).filter((kind) =>
    annotations.some((one) => one.kind === kind),
  );
  return (
    <span className={classes.facts}>
      <span>{t('regions.peak', { peak: peak.toFixed(3), mean: mean.toFixed(3) })}</span>
      {text.region(regionSize(region), scale).map((line, index) => (
        <span key={line} className={scale && index === 0 ? undefined : classes.area}>
          {line}
        </span>
      ))}
      <span className={classes.area}>{t('regions.share', { percent: percent(area / pixels) })}</span>
      {found && (
        <span className={classes.area} title={t('app:opinion.found-by')}>
          {found}
        </span>
      )}
      {kinds.length > 0 && (
        <span className={classes.annotation}>{kinds.map((kind) => t(`kind.${kind}`)).join(' · ')}</span>
      )}
    </span>
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
