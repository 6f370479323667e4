import { failure } from './errors.ts';
import type { Polygon } from './geometry.ts';

/**
 * What a mark may consist of at most: far beyond what is drawn by hand or traced from SAM's masks, and little enough
 * for exports to fill its pixels without a pause that is felt.
 */
export const MARK_LIMITS = {
  /** Points of a mark's rings, all together. */
  points: 50_000,
  /** Image pixels that its outlines run up and down, all together. */
  rise: 1_000_000,
  /** The same of all marks of an image in a run that count. */
  pointsOfImage: 200_000,
  riseOfImage: 2_000_000,
} as const;

/** Points of all rings. */
export function countPoints(polygons: readonly Polygon[]): number {
  return polygons.flat().reduce((sum, ring) => sum + ring.length, 0);
}

/** @throws ClipSamError `input-invalid` when the mark goes beyond {@link MARK_LIMITS} */
export function checkMark(polygons: readonly Polygon[]): void {
  const points = countPoints(polygons);
  if (points > MARK_LIMITS.points) {
    throw failure(
      'mark-too-fine',
      { points, limit: MARK_LIMITS.points },
      `The mark has ${points} points; ${MARK_LIMITS.points} are the limit. Draw it more coarsely, or in several parts.`,
    );
  }
  const rise = riseOf(polygons);
  if (rise > MARK_LIMITS.rise) {
    throw failure(
      'mark-too-long',
      { pixels: rise, limit: MARK_LIMITS.rise },
      `The mark's outlines run ${rise} pixels up and down; ${MARK_LIMITS.rise} are the limit. Draw it more coarsely, or in several parts.`,
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
