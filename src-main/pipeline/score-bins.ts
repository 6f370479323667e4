import { SCORES } from './image-counts.ts';
import type { PixelMetricsResult, RankingMetrics } from './metric-results.ts';

/** Samples in bins of rising score, none of which overlap. */
export interface ScoreBins {
  /** Lowest and highest score of each bin; the same: the bin holds one score. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
  /** Defective and good samples in each bin. */
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** Pixels in bins of their scores of 16 bits, 0..65535. */
export interface PixelBins extends ScoreBins {
  /** Sum over ground-truth regions of the share of the region with scores of the bin. */
  readonly coverage: Float64Array;
  readonly regions: number;
}

/** The lowest and the highest score that occurs. */
export interface ScoreSpan {
  readonly lowest: number;
  readonly highest: number;
}

/** Highest false-positive rate of PRO's integral. */
const PRO_LIMIT = 0.3;
const APRIL_GAN_STEPS = 200;

/** Ranking metrics of samples in bins; samples of a bin count as ties. */
export function rankingOf({ lowest, positives, negatives }: ScoreBins): RankingMetrics {
  const allPositives = sum(positives);
  const allNegatives = sum(negatives);
  let truePositives = 0;
  let falsePositives = 0;
  let pairs = 0;
  let precisionSum = 0;
  let f1Max = 0;
  let f1Threshold: number | null = null;
  for (let bin = positives.length - 1; bin >= 0; bin--) {
    const hits = positives[bin]!;
    const alarms = negatives[bin]!;
    if (hits + alarms === 0) continue;
    pairs += alarms * (truePositives + hits / 2);
    truePositives += hits;
    falsePositives += alarms;
    precisionSum += (hits * truePositives) / (truePositives + falsePositives);
    const f1 = (2 * truePositives) / (allPositives + truePositives + falsePositives);
    if (f1 > f1Max) {
      f1Max = f1;
      f1Threshold = lowest[bin]!;
    }
  }
  return {
    auroc: allPositives > 0 && allNegatives > 0 ? pairs / (allPositives * allNegatives) : null,
    ap: allPositives > 0 ? precisionSum / allPositives : null,
    f1Max: allPositives > 0 ? f1Max : null,
    f1Threshold,
  };
}

/**
 * All pixel metrics of pixels in bins: exact where each bin holds one score.
 * @param span of the scores, where it is known better than from the bins; APRIL-GAN's thresholds divide it
 */
export function pixelMetricsOf(
  bins: PixelBins,
  span: ScoreSpan | undefined = spanOf(bins),
): PixelMetricsResult {
  const hasBoth = bins.regions > 0 && span !== undefined && bins.negatives.some((count) => count > 0);
  const ranking = rankingOf(bins);
  return {
    ...ranking,
    f1Threshold: ranking.f1Threshold === null ? null : ranking.f1Threshold / (SCORES - 1),
    pro: hasBoth ? exactPro(bins) : null,
    proAprilGan: hasBoth ? aprilGanPro(bins, span) : null,
  };
}

function spanOf({ lowest, highest, positives, negatives }: ScoreBins): ScoreSpan | undefined {
  const isUsed = (count: number, bin: number) => count + negatives[bin]! > 0;
  const first = positives.findIndex(isUsed);
  if (first < 0) return undefined;
  return { lowest: lowest[first]!, highest: highest[positives.findLastIndex(isUsed)]! };
}

function exactPro({ negatives, coverage, regions }: PixelBins): number {
  const allNegatives = sum(negatives);
  let area = 0;
  let rate = 0;
  let overlap = 0;
  for (let bin = negatives.length - 1; bin >= 0; bin--) {
    const nextRate = rate + negatives[bin]! / allNegatives;
    const nextOverlap = overlap + coverage[bin]! / regions;
    if (nextRate >= PRO_LIMIT) {
      const part = (PRO_LIMIT - rate) / (nextRate - rate);
      const overlapAtLimit = overlap + part * (nextOverlap - overlap);
      return (area + ((PRO_LIMIT - rate) * (overlap + overlapAtLimit)) / 2) / PRO_LIMIT;
    }
    area += ((nextRate - rate) * (overlap + nextOverlap)) / 2;
    rate = nextRate;
    overlap = nextOverlap;
  }
  return area / PRO_LIMIT;
}

/**
 * 200 thresholds in equal steps from the lowest score (inclusive) to the highest (exclusive), scores above
 * count; the points with FPR < 0.3, their FPR rescaled to 0..1, trapezoids. Null with fewer than two FPRs. In a bin that a
 * threshold divides, scores count as evenly spread.
 */
function aprilGanPro(bins: PixelBins, span: ScoreSpan): number | null {
  const { lowest, highest, negatives, coverage, regions } = bins;
  const allNegatives = sum(negatives);
  const points: { readonly rate: number; readonly overlap: number }[] = [];
  let above = negatives.length;
  let falsePositives = 0;
  let covered = 0;
  for (let step = APRIL_GAN_STEPS - 1; step >= 0; step--) {
    const threshold = span.lowest + (step * (span.highest - span.lowest)) / APRIL_GAN_STEPS;
    while (above > 0 && lowest[above - 1]! > threshold) {
      above--;
      falsePositives += negatives[above]!;
      covered += coverage[above]!;
    }
    const next = above - 1;
    const width = next < 0 ? 0 : highest[next]! - lowest[next]!;
    const part = width > 0 ? Math.max(0, highest[next]! - threshold) / width : 0;
    const rate = (falsePositives + (part > 0 ? part * negatives[next]! : 0)) / allNegatives;
    if (rate >= PRO_LIMIT) break;
    points.push({ rate, overlap: (covered + (part > 0 ? part * coverage[next]! : 0)) / regions });
  }
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last || last.rate === first.rate) return null;
  let area = 0;
  for (const [i, { rate, overlap }] of points.entries()) {
    const previous = points[i - 1];
    if (previous) area += ((rate - previous.rate) * (overlap + previous.overlap)) / 2;
  }
  return area / (last.rate - first.rate);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
