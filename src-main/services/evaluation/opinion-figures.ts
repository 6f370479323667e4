import type { SampleRanges } from '../../../src-shared/batch-range.ts';
import type { Opinion } from '../../../src-shared/opinion.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { AlignmentDecision } from '../../../src-shared/run-comparison.ts';
import type { PixelMetricsResult, RankingMetrics } from '../../pipeline/metric-results.ts';
import type { CategoryEvaluation, Evaluation, EvaluationFigures } from './evaluation-figures.ts';

/** Figures with those of each opinion alone. */
export interface FiguresWithOpinions extends EvaluationFigures {
  /** Of each opinion's calibrated map, at image size, and of its score of the image. */
  readonly opinions: Readonly<
    Partial<Record<Opinion, { readonly map: PixelMetricsResult; readonly image: RankingMetrics }>>
  >;
}

/** The same figures as plain mean, and as deviation (n − 1) over draws; the deviation of one draw is null. */
export interface SpreadFigures {
  readonly mean: FiguresWithOpinions;
  readonly deviation: FiguresWithOpinions;
}

/** A category measured with one draw of what its images are compared with. */
export interface DrawEvaluation extends FiguresWithOpinions {
  readonly seed: number;
  /** Images measured: without those that were drawn as references, and copies of these. */
  readonly good: number;
  readonly defective: number;
  readonly failed: number;
  /** Paths below the category. */
  readonly references: readonly string[];
  /** Images of the crowd. */
  readonly crowd: number;
  /** Whether parts were turned to one pose, and why. */
  readonly alignment: NonNullable<AlignmentDecision['alignment']>;
  readonly imageMs: number | null;
}

export interface OpinionCategory
  extends SpreadFigures,
    Pick<CategoryEvaluation, 'dataset' | 'category' | 'object' | 'maskValues'> {
  readonly sampleRanges: SampleRanges;
  readonly draws: readonly DrawEvaluation[];
}

/** What `clipsam evaluate --opinions --json` writes. */
export interface OpinionEvaluation
  extends SpreadFigures,
    Pick<Evaluation, 'root' | 'area' | 'packHash' | 'failures' | 'passedOver' | 'notes' | 'seconds'> {
  readonly schemaVersion: 2;
  /** With how opinions are formed. */
  readonly recipe: Recipe;
  readonly opinions: readonly Opinion[];
  /** How many references were drawn; null: none. */
  readonly references: number | null;
  readonly seeds: readonly number[];
  readonly categories: readonly OpinionCategory[];
}

type Tree = number | null | { readonly [name: string]: Tree };

/** Mean and deviation of figures over draws. @param draws one or more */
export function spreadOf(draws: readonly FiguresWithOpinions[]): SpreadFigures {
  const trees = draws.map(figuresOf) as unknown as readonly Tree[];
  return {
    mean: combined(trees, average) as unknown as FiguresWithOpinions,
    deviation: combined(trees, deviation) as unknown as FiguresWithOpinions,
  };
}

/** Mean of figures over categories, per seed, then spread over the seeds. */
export function spreadOfCategories(categories: readonly OpinionCategory[]): SpreadFigures {
  const seeds = categories[0]?.draws.length ?? 0;
  const means = Array.from({ length: seeds }, (_, at) => {
    const trees = categories.map(({ draws }) => figuresOf(draws[at]!)) as unknown as readonly Tree[];
    return combined(trees, average) as unknown as FiguresWithOpinions;
  });
  return spreadOf(means);
}

function figuresOf(figures: FiguresWithOpinions): FiguresWithOpinions {
  const { coarse, final, image, opinions } = figures;
  const { goodWithRegion, defectiveWithRegion, goodNotAccepted, defectiveNotAccepted } = figures;
  return {
    ...{ coarse, final, image, opinions },
    ...{ goodWithRegion, defectiveWithRegion, goodNotAccepted, defectiveNotAccepted },
  };
}

/** Trees of the same shape as one, value by value; null and what is missing do not count. */
function combined(trees: readonly Tree[], how: (values: readonly number[]) => number | null): Tree {
  const branches = trees.filter((tree) => typeof tree === 'object' && tree !== null);
  if (branches.length === 0) return how(trees.filter((value) => typeof value === 'number'));
  const names = new Set(branches.flatMap((branch) => Object.keys(branch)));
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      combined(
        branches.map((branch) => branch[name] ?? null),
        how,
      ),
    ]),
  );
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = average(values)!;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
