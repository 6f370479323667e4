import type { Polygon } from '../../src-shared/result.ts';

/** Sets the pixels of a raster of `width × height` values whose centre lies in any of the polygons; holes stay out. */
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
