import { Random } from '../../src-shared/random.ts';
import type { PixelMetricsResult, RankingMetrics } from './metric-results.ts';
import { pixelMetricsOf, rankingOf } from './score-bins.ts';
import type { GroupedCounts, ScoreGroups } from './score-groups.ts';

/** How often each image is in a resample. */
export type Resample = Uint16Array;

/**
 * Resamples of images, with replacement: as many good ones from the good, and as many defective ones from the defective,
 * so that none lacks a class.
 * @param seed the same seed draws the same, for whatever is measured on the images
 */
export function drawResamples(
  defective: readonly boolean[],
  resamples: number,
  seed: number | string,
): Resample[] {
  const random = new Random(seed);
  const strata = [false, true].map((kind) =>
    [...defective.entries()].filter(([, is]) => is === kind).map(([image]) => image),
  );
  return Array.from({ length: resamples }, () => {
    const times = new Uint16Array(defective.length);
    for (const images of strata) {
      for (let i = 0; i < images.length; i++) times[images[random.int(0, images.length - 1)]!]!++;
    }
    return times;
  });
}

/**
 * Pixel metrics of each resample, as `PixelMetrics` gives them for its images, each as often as it is drawn, with scores
 * of a group as ties.
 * @param images in the order of the resamples' numbers
 */
export function* resampledPixelMetrics(
  images: readonly GroupedCounts[],
  { lowest, highest }: ScoreGroups,
  resamples: Iterable<Resample>,
): Generator<PixelMetricsResult> {
  const negatives = new Float64Array(lowest.length);
  const positives = new Float64Array(lowest.length);
  const coverage = new Float64Array(lowest.length);
  for (const times of resamples) {
    for (const counts of [negatives, positives, coverage]) counts.fill(0);
    let regions = 0;
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let image = 0; image < images.length; image++) {
      const often = times[image]!;
      if (often === 0) continue;
      const counts = images[image]!;
      addTimes(negatives, counts.groups, counts.negatives, often);
      if (counts.regions > 0) {
        addTimes(positives, counts.groups, counts.positives, often);
        addTimes(coverage, counts.groups, counts.coverage, often);
      }
      regions += often * counts.regions;
      least = Math.min(least, counts.span.lowest);
      most = Math.max(most, counts.span.highest);
    }
    const bins = { lowest, highest, negatives, positives, coverage, regions };
    yield pixelMetricsOf(bins, most < least ? undefined : { lowest: least, highest: most });
  }
}

function addTimes(sums: Float64Array, groups: Uint16Array, counts: Float64Array, often: number): void {
  for (let i = 0; i < groups.length; i++) sums[groups[i]!]! += often * counts[i]!;
}

/** Metrics of one score per image in each resample, as `imageMetrics` gives them. */
export function* resampledImageMetrics(
  scores: readonly number[],
  defective: readonly boolean[],
  resamples: Iterable<Resample>,
): Generator<RankingMetrics> {
  const rising = Float64Array.from(new Set(scores)).sort();
  const binOf = new Map([...rising].map((score, bin) => [score, bin]));
  const bins = scores.map((score) => binOf.get(score)!);
  const positives = new Float64Array(rising.length);
  const negatives = new Float64Array(rising.length);
  for (const times of resamples) {
    positives.fill(0);
    negatives.fill(0);
    for (const [image, bin] of bins.entries()) {
      (defective[image] ? positives : negatives)[bin]! += times[image]!;
    }
    yield rankingOf({ lowest: rising, highest: rising, positives, negatives });
  }
}
