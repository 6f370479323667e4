import type { Polygon } from '../../src-shared/geometry.ts';

/** Whether a point lies inside of any polygon by the even-odd rule, ray by ray. */
export function pointInPolygons(polygons: readonly Polygon[], x: number, y: number): boolean {
  return polygons.some((polygon) => {
    let inside = false;
    for (const ring of polygon) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [ax, ay] = ring[i]!;
        const [bx, by] = ring[j]!;
        if (ay > y !== by > y && x < ax + ((y - ay) / (by - ay)) * (bx - ax)) inside = !inside;
      }
    }
    return inside;
  });
}
