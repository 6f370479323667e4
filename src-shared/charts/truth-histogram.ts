import type { EChartsOption } from 'echarts';
import { type HistogramTexts, stackedHistogram } from './histogram.ts';
import type { ChartLook } from './look.ts';

/** Scores of images whose defects are known, 0..1. */
export interface KnownScores {
  readonly good: readonly number[];
  readonly defective: readonly number[];
}

/** What a histogram of such scores says, in the reader's language. */
export interface TruthTexts extends HistogramTexts {
  readonly good: string;
  readonly defective: string;
}

/** Parts of 0..1; the highest one holds 1. */
const BINS = 20;

/** How far the scores of good images and of defective ones are apart, with the recipe's thresholds. */
export function truthHistogram(
  { good, defective }: KnownScores,
  thresholds: { readonly warn: number; readonly reject: number },
  texts: TruthTexts,
  look: ChartLook,
): EChartsOption {
  const stacks = [
    { name: texts.good, color: look.accent, counts: countBins(good) },
    { name: texts.defective, color: look.second, counts: countBins(defective) },
  ];
  return stackedHistogram(stacks, thresholds, texts, look);
}

function countBins(scores: readonly number[]): number[] {
  const counts = new Array<number>(BINS).fill(0);
  for (const score of scores) counts[Math.min(Math.max(Math.floor(score * BINS), 0), BINS - 1)]!++;
  return counts;
}
