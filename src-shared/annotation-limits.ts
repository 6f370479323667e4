import { failure } from './errors.ts';
import type { Polygon } from './geometry.ts';

/**
 * What an annotation may consist of at most: far beyond what is drawn by hand or traced from SAM's masks, and little enough
 * for exports to fill its pixels without a pause that is felt.
 */
export const ANNOTATION_LIMITS = {
  /** Points of an annotation's rings, all together. */
  points: 50_000,
  /** Image pixels that its outlines run up and down, all together. */
  rise: 1_000_000,
  /** The same of all annotations of an image in a run that count. */
  pointsOfImage: 200_000,
  riseOfImage: 2_000_000,
} as const;

/** Points of all rings. */
export function countPoints(polygons: readonly Polygon[]): number {
  return polygons.flat().reduce((sum, ring) => sum + ring.length, 0);
}

/** @throws ClipSamError `input-invalid` when the annotation goes beyond {@link ANNOTATION_LIMITS} */
export function checkAnnotation(polygons: readonly Polygon[]): void {
  const points = countPoints(polygons);
  if (points > ANNOTATION_LIMITS.points) {
    throw failure(
      'annotation-too-fine',
      { points, limit: ANNOTATION_LIMITS.points },
      `The annotation has ${points} points; ${ANNOTATION_LIMITS.points} are the limit. Draw it more coarsely, or in several parts.`,
    );
  }
  const rise = riseOf(polygons);
  if (rise > ANNOTATION_LIMITS.rise) {
    throw failure(
      'annotation-too-long',
      { pixels: rise, limit: ANNOTATION_LIMITS.rise },
      `The annotation's outlines run ${rise} pixels up and down; ${ANNOTATION_LIMITS.rise} are the limit. Draw it more coarsely, or in several parts.`,
    );
  }
}

/** Image pixels, rounded, that all outlines run up and down. */
export function riseOf(polygons: readonly Polygon[]): number {
  let rise = 0;
  for (const ring of polygons.flat()) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++)
      rise += Math.abs(ring[i]![1] - ring[j]![1]);
  }
  return Math.round(rise);
}
