import simplify from 'simplify-js';
import { type Ring, traceContours } from '../../src-shared/contours.ts';
import type { Box, Point, Polygon } from '../../src-shared/geometry.ts';
import { boundsOf, hundredth } from './geometry.ts';
import type { Size } from './viewport.ts';

/** A stroke of the brush or the eraser, in image pixels. */
export interface Stroke {
  readonly points: readonly Point[];
  readonly radius: number;
  readonly erase: boolean;
}

/** Cells of the raster along the longest side. */
const LONGEST = 1024;
/** Cells along a brush's radius: with fewer a dab is no disc. */
const FINENESS = 6;
/** Samples per cell and direction where a polygon is rasterised. */
const SAMPLES = 3;

/**
 * What strokes leave of an area: brushes add, erasers take away, in their order. The strokes are rasterised around
 * their bounds, with covered parts of cells, and outlined by marching squares.
 * @param base the area to begin with, in image pixels
 * @returns polygons with holes in image pixels, within the image; none when nothing is left
 */
export function strokedPolygons(
  base: readonly Polygon[],
  strokes: readonly Stroke[],
  image: Size,
): Polygon[] {
  const bounds = boundsOfAll(base, strokes, image);
  if (!bounds) return [];
  const finest = Math.min(1, ...strokes.map(({ radius }) => radius / FINENESS));
  const cell = Math.max(Math.max(bounds.width, bounds.height) / LONGEST, finest);
  const raster = new Coverage(bounds, cell);
  raster.fill(base);
  for (const stroke of strokes) raster.stroke(stroke);
  return raster.outlines(image);
}

function boundsOfAll(base: readonly Polygon[], strokes: readonly Stroke[], image: Size): Box | null {
  const corners = strokes
    .filter(({ erase }) => !erase)
    .flatMap(({ points, radius }) =>
      points.flatMap(({ x, y }) => [[x - radius, y - radius] as const, [x + radius, y + radius] as const]),
    );
  const box = boundsOf([...base, [corners]]);
  if (!box) return null;
  // A free cell around, except where the image ends.
  const left = Math.max(Math.floor(box.x) - 1, 0);
  const top = Math.max(Math.floor(box.y) - 1, 0);
  const right = Math.min(Math.ceil(box.x + box.width) + 1, image.width);
  const bottom = Math.min(Math.ceil(box.y + box.height) + 1, image.height);
  if (right <= left || bottom <= top) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** How much of each cell is covered, 0..1. */
class Coverage {
  readonly #bounds: Box;
  readonly #cell: number;
  readonly #width: number;
  readonly #height: number;
  readonly #values: Float32Array;

  constructor(bounds: Box, cell: number) {
    this.#bounds = bounds;
    this.#cell = cell;
    this.#width = Math.ceil(bounds.width / cell);
    this.#height = Math.ceil(bounds.height / cell);
    this.#values = new Float32Array(this.#width * this.#height);
  }

  /** Even-odd scan lines, several to a cell. */
  fill(polygons: readonly Polygon[]): void {
    const step = 1 / SAMPLES;
    for (const rings of polygons) {
      for (let line = 0; line < this.#height * SAMPLES; line++) {
        const y = (line + 0.5) * step;
        const crossings = this.#crossings(rings, y);
        const row = Math.floor(y) * this.#width;
        for (let i = 0; i + 1 < crossings.length; i += 2)
          this.#span(row, crossings[i]!, crossings[i + 1]!, step);
      }
    }
  }

  /** Where rings cross a horizontal line, in cells, from left to right. */
  #crossings(rings: Polygon, y: number): number[] {
    const xs: number[] = [];
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const ay = (ring[i]![1] - this.#bounds.y) / this.#cell;
        const by = (ring[j]![1] - this.#bounds.y) / this.#cell;
        if (ay > y === by > y) continue;
        const ax = (ring[i]![0] - this.#bounds.x) / this.#cell;
        const bx = (ring[j]![0] - this.#bounds.x) / this.#cell;
        xs.push(ax + ((bx - ax) * (y - ay)) / (by - ay));
      }
    }
    return xs.sort((a, b) => a - b);
  }

  #span(row: number, from: number, to: number, weight: number): void {
    const first = Math.max(Math.floor(from), 0);
    const last = Math.min(Math.ceil(to), this.#width);
    for (let x = first; x < last; x++) {
      const covered = Math.min(x + 1, to) - Math.max(x, from);
      this.#values[row + x] = Math.min(this.#values[row + x]! + covered * weight, 1);
    }
  }

  stroke({ points, radius, erase }: Stroke): void {
    const inCells = points.map(({ x, y }) => ({
      x: (x - this.#bounds.x) / this.#cell,
      y: (y - this.#bounds.y) / this.#cell,
    }));
    const reach = radius / this.#cell;
    // Points closer than a twentieth of the radius say nothing that would be seen.
    const path = inCells.length > 2 ? simplify(inCells, reach / 20, true) : inCells;
    if (path.length === 1) this.#capsule(path[0]!, path[0]!, reach, erase);
    for (let i = 1; i < path.length; i++) this.#capsule(path[i - 1]!, path[i]!, reach, erase);
  }

  #capsule(a: Point, b: Point, radius: number, erase: boolean): void {
    const left = Math.max(Math.floor(Math.min(a.x, b.x) - radius - 1), 0);
    const right = Math.min(Math.ceil(Math.max(a.x, b.x) + radius + 1), this.#width);
    const top = Math.max(Math.floor(Math.min(a.y, b.y) - radius - 1), 0);
    const bottom = Math.min(Math.ceil(Math.max(a.y, b.y) + radius + 1), this.#height);
    const dx = b.x - a.x;
    const dy = b.y - a.y;
    const squared = dx * dx + dy * dy;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const px = x + 0.5 - a.x;
        const py = y + 0.5 - a.y;
        const along = squared === 0 ? 0 : Math.min(Math.max((px * dx + py * dy) / squared, 0), 1);
        const distance = Math.hypot(px - along * dx, py - along * dy);
        const covered = Math.min(Math.max(0.5 + radius - distance, 0), 1);
        const at = y * this.#width + x;
        const value = this.#values[at]!;
        this.#values[at] = erase ? Math.min(value, 1 - covered) : Math.max(value, covered);
      }
    }
  }

  outlines(image: Size): Polygon[] {
    const outline = (ring: Ring) => {
      const points = ring.map(({ x, y }) => ({
        x: Math.min(this.#bounds.x + x * this.#cell, image.width),
        y: Math.min(this.#bounds.y + y * this.#cell, image.height),
      }));
      const simplified = simplify(points, this.#cell / 4, true);
      return (simplified.length < 4 ? points : simplified).map(
        ({ x, y }) => [hundredth(x), hundredth(y)] as const,
      );
    };
    const parts = traceContours(this.#values, this.#width, this.#height, 0.5);
    return parts.map((rings) => rings.map(outline));
  }
}
