import type { Point } from '../../src-shared/geometry.ts';
import type { PartSilhouette } from './part-silhouette.ts';

/** The shape of a part; lengths and areas in pixels of the picture, whose top left corner is (0, 0). */
export interface SilhouetteMoments {
  readonly area: number;
  readonly centroid: Point;
  /** Direction of the principal axis, towards the side with the longer tail: radians, clockwise from right, −π..π. */
  readonly axis: number;
  /** Standard deviation along the principal axis over that across it; 1 is round. */
  readonly elongation: number;
  /** Third standardised moment along the axis, never negative; 0 where both sides are the same. */
  readonly skew: number;
}

/** A box in turned axes that holds a part, in pixels of the picture. */
export interface TurnedBox {
  /** The middle of the box. */
  readonly centre: Point;
  readonly length: number;
  readonly width: number;
}

/** Moments of the part's area, each pixel a rectangle of its own. */
export function silhouetteMoments(part: PartSilhouette): SilhouetteMoments {
  const { ratioX, ratioY } = part;
  let count = 0;
  let sumX = 0;
  let sumY = 0;
  eachPixel(part, (x, y) => {
    count++;
    sumX += x;
    sumY += y;
  });
  const centroid = { x: sumX / count, y: sumY / count };
  let xx = 0;
  let yy = 0;
  let xy = 0;
  eachPixel(part, (x, y) => {
    const [dx, dy] = [x - centroid.x, y - centroid.y];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  });
  // A pixel's area has a second moment about its own centre.
  xx = xx / count + (ratioX * ratioX) / 12;
  yy = yy / count + (ratioY * ratioY) / 12;
  xy /= count;
  const mean = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const axis = Math.atan2(2 * xy, xx - yy) / 2;
  const skew = thirdMoment(part, centroid, axis) / (mean + half) ** 1.5;
  return {
    area: count * ratioX * ratioY,
    centroid,
    axis: skew < 0 ? axis - Math.sign(axis || 1) * Math.PI : axis,
    elongation: Math.sqrt((mean + half) / (mean - half)),
    skew: Math.abs(skew),
  };
}

function thirdMoment(part: PartSilhouette, { x: x0, y: y0 }: Point, axis: number): number {
  const [cos, sin] = [Math.cos(axis), Math.sin(axis)];
  let count = 0;
  let sum = 0;
  eachPixel(part, (x, y) => {
    count++;
    sum += ((x - x0) * cos + (y - y0) * sin) ** 3;
  });
  return sum / count;
}

/**
 * The box of a part whose axis points in a direction.
 * @param about the middle of the box; without it the box is tight
 */
export function turnedBox(part: PartSilhouette, angle: number, about?: Point): TurnedBox {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
  eachPixel(part, (x, y) => {
    const u = x * cos + y * sin;
    const v = y * cos - x * sin;
    if (u < left) left = u;
    if (u > right) right = u;
    if (v < top) top = v;
    if (v > bottom) bottom = v;
  });
  const u = about ? about.x * cos + about.y * sin : (left + right) / 2;
  const v = about ? about.y * cos - about.x * sin : (top + bottom) / 2;
  // The corners of the outermost pixels, not their centres.
  const [x, y] = [part.ratioX, part.ratioY];
  return {
    centre: { x: u * cos - v * sin, y: u * sin + v * cos },
    length: 2 * Math.max(u - left, right - u) + Math.abs(cos) * x + Math.abs(sin) * y,
    width: 2 * Math.max(v - top, bottom - v) + Math.abs(sin) * x + Math.abs(cos) * y,
  };
}

/** The centres of the part's pixels, in pixels of the picture. */
function eachPixel(
  { thumbnail: { width, height }, mask, ratioX, ratioY }: PartSilhouette,
  visit: (x: number, y: number) => void,
): void {
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) if (mask[i]) visit((x + 0.5) * ratioX, (y + 0.5) * ratioY);
  }
}
