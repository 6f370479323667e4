import type { Box, Polygon } from '../../src-shared/geometry.ts';

/**
 * The pixels that some polygons cover, as everything here counts them: those whose centre lies inside by the even-odd
 * rule in any of the polygons.
 */
export interface PixelMask {
  /** The smallest box around the covered pixels; empty where there are none. */
  readonly box: Box;
  /** How many pixels are covered. */
  readonly area: number;
  /** 1 where a pixel of the box is covered, row by row. */
  readonly data: Uint8Array;
}

/** Sets the covered pixels (see {@link PixelMask}) of a raster of `width × height` values. */
export function fillPolygons(
  raster: Uint8Array,
  width: number,
  height: number,
  polygons: readonly Polygon[],
  value: number,
): void {
  for (const polygon of polygons) {
    polygonRuns(polygon, width, height, (y, from, to) =>
      raster.fill(value, y * width + from, y * width + to),
    );
  }
}

/** @param width of the image, beyond which nothing is covered */
export function pixelMask(polygons: readonly Polygon[], width: number, height: number): PixelMask {
  const runs: (readonly [y: number, from: number, to: number])[] = [];
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (const polygon of polygons) {
    polygonRuns(polygon, width, height, (y, from, to) => {
      runs.push([y, from, to]);
      left = Math.min(left, from);
      right = Math.max(right, to);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    });
  }
  if (runs.length === 0) return { box: { x: 0, y: 0, width: 0, height: 0 }, area: 0, data: new Uint8Array() };
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const data = new Uint8Array(box.width * box.height);
  for (const [y, from, to] of runs) {
    const row = (y - top) * box.width - left;
    data.fill(1, row + from, row + to);
  }
  return { box, area: data.reduce((sum, value) => sum + value, 0), data };
}

/** A polygon's pixels as half-open runs of columns, by the even-odd rule. */
function polygonRuns(
  polygon: Polygon,
  width: number,
  height: number,
  each: (y: number, from: number, to: number) => void,
): void {
  const crossings: number[][] = [];
  for (const ring of polygon) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [ax, ay] = ring[j]!;
      const [bx, by] = ring[i]!;
      const [low, high] = ay < by ? [ay, by] : [by, ay];
      // Rows whose centre y + 0.5 lies in [low, high).
      const last = Math.min(Math.ceil(high - 0.5), height) - 1;
      for (let y = Math.max(Math.ceil(low - 0.5), 0); y <= last; y++) {
        const x = ax + ((y + 0.5 - ay) / (by - ay)) * (bx - ax);
        crossings[y] ??= [];
        crossings[y]!.push(x);
      }
    }
  }
  crossings.forEach((xs, y) => {
    xs.sort((a, b) => a - b);
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const from = Math.max(Math.ceil(xs[i]! - 0.5), 0);
      const to = Math.min(Math.ceil(xs[i + 1]! - 0.5), width);
      if (from < to) each(y, from, to);
    }
  });
}
