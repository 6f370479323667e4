import { type Box, boxOutline, type Polygon } from '../../src-shared/geometry.ts';
import type { DoneImage } from './run-report.ts';

/** Class of the model's regions that no inspector named, and of those that one dismissed. */
const DEFECT = 'defect';
export const FALSE_POSITIVE = 'false-positive';

/** A region after review: the model's as it is or as the inspector marked or corrected it, or one the inspector drew. */
export interface ReviewedRegion {
  readonly polygons: readonly Polygon[];
  /** {@link DEFECT}, {@link FALSE_POSITIVE} or the inspector's defect class. */
  readonly className: string;
  /** The model's peak score; null for what the inspector drew. */
  readonly score: number | null;
  /** Index of the model's region; null for what the inspector added. */
  readonly regionIndex: number | null;
  /** The inspector who marked it; null when nobody did. */
  readonly inspector: string | null;
  /** The model's region is smaller than the recipe's limits, and did not count. */
  readonly belowLimit: boolean;
}

/** The regions of an image as reviewed; the newest annotation of a region counts. */
export function reviewedRegions(image: Pick<DoneImage, 'result' | 'annotations'>): ReviewedRegion[] {
  const ofModel = image.result.regions.map((region): ReviewedRegion => {
    const annotation = image.annotations.findLast(({ regionIndex }) => regionIndex === region.index);
    return {
      polygons:
        annotation?.polygons ?? (region.polygons.length > 0 ? region.polygons : [boxOutline(region.box)]),
      className: annotation ? classOf(annotation) : DEFECT,
      score: region.peak,
      regionIndex: region.index,
      inspector: annotation?.inspector ?? null,
      belowLimit: region.belowLimit === true,
    };
  });
  const drawn = image.annotations
    .filter(({ regionIndex, polygons }) => regionIndex === null && polygons !== null)
    .map(
      (annotation): ReviewedRegion => ({
        polygons: annotation.polygons!,
        className: classOf(annotation),
        score: null,
        regionIndex: null,
        inspector: annotation.inspector,
        belowLimit: false,
      }),
    );
  return [...ofModel, ...drawn];
}

/** The smallest box around some polygons. */
export function boxAround(polygons: readonly Polygon[]): Box {
  const points = polygons.flatMap((rings) => rings.flat());
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [min(xs), min(ys)];
  return { x, y, width: -min(xs.map((v) => -v)) - x, height: -min(ys.map((v) => -v)) - y };
}

/** Numbers classes as they appear: 1 defect, 2 false positive, then the inspectors' own. */
export class ClassNumbers {
  readonly #numbers = new Map([
    [DEFECT, 1],
    [FALSE_POSITIVE, 2],
  ]);

  of(className: string): number {
    const known = this.#numbers.get(className);
    if (known !== undefined) return known;
    this.#numbers.set(className, this.#numbers.size + 1);
    return this.#numbers.size;
  }

  entries(): readonly (readonly [name: string, number: number])[] {
    return [...this.#numbers];
  }
}

function classOf(annotation: DoneImage['annotations'][number]): string {
  if (annotation.kind === 'false-positive') return FALSE_POSITIVE;
  return annotation.defectClass || DEFECT;
}

function min(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
}
