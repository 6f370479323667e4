import type { EChartsOption } from 'echarts';
import type { ModelVerdict } from '../verdict.ts';
import { type HistogramTexts, stackedHistogram } from './histogram.ts';
import type { ChartLook } from './look.ts';

/** Images with a score in one of the equal parts of 0..1, by the model's verdict. */
export type ScoreBin = Readonly<Record<ModelVerdict, number>>;

/** What a histogram of scores by verdict says, in the reader's language. */
export interface ScoreTexts extends HistogramTexts, Readonly<Record<ModelVerdict, string>> {}

/**
 * How image scores are spread, with the recipe's thresholds.
 * @param bins of equal width over 0..1
 * @param thresholds null: several recipes, which have no common one
 */
export function scoreHistogram(
  bins: readonly ScoreBin[],
  thresholds: { readonly warn: number; readonly reject: number } | null,
  texts: ScoreTexts,
  look: ChartLook,
): EChartsOption {
  const stacks = (['accept', 'warn', 'reject'] as const).map((verdict) => ({
    name: texts[verdict],
    color: look[verdict],
    counts: bins.map((bin) => bin[verdict]),
  }));
  return stackedHistogram(stacks, thresholds, texts, look);
}
