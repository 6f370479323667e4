import type { SampleRanges } from '../../../../src-shared/batch-range.ts';
import type { BootstrapInterval, PairedDifference } from '../../../pipeline/bootstrap-interval.ts';
import type { MetricCurves } from '../../../pipeline/metric-curves.ts';
import type { DefectCategory } from '../../datasets/defect-category.ts';
import type { CategoryEvaluation, Evaluation } from '../evaluation-figures.ts';
import type { DrawEvaluation } from '../opinion-figures.ts';

/** What is compared: metrics of pixels (the final map, at image size) and of images (their scores), 0..1. */
export const COMPARED_FIGURES = [
  'pixelAuroc',
  'pixelF1Max',
  'pixelAp',
  'pixelPro',
  'pixelProAprilGan',
  'imageAuroc',
  'imageF1Max',
  'imageAp',
] as const;
export type FigureName = (typeof COMPARED_FIGURES)[number];
export type Figures = Readonly<Record<FigureName, number | null>>;

/** One method's figures of a category, or means over several. */
export interface MethodFigures {
  /** As the command line names it. */
  readonly method: string;
  readonly figures: Figures;
  /** Over resamples of images; null: none were drawn, or none gives the figure a value. */
  readonly intervals: Readonly<Record<FigureName, BootstrapInterval | null>>;
  /** Mean of the pipeline's own time per image; of methods that share what the towers say, each counts it. */
  readonly seconds: number;
}

export interface MethodMean extends MethodFigures {
  /** Categories that the method has figures of: the means are over these. */
  readonly categories: number;
}

/** One method's figures beside another's, of the same images. */
export interface MethodDifference {
  readonly method: string;
  readonly against: string;
  /** Null: one of both has no value, in any category. */
  readonly figures: Readonly<Record<FigureName, PairedDifference | null>>;
}

export interface MethodCategoryFigures extends MethodFigures {
  /** At which F1 is highest. */
  readonly thresholds: { readonly pixelF1Max: number | null; readonly imageF1Max: number | null };
  /** The same pixel figures by groups of scores, which is what resamples are measured by. */
  readonly grouped: Readonly<Partial<Record<FigureName, number | null>>>;
  readonly curves: MetricCurves & {
    /** Scores of the images, rising. */
    readonly scores: { readonly good: readonly number[]; readonly defective: readonly number[] };
  };
}

export interface MethodsCategory
  extends Pick<
      CategoryEvaluation,
      'dataset' | 'category' | 'object' | 'good' | 'defective' | 'failed' | 'maskValues'
    >,
    Pick<DefectCategory, 'layout' | 'split' | 'terms' | 'notes'> {
  readonly sampleRanges: SampleRanges;
  /** Images drawn as references, paths below the category. */
  readonly references: readonly string[];
  /** Images that are in no figure of any method, because they were drawn as references or are copies of these. */
  readonly leftOut: readonly string[];
  /** Per distinct comparison: what images were compared with, and whether parts were turned for it. */
  readonly comparisons: readonly {
    readonly methods: readonly string[];
    readonly references: number;
    readonly crowd: number;
    readonly alignment: DrawEvaluation['alignment'];
  }[];
  readonly methods: readonly MethodCategoryFigures[];
  /** Methods without figures here, and why. */
  readonly without: readonly MethodReason[];
  readonly differences: readonly MethodDifference[];
}

export interface MethodReason {
  readonly method: string;
  readonly reason: string;
}

/** Means over categories. */
export interface MethodMeans {
  readonly count: number;
  readonly methods: readonly MethodMean[];
  readonly differences: readonly MethodDifference[];
}

/** What `clipsam evaluate --methods --out` writes as figures.json. */
export interface MethodsEvaluation
  extends Pick<Evaluation, 'root' | 'recipe' | 'area' | 'packHash' | 'passedOver' | 'notes' | 'seconds'> {
  readonly schemaVersion: 3;
  readonly softwareVersion: string;
  /** Of drawn references, crowds and resamples. */
  readonly seed: number;
  readonly resamples: number;
  /** Share of resamples between the ends of intervals. */
  readonly confidence: number;
  /** Methods that were measured, in the order in which they were named, with the numbers that were trained for each. */
  readonly methods: readonly { readonly method: string; readonly trainedParameters: number }[];
  /** Methods that the pack can't run: they are in no figure. */
  readonly unavailable: readonly MethodReason[];
  readonly categories: readonly MethodsCategory[];
  /** Per data set, where there are several. */
  readonly datasets: readonly (MethodMeans & { readonly dataset: string })[];
  readonly mean: MethodMeans;
  /** Images that are in no figure of any method, since one failed on them. */
  readonly failures: readonly (Evaluation['failures'][number] & { readonly method: string })[];
}
