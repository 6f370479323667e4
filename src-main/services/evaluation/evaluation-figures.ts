import type { SampleRanges } from '../../../src-shared/batch-range.ts';
import type { ErrorRecord } from '../../../src-shared/error-record.ts';
import type { InspectionArea } from '../../../src-shared/inspection-area.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { PixelMetricsResult, RankingMetrics } from '../../pipeline/metric-results.ts';

/** What `clipsam evaluate --json` writes. Shares are 0..1; metrics are 0..1 or null where they have no value. */
export interface Evaluation {
  readonly schemaVersion: 1;
  readonly root: string;
  readonly recipe: Recipe;
  /** Where was looked; absent: everywhere. */
  readonly area?: InspectionArea;
  readonly packHash: string;
  /** Every category by path. */
  readonly categories: readonly CategoryEvaluation[];
  /** Per data set (the folder that holds categories): plain mean over its categories. */
  readonly datasets: readonly (MeanEvaluation & { readonly dataset: string })[];
  /** Plain mean over all categories. */
  readonly mean: MeanEvaluation;
  /** Plain mean over `datasets`. */
  readonly datasetMean: MeanEvaluation;
  /** Images that are in no figure, and why. */
  readonly failures: readonly { readonly path: string; readonly error: ErrorRecord }[];
  /** Pictures of kinds that are not read; they are in no figure either. */
  readonly passedOver: readonly string[];
  /** What was left out of the data and why, in sentences. */
  readonly notes: readonly string[];
  /** Wall clock of the evaluation. */
  readonly seconds: number;
}

/** The figures that are averaged; a mean runs over the categories where the value is not null. */
export interface EvaluationFigures {
  /** Pixel metrics of the coarse and of the final map, at image size. */
  readonly coarse: PixelMetricsResult;
  readonly final: PixelMetricsResult;
  /** Metrics of the image score. */
  readonly image: RankingMetrics;
  /** Share of good images, and of defective ones, with at least one region at the recipe's θ. */
  readonly goodWithRegion: number | null;
  readonly defectiveWithRegion: number | null;
  /** Share of good images, and of defective ones, whose verdict is warn or reject. */
  readonly goodNotAccepted: number | null;
  readonly defectiveNotAccepted: number | null;
}

export interface MeanEvaluation extends EvaluationFigures {
  /** Categories (or data sets) that the mean runs over. */
  readonly count: number;
}

export interface CategoryEvaluation extends EvaluationFigures {
  readonly dataset: string;
  readonly category: string;
  /** The object's name in the prompts. */
  readonly object: string;
  /** Images measured. */
  readonly good: number;
  readonly defective: number;
  /** Images that failed. */
  readonly failed: number;
  /** What was black and white in images of more than 8 bits, of the category's first; null: there were none. */
  readonly sampleRanges: SampleRanges;
  /** What the pixels of the masks are called in their files: grey values, palette indexes, colours `#rrggbb`. */
  readonly maskValues: readonly string[];
  /** Mean of the pipeline's own time per image, milliseconds; neighbouring images overlap. */
  readonly imageMs: number | null;
}

/** Mean of the values that are defined; null where none is. */
export function mean(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length > 0 ? defined.reduce((sum, value) => sum + value, 0) / defined.length : null;
}

/** Plain means over categories or data sets. */
export function meanOf(items: readonly EvaluationFigures[]): MeanEvaluation {
  const ranking = (pick: (item: EvaluationFigures) => RankingMetrics): RankingMetrics => ({
    auroc: mean(items.map((item) => pick(item).auroc)),
    ap: mean(items.map((item) => pick(item).ap)),
    f1Max: mean(items.map((item) => pick(item).f1Max)),
    f1Threshold: mean(items.map((item) => pick(item).f1Threshold)),
  });
  const pixel = (pick: (item: EvaluationFigures) => PixelMetricsResult): PixelMetricsResult => ({
    ...ranking(pick),
    pro: mean(items.map((item) => pick(item).pro)),
    proAprilGan: mean(items.map((item) => pick(item).proAprilGan)),
  });
  return {
    count: items.length,
    coarse: pixel((item) => item.coarse),
    final: pixel((item) => item.final),
    image: ranking((item) => item.image),
    goodWithRegion: mean(items.map((item) => item.goodWithRegion)),
    defectiveWithRegion: mean(items.map((item) => item.defectiveWithRegion)),
    goodNotAccepted: mean(items.map((item) => item.goodNotAccepted)),
    defectiveNotAccepted: mean(items.map((item) => item.defectiveNotAccepted)),
  };
}
