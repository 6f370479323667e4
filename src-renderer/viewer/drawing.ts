import type { Point, Polygon } from '../../src-shared/geometry.ts';
import { type Stroke, strokedPolygons } from './brush.ts';
import { ringThrough } from './geometry.ts';
import type { Ruler } from './ruler.ts';
import type { Size } from './viewport.ts';

/** What is being drawn and not yet done, in image pixels. */
export type Drawing =
  | Ruler
  | { readonly kind: 'polygon'; readonly points: readonly Point[] }
  | { readonly kind: 'box' | 'rectangle'; readonly from: Point; readonly to: Point }
  | { readonly kind: 'strokes'; readonly base: readonly Polygon[]; readonly strokes: readonly Stroke[] };

/**
 * The area that a drawing leaves when it is finished; empty when an eraser took all of it.
 * @returns null when it leaves none: a polygon of two corners, a box, which ends when it is let go, or a ruler
 */
export function finishedArea(drawing: Drawing, image: Size): readonly Polygon[] | null {
  if (drawing.kind === 'polygon') return drawing.points.length < 3 ? null : [ringThrough(drawing.points)];
  return drawing.kind === 'strokes' ? strokedPolygons(drawing.base, drawing.strokes, image) : null;
}

/** The drawing without its last corner or stroke, null when nothing is left; undefined for a box, which has neither. A ruler goes whole. */
export function withoutLast(drawing: Drawing): Drawing | null | undefined {
  if (drawing.kind === 'polygon') {
    const points = drawing.points.slice(0, -1);
    return points.length > 0 ? { ...drawing, points } : null;
  }
  if (drawing.kind === 'ruler') return null;
  if (drawing.kind !== 'strokes') return undefined;
  const strokes = drawing.strokes.slice(0, -1);
  return strokes.length > 0 ? { ...drawing, strokes } : null;
}
