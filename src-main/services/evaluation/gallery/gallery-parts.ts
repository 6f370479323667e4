import type { MethodCategoryFigures, MethodReason, MethodsEvaluation } from '../methods/method-figures.ts';
import type { CasePictures } from './case-pictures.ts';
import type { ChartPicture } from './gallery-charts.ts';

/** A method in a category, as the page shows it. */
export interface MethodPictures {
  readonly method: string;
  readonly measured: MethodCategoryFigures;
  readonly scores: ChartPicture;
  readonly cases: readonly CasePictures[];
}

/** A category with its methods, as the page shows it. */
export interface CategoryPictures {
  readonly dataset: string;
  readonly category: string;
  readonly methods: readonly MethodPictures[];
  readonly precisionRecall: ChartPicture;
  readonly roc: ChartPicture;
}

/** What a measurement says of methods and images that are not shown. */
export interface NotShown extends Pick<MethodsEvaluation, 'unavailable' | 'failures' | 'passedOver'> {
  readonly categories: readonly {
    readonly dataset: string;
    readonly category: string;
    readonly without: readonly MethodReason[];
  }[];
}
