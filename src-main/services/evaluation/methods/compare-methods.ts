import {
  type BootstrapInterval,
  bootstrapInterval,
  type PairedDifference,
  pairedDifference,
} from '../../../pipeline/bootstrap-interval.ts';
import {
  COMPARED_FIGURES,
  type FigureName,
  type Figures,
  type MethodDifference,
  type MethodMean,
} from './method-figures.ts';

/** One method's figures of one category, with those of the resamples: NaN where a resample gives no value. */
export interface ResampledFigures {
  readonly method: string;
  readonly figures: Figures;
  readonly resampled: Readonly<Record<FigureName, Float64Array>>;
  readonly seconds: number;
}

/**
 * Means over categories, each of the categories where the figure has a value. Categories are resampled apart: the n-th
 * resample of a mean is the mean of the categories' n-th.
 * @param categories per category its methods; one category's means are its own figures
 */
export function methodMeans(
  methods: readonly string[],
  categories: readonly (readonly ResampledFigures[])[],
): MethodMean[] {
  return methods.flatMap((method) => {
    const own = categories.flatMap((all) => all.filter((one) => one.method === method));
    if (own.length === 0) return [];
    const intervals = {} as Record<FigureName, BootstrapInterval | null>;
    const figures = {} as Record<FigureName, number | null>;
    for (const name of COMPARED_FIGURES) {
      const having = own.filter((one) => one.figures[name] !== null);
      figures[name] = having.length > 0 ? average(having.map((one) => one.figures[name]!)) : null;
      intervals[name] = bootstrapInterval(averageOf(having.map((one) => one.resampled[name])));
    }
    const seconds = average(own.map((one) => one.seconds));
    return [{ method, figures, intervals, seconds, categories: own.length }];
  });
}

/** Every pair of methods, the later named against the earlier, over the categories where both have a value. */
export function methodDifferences(
  methods: readonly string[],
  categories: readonly (readonly ResampledFigures[])[],
): MethodDifference[] {
  const pairs = methods.flatMap((against, at) =>
    methods.slice(at + 1).map((method) => ({ method, against })),
  );
  return pairs.map(({ method, against }) => {
    const both = categories.flatMap((all) => {
      const [first, second] = [method, against].map((name) => all.find((one) => one.method === name));
      return first && second ? [{ first, second }] : [];
    });
    const figures = {} as Record<FigureName, PairedDifference | null>;
    for (const name of COMPARED_FIGURES) {
      const having = both.filter(
        ({ first, second }) => first.figures[name] !== null && second.figures[name] !== null,
      );
      figures[name] =
        having.length === 0
          ? null
          : pairedDifference(
              average(having.map(({ first, second }) => first.figures[name]! - second.figures[name]!)),
              averageOf(having.map(({ first }) => first.resampled[name])),
              averageOf(having.map(({ second }) => second.resampled[name])),
            );
    }
    return { method, against, figures };
  });
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function averageOf(lists: readonly Float64Array[]): Float64Array {
  const sums = new Float64Array(lists[0]?.length ?? 0);
  for (const list of lists) for (let i = 0; i < sums.length; i++) sums[i]! += list[i]! / lists.length;
  return sums;
}
