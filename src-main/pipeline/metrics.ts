import { ClipSamError } from '../../src-shared/errors.ts';
import { connectedComponents } from './connected-components.ts';

/** Ranking metrics as scikit-learn defines them; null where a class is missing and the metric has no value. */
export interface RankingMetrics {
  /** Area under the ROC curve, ties counted half (`roc_auc_score`). */
  readonly auroc: number | null;
  /** Average precision, Σ (Rₙ − Rₙ₋₁) Pₙ over all thresholds (`average_precision_score`). */
  readonly ap: number | null;
  /** Highest F1 over all thresholds (`precision_recall_curve`). */
  readonly f1Max: number | null;
  /** The highest threshold that reaches `f1Max` when scores ≥ it count as defective. */
  readonly f1Threshold: number | null;
}

export interface PixelMetricsResult extends RankingMetrics {
  /** Per-region overlap: its curve over all thresholds, interpolated at FPR 0.3, area / 0.3. */
  readonly pro: number | null;
  /** Per-region overlap as VAND-APRIL-GAN's `cal_pro_score` computes it. */
  readonly proAprilGan: number | null;
}

/** Highest false-positive rate of PRO's integral. */
const PRO_LIMIT = 0.3;
const APRIL_GAN_STEPS = 200;
const BINS = 65536;

/** How many samples of each class share a score. */
interface ScoreGroup {
  readonly score: number;
  readonly positives: number;
  readonly negatives: number;
}

/** @param groups by strictly falling score */
function rankingMetrics(groups: Iterable<ScoreGroup>, positives: number, negatives: number): RankingMetrics {
  let truePositives = 0;
  let falsePositives = 0;
  let pairs = 0;
  let precisionSum = 0;
  let f1Max = 0;
  let f1Threshold: number | null = null;
  for (const group of groups) {
    pairs += group.negatives * (truePositives + group.positives / 2);
    truePositives += group.positives;
    falsePositives += group.negatives;
    precisionSum += (group.positives * truePositives) / (truePositives + falsePositives);
    const f1 = (2 * truePositives) / (positives + truePositives + falsePositives);
    if (f1 > f1Max) {
      f1Max = f1;
      f1Threshold = group.score;
    }
  }
  return {
    auroc: positives > 0 && negatives > 0 ? pairs / (positives * negatives) : null,
    ap: positives > 0 ? precisionSum / positives : null,
    f1Max: positives > 0 ? f1Max : null,
    f1Threshold,
  };
}

/** Ranking metrics of one score per image. @param labels true = defective */
export function imageMetrics(scores: readonly number[], labels: readonly boolean[]): RankingMetrics {
  const groups = new Map<number, { score: number; positives: number; negatives: number }>();
  let positives = 0;
  for (const [i, score] of scores.entries()) {
    const group = groups.get(score) ?? { score, positives: 0, negatives: 0 };
    groups.set(score, group);
    if (labels[i]) {
      group.positives++;
      positives++;
    } else group.negatives++;
  }
  const falling = [...groups.values()].sort((a, b) => b.score - a.score);
  return rankingMetrics(falling, positives, scores.length - positives);
}

/**
 * Pixel metrics over any number of images in constant memory: scores of 16 bits fall into 65,536 bins, so that
 * every threshold there is counts, and nothing is approximated. Ground-truth regions are 8-connected.
 */
export class PixelMetrics {
  readonly #positives = new Float64Array(BINS);
  readonly #negatives = new Float64Array(BINS);
  /** Sum over ground-truth regions of the share of the region with this score. */
  readonly #coverage = new Float64Array(BINS);
  #regions = 0;

  /**
   * Counts an image.
   * @param scores quantised scores, width × height
   * @param mask ground truth of the same size, non-zero = defective
   * @throws ClipSamError `input-invalid` when the sizes differ
   */
  add(scores: Uint16Array, mask: Uint8Array, width: number, height: number): void {
    if (scores.length !== width * height || mask.length !== scores.length) {
      throw new ClipSamError(
        'input-invalid',
        `Map (${scores.length} values) and mask (${mask.length}) don't cover ${width} × ${height} pixels.`,
      );
    }
    for (let i = 0; i < scores.length; i++) {
      const counts = mask[i] ? this.#positives : this.#negatives;
      counts[scores[i]!]!++;
    }
    for (const region of connectedComponents(mask, width, height)) {
      this.#regions++;
      const share = 1 / region.length;
      for (const pixel of region) this.#coverage[scores[pixel]!]! += share;
    }
  }

  result(): PixelMetricsResult {
    const positives = sum(this.#positives);
    const negatives = sum(this.#negatives);
    return {
      ...rankingMetrics(this.#groups(), positives, negatives),
      pro: negatives > 0 && this.#regions > 0 ? this.#exactPro(negatives) : null,
      proAprilGan: negatives > 0 && this.#regions > 0 ? this.#aprilGanPro(negatives) : null,
    };
  }

  *#groups(): Generator<ScoreGroup> {
    for (let bin = BINS - 1; bin >= 0; bin--) {
      const positives = this.#positives[bin]!;
      const negatives = this.#negatives[bin]!;
      if (positives + negatives > 0) yield { score: bin / (BINS - 1), positives, negatives };
    }
  }

  #exactPro(negatives: number): number {
    let area = 0;
    let rate = 0;
    let overlap = 0;
    for (let bin = BINS - 1; bin >= 0; bin--) {
      const nextRate = rate + this.#negatives[bin]! / negatives;
      const nextOverlap = overlap + this.#coverage[bin]! / this.#regions;
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
   * count; the points with FPR < 0.3, their FPR rescaled to 0..1, trapezoids. Null with fewer than two FPRs.
   */
  #aprilGanPro(negatives: number): number | null {
    let lowest = 0;
    while (this.#positives[lowest]! + this.#negatives[lowest]! === 0) lowest++;
    let highest = BINS - 1;
    while (this.#positives[highest]! + this.#negatives[highest]! === 0) highest--;
    const points: { readonly rate: number; readonly overlap: number }[] = [];
    let above = BINS;
    let falsePositives = 0;
    let coverage = 0;
    for (let step = APRIL_GAN_STEPS - 1; step >= 0; step--) {
      const threshold = lowest + (step * (highest - lowest)) / APRIL_GAN_STEPS;
      while (above - 1 > threshold) {
        above--;
        falsePositives += this.#negatives[above]!;
        coverage += this.#coverage[above]!;
      }
      const rate = falsePositives / negatives;
      if (rate < PRO_LIMIT) points.push({ rate, overlap: coverage / this.#regions });
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
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
