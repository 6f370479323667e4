import type { Polygon } from '../../src-shared/geometry.ts';

/** Area in square pixels, holes subtracted (shoelace formula). */
export function polygonArea(polygons: readonly Polygon[]): number {
  return polygons.reduce(
    (sum, rings) =>
      sum + rings.reduce((total, ring, index) => total + (index === 0 ? 1 : -1) * ringArea(ring), 0),
    0,
  );
}

function ringArea(ring: Polygon[number]): number {
  let twice = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    twice += ring[j]![0] * ring[i]![1] - ring[i]![0] * ring[j]![1];
  }
  return Math.abs(twice) / 2;
}
