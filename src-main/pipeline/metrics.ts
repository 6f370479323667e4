import { countInto, type DenseCounts, imageTruth, noCounts, SCORES } from './image-counts.ts';
import type { PixelMetricsResult, RankingMetrics } from './metric-results.ts';
import { pixelMetricsOf, rankingOf } from './score-bins.ts';

/** Ranking metrics of one score per image. @param labels true = defective */
export function imageMetrics(scores: readonly number[], labels: readonly boolean[]): RankingMetrics {
  const rising = Float64Array.from(new Set(scores)).sort();
  const binOf = new Map([...rising].map((score, bin) => [score, bin]));
  const positives = new Float64Array(rising.length);
  const negatives = new Float64Array(rising.length);
  for (const [i, score] of scores.entries()) (labels[i] ? positives : negatives)[binOf.get(score)!]!++;
  return rankingOf({ lowest: rising, highest: rising, positives, negatives });
}

/** Each score of 16 bits is a bin. */
const EVERY_SCORE = Float64Array.from({ length: SCORES }, (_, score) => score);

/**
 * Pixel metrics over any number of images in constant memory: scores of 16 bits fall into 65,536 bins, so that
 * every threshold there is counts, and nothing is approximated. Ground-truth regions are 8-connected.
 */
export class PixelMetrics {
  readonly #counts = noCounts();
  #regions = 0;

  /**
   * Counts an image.
   * @param scores quantised scores, width × height
   * @param mask ground truth of the same size, non-zero = defective
   * @throws ClipSamError `input-invalid` when the sizes differ
   */
  add(scores: Uint16Array, mask: Uint8Array, width: number, height: number): void {
    const truth = imageTruth(mask, width, height);
    countInto(this.#counts, scores, truth);
    this.#regions += truth.regions.length;
  }

  result(): PixelMetricsResult {
    return metricsOfCounts(this.#counts, this.#regions);
  }
}

/** Pixel metrics of images that were counted together, exactly. @param regions of all their ground truth */
export function metricsOfCounts(counts: DenseCounts, regions: number): PixelMetricsResult {
  return pixelMetricsOf({ ...counts, lowest: EVERY_SCORE, highest: EVERY_SCORE, regions });
}
