import { setImmediate } from 'node:timers/promises';
import { ClipSamError, throwIfCancelled } from '../../../../src-shared/errors.ts';
import { addCounts, type DenseCounts, type ImageCounts, noCounts } from '../../../pipeline/image-counts.ts';
import { metricCurves } from '../../../pipeline/metric-curves.ts';
import type { PixelMetricsResult, RankingMetrics } from '../../../pipeline/metric-results.ts';
import { imageMetrics, metricsOfCounts } from '../../../pipeline/metrics.ts';
import { type Resample, resampledImageMetrics, resampledPixelMetrics } from '../../../pipeline/resampling.ts';
import { rankingOf } from '../../../pipeline/score-bins.ts';
import { type GroupedCounts, groupCounts, groupScores } from '../../../pipeline/score-groups.ts';
import type { MethodSpec } from '../method-spec.ts';
import { methodMeans, type ResampledFigures } from './compare-methods.ts';
import { type AnsweredImage, saidBy } from './measure-images.ts';
import type { MeasuredFolder } from './measured-folder.ts';
import type { MeasuredImage } from './measured-image.ts';
import type { MethodCase } from './method-case.ts';
import {
  COMPARED_FIGURES,
  type FigureName,
  type Figures,
  type MethodCategoryFigures,
} from './method-figures.ts';

/** Resamples between two looks at whether it was cancelled. */
const AT_ONCE = 50;

/** What one method's images of a category add up to. */
export class MethodTally {
  readonly #counts: DenseCounts = noCounts();
  #regions = 0;
  readonly images: {
    readonly key: unknown;
    readonly score: number;
    readonly seconds: number;
    readonly defective: boolean;
  }[] = [];

  add(key: unknown, { counts, score, seconds }: MeasuredImage, defective: boolean): void {
    addCounts(this.#counts, counts);
    this.#regions += counts.regions;
    this.images.push({ key, score, seconds, defective });
  }

  get counts(): { readonly counts: DenseCounts; readonly regions: number } {
    return { counts: this.#counts, regions: this.#regions };
  }
}

/** An image with the names under which its answers are kept, by text of spec. */
export interface KeptImage extends Pick<AnsweredImage, 'path' | 'mask' | 'artifactRoot'> {
  readonly keys: ReadonlyMap<string, unknown>;
}

export interface TallyFigures {
  readonly resampled: ResampledFigures;
  readonly figures: MethodCategoryFigures;
}

/**
 * Figures of one method in a category, exact, and those of the resamples, by groups of scores.
 * @throws ClipSamError `cancelled`; `not-found` when somebody has deleted what was measured
 */
export async function tallyFigures(
  method: string,
  tally: MethodTally,
  resamples: readonly Resample[],
  { folder, signal }: { readonly folder: MeasuredFolder; readonly signal?: AbortSignal | undefined },
): Promise<TallyFigures> {
  const { counts, regions } = tally.counts;
  const scores = tally.images.map(({ score }) => score);
  const defective = tally.images.map((image) => image.defective);
  const pixel = metricsOfCounts(counts, regions);
  const image = imageMetrics(scores, defective);
  const groups = groupScores(counts, regions);
  const grouped: GroupedCounts[] = [];
  for (const { key } of resamples.length > 0 ? tally.images : []) {
    throwIfCancelled(signal);
    grouped.push(groupCounts((await keptImage(folder, key)).counts, groups));
  }
  const ones = new Uint16Array(grouped.length).fill(1);
  const [whole] = resampledPixelMetrics(grouped, groups, grouped.length > 0 ? [ones] : []);
  const resampled = Object.fromEntries(
    COMPARED_FIGURES.map((name) => [name, new Float64Array(resamples.length).fill(Number.NaN)]),
  ) as Record<FigureName, Float64Array>;
  const ofPixels = resampledPixelMetrics(grouped, groups, resamples);
  const ofImages = resampledImageMetrics(scores, defective, resamples);
  for (let at = 0; at < resamples.length; at++) {
    if (at % AT_ONCE === 0) {
      await setImmediate();
      throwIfCancelled(signal);
    }
    const figures = toFigures(ofPixels.next().value!, ofImages.next().value!);
    for (const name of COMPARED_FIGURES) resampled[name][at] = figures[name] ?? Number.NaN;
  }
  const seconds = tally.images.reduce((sum, one) => sum + one.seconds, 0) / tally.images.length;
  const own = { method, figures: toFigures(pixel, image), resampled, seconds };
  const [{ categories: _, ...mean }] = methodMeans([method], [[own]]) as [MethodMeanOfOne];
  const { imageAuroc, imageF1Max, imageAp, ...groupedPixel } = toFigures(whole ?? pixel, image);
  const sortedScores = (kind: boolean) =>
    tally.images.flatMap((one) => (one.defective === kind ? [one.score] : [])).sort((a, b) => a - b);
  return {
    resampled: own,
    figures: {
      ...mean,
      thresholds: { pixelF1Max: pixel.f1Threshold, imageF1Max: image.f1Threshold },
      grouped: groupedPixel,
      curves: {
        ...metricCurves(counts),
        scores: { good: sortedScores(false), defective: sortedScores(true) },
      },
    },
  };
}

type MethodMeanOfOne = ReturnType<typeof methodMeans>[number];

function toFigures(pixel: PixelMetricsResult, image: RankingMetrics): Figures {
  return {
    pixelAuroc: pixel.auroc,
    pixelF1Max: pixel.f1Max,
    pixelAp: pixel.ap,
    pixelPro: pixel.pro,
    pixelProAprilGan: pixel.proAprilGan,
    imageAuroc: image.auroc,
    imageF1Max: image.f1Max,
    imageAp: image.ap,
  };
}

/** What a gallery gets of one method in a category, image by image. @throws ClipSamError as {@link tallyFigures} */
export async function methodCases(
  spec: MethodSpec,
  images: readonly KeptImage[],
  folder: MeasuredFolder,
): Promise<MethodCase[]> {
  const cases: MethodCase[] = [];
  for (const { path, mask, artifactRoot, keys } of images) {
    const { counts, score, result } = await keptImage(folder, keys.get(spec.text));
    const said = result && saidBy(spec, result);
    if (!result || !said) throw lost();
    const { ap, f1Max } = rankingOfCounts(counts);
    const figures = { score, pixelAp: ap, pixelF1Max: f1Max };
    cases.push({
      ...{ path, mask, defective: mask !== undefined },
      ...{ result, artifactRoot, finalMap: said.map, figures },
    });
  }
  return cases;
}

async function keptImage(folder: MeasuredFolder, key: unknown): Promise<MeasuredImage> {
  const measured = await folder.find(key);
  if (!measured) throw lost();
  return measured;
}

function lost(): ClipSamError {
  return new ClipSamError(
    'not-found',
    'What was measured was deleted in the meantime. Measure again, and leave the folder alone until it is done.',
  );
}

function rankingOfCounts({ scores, positives, negatives }: ImageCounts): RankingMetrics {
  const lowest = Float64Array.from(scores);
  const bins = { lowest, highest: lowest, positives: Float64Array.from(positives) };
  return rankingOf({ ...bins, negatives: Float64Array.from(negatives) });
}
