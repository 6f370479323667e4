import type { Polygon } from './result.ts';

export type AnnotationKind = 'false-positive' | 'missed-defect' | 'corrected-region';

/** What an inspector marked in an image. It is never changed: a retraction is a second entry that names the first. */
export interface Annotation {
  readonly id: number;
  readonly runId: number;
  readonly imageId: number;
  readonly kind: AnnotationKind;
  /** Index of the model's region that is meant; null for an area that the inspector drew. */
  readonly regionIndex: number | null;
  /** The drawn area in image pixels; null when the model's region is meant as it is. */
  readonly polygons: readonly Polygon[] | null;
  readonly defectClass: string;
  readonly comment: string;
  readonly inspector: string;
  readonly createdAt: string;
}
