import type { ArtifactRef, InspectionResult } from '../../../../src-shared/result.ts';
import type { SampleRange } from '../../../../src-shared/sample-range.ts';
import type { MethodCategoryFigures } from './method-figures.ts';

/** One image as one method answered it; its artifacts stay until the evaluation ends. */
export interface MethodCase {
  readonly path: string;
  /** Path of the ground-truth mask; undefined for good images. */
  readonly mask: string | undefined;
  readonly defective: boolean;
  readonly result: InspectionResult;
  /** Store of the result's artifacts. */
  readonly artifactRoot: string;
  /** The map that is measured: the result's final map, or an opinion's own where that is measured alone. */
  readonly finalMap: ArtifactRef;
  /** Of the image alone; `score` is the method's, the others are null for good images. */
  readonly figures: {
    readonly score: number;
    readonly pixelAp: number | null;
    readonly pixelF1Max: number | null;
  };
}

/** Everything that one method said of a category's images. */
interface MethodCases {
  readonly dataset: string;
  readonly category: string;
  /** Text of the method's spec. */
  readonly method: string;
  /** Good images first, then by defect, as the category lists them. */
  readonly cases: readonly MethodCase[];
}

/** What a gallery gets of one method in one category. */
export interface GalleryPart extends MethodCases {
  readonly measured: MethodCategoryFigures;
  /** What is black and white in an image of more than 8 bits; undefined: its file decides. */
  readonly rangeOf: (path: string) => SampleRange | undefined;
}

/** Takes pictures of cases, one method of one category at a time. Maps are gone after the evaluation. */
export interface CaseGallery {
  add(part: GalleryPart): Promise<void>;
}
