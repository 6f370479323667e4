import type { Point } from '../../src-shared/geometry.ts';
import type { Scale } from '../../src-shared/scale.ts';
import { hundredth } from './geometry.ts';
import type { Size } from './viewport.ts';

/** A line that is measured, in image pixels. */
export interface Ruler {
  readonly kind: 'ruler';
  readonly from: Point;
  readonly to: Point;
  /** False: its end still follows the pointer. */
  readonly isFixed: boolean;
}

/** Length in image pixels. */
export function rulerLength({ from, to }: Pick<Ruler, 'from' | 'to'>): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/**
 * The end of a line that goes straight along, straight down or at 45°, whichever is nearest to where it was to end: the
 * foot of the perpendicular, drawn in along the line where it would lie outside of the image.
 */
export function snapped(from: Point, to: Point, { width, height }: Size): Point {
  const eighth = Math.round(Math.atan2(to.y - from.y, to.x - from.x) / (Math.PI / 4));
  const [x, y] = DIRECTIONS[((eighth % 8) + 8) % 8]!;
  const along = ((to.x - from.x) * x + (to.y - from.y) * y) / (x * x + y * y);
  const room = (place: number, step: number, most: number) =>
    step === 0 ? Number.POSITIVE_INFINITY : ((step > 0 ? most : 0) - place) / step;
  const reach = Math.min(along, room(from.x, x, width), room(from.y, y, height));
  return { x: from.x + reach * x, y: from.y + reach * y };
}

/** By eighths of a turn, from the right downwards. */
const DIRECTIONS = [
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
  [0, -1],
  [1, -1],
] as const;

/**
 * The scale of images in which a line has a known length.
 * @param millimetres above 0
 * @returns null when the line has no length, or a pixel would be larger than a metre
 */
export function scaleFrom(
  ruler: Pick<Ruler, 'from' | 'to'>,
  millimetres: number,
  { width, height }: Size,
): Scale | null {
  const length = rulerLength(ruler);
  if (!(length > 0 && millimetres > 0)) return null;
  const millimetresPerPixel = Number((millimetres / length).toPrecision(6));
  return millimetresPerPixel > 0 && millimetresPerPixel <= 1000
    ? { millimetresPerPixel, source: 'drawn', imageWidth: width, imageHeight: height }
    : null;
}

/** The ruler with its end at another place, to a hundredth of a pixel. */
export function stretched(ruler: Ruler, to: Point, image: Size, snaps: boolean): Ruler {
  const { x, y } = snaps ? snapped(ruler.from, to, image) : to;
  return { ...ruler, to: { x: hundredth(x), y: hundredth(y) } };
}
