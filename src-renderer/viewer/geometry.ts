import type { Annotation } from '../../src-shared/annotation.ts';
import type { Box, Point, Polygon } from '../../src-shared/geometry.ts';
import type { Region } from '../../src-shared/result.ts';
import type { Size } from './viewport.ts';

/** True when the place lies inside (even-odd: a hole is outside). */
export function containsPoint(polygons: readonly Polygon[], { x, y }: Point): boolean {
  return polygons.some((rings) => {
    let inside = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [ax, ay] = ring[i]!;
        const [bx, by] = ring[j]!;
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
    return inside;
  });
}

/** The box around polygons; null where there are no points. */
export function boundsOf(polygons: readonly Polygon[]): Box | null {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of polygons.flat(2)) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  if (box.left > box.right) return null;
  return { x: box.left, y: box.top, width: box.right - box.left, height: box.bottom - box.top };
}

/** The smallest of the shapes under a place, so that a shape within another can be reached. */
export function shapeAt<T extends { readonly polygons: readonly Polygon[] }>(
  shapes: readonly T[],
  at: Point,
): T | undefined {
  const area = ({ polygons }: T) => {
    const box = boundsOf(polygons);
    return box ? box.width * box.height : 0;
  };
  return shapes
    .filter(({ polygons }) => containsPoint(polygons, at))
    .reduce<T | undefined>((best, shape) => (best && area(best) <= area(shape) ? best : shape), undefined);
}

/** The box between two corners, as far as it lies in the image. */
export function boxBetween(a: Point, b: Point, image: Size): Box {
  const from = clampTo(image, { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y) });
  const to = clampTo(image, { x: Math.max(a.x, b.x), y: Math.max(a.y, b.y) });
  return { x: from.x, y: from.y, width: to.x - from.x, height: to.y - from.y };
}

/** The nearest place of the image. */
export function clampTo({ width, height }: Size, { x, y }: Point): Point {
  return { x: Math.min(Math.max(x, 0), width), y: Math.min(Math.max(y, 0), height) };
}

/** A closed ring through the points, to a hundredth of a pixel. */
export function ringThrough(points: readonly Point[]): Polygon {
  const ring = points.map(({ x, y }) => [hundredth(x), hundredth(y)] as const);
  return ring.length > 0 ? [[...ring, ring[0]!]] : [[]];
}

export function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The four corners of a box as a polygon. */
export function boxPolygon({ x, y, width, height }: Box): Polygon {
  return ringThrough([
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ]);
}

/** No area; always the same object. */
export const NO_AREA: readonly Polygon[] = [];

/** The area that an annotation means: its own, or the model's region. */
export function annotatedArea(
  { polygons, regionIndex }: Annotation,
  regions: readonly Region[],
): readonly Polygon[] {
  return polygons ?? regions.find(({ index }) => index === regionIndex)?.polygons ?? NO_AREA;
}
