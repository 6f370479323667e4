import type { KnownScores } from '../../../../src-shared/charts/truth-histogram.ts';
import type { SampleRange } from '../../../../src-shared/sample-range.ts';
import type { MetricCurves } from '../../../pipeline/metric-curves.ts';
import type { MethodCases } from '../methods/method-case.ts';
import type { CasePictures } from './case-pictures.ts';
import type { ChartPicture } from './gallery-charts.ts';

/** What a method comes to in a category. Shares are 0..1; null where a figure has no value. */
export interface PartFigures {
  readonly figures: Readonly<
    Record<
      'pixelAp' | 'pixelF1Max' | 'pixelAuroc' | 'pixelPro' | 'imageAuroc' | 'imageAp' | 'imageF1Max',
      number | null
    >
  >;
  /** At which F1 is highest. */
  readonly thresholds: { readonly pixelF1Max: number | null; readonly imageF1Max: number | null };
  /** Per image. */
  readonly seconds: number;
  /** Over pixels; and the scores of the images. */
  readonly curves: MetricCurves & { readonly scores: KnownScores };
}

/** What a gallery takes of one method in one category. */
export interface GalleryPart extends MethodCases {
  readonly measured: PartFigures;
  /** What is black and white in an image of more than 8 bits; undefined: its file decides. */
  readonly rangeOf: (path: string) => SampleRange | undefined;
}

/** A method in a category, as the page shows it. */
export interface MethodPictures {
  readonly method: string;
  readonly measured: PartFigures;
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
