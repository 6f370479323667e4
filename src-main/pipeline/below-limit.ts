import { calipers } from '../../src-shared/calipers.ts';
import type { Frame } from '../../src-shared/frame.ts';
import { isBelowLimit, type SizeLimits } from '../../src-shared/minimum-defect.ts';
import type { CellMask } from './area-mask.ts';
import { connectedComponents } from './connected-components.ts';
import { cellGrid } from './frame.ts';
import type { ScoreMap } from './score-map.ts';
import type { Span } from './span.ts';

/** A region of the final map, and whether it counts. */
export interface JudgedRegion {
  readonly span: Span;
  /** Over the span: its own scores. */
  readonly scores: Float32Array;
  readonly peak: number;
  readonly isBelow: boolean;
}

/** Connected frame pixels above θ. */
interface Place {
  /** Linear indices. */
  readonly pixels: Int32Array;
  readonly counts: boolean;
}

/** What the image's score is made of where some of it is too small to matter. */
export interface Counted {
  /** Of what counts, 0..1: at most θ where nothing above θ does. */
  readonly score: number;
  readonly places: readonly Place[];
  /** Places that do not count and are no regions: they were too small for that as well. */
  readonly specks: number;
}

/**
 * Leaves what is too small out of the image's score. Connected frame pixels above θ, in the coarse or in the final map, are one
 * place. A place with regions gives the highest peak of those that count; one without (a speck, or more than the recipe's
 * number of regions) counts unless its pixels are together below the limits; all else is at most θ.
 * @param above 1 for frame pixels that the coarse map has above θ; changed
 */
export function countedScore(
  { width, height, data }: ScoreMap,
  above: Uint8Array,
  regions: readonly JudgedRegion[],
  { frame, theta, limits }: { readonly frame: Frame; readonly theta: number; readonly limits: SizeLimits },
): Counted {
  let score = 0;
  for (let i = 0; i < data.length; i++) {
    if (data[i]! > theta) above[i] = 1;
    else if (!above[i] && data[i]! > score) score = data[i]!;
  }
  for (const { peak, isBelow } of regions) if (!isBelow && peak > score) score = peak;
  const owner = ownersOf(regions, width, height, theta);
  let specks = 0;
  const places = connectedComponents(above, width, height).map((pixels): Place => {
    let owners = 0;
    let highest = 0;
    for (const pixel of pixels) {
      owners |= owner[pixel]!;
      if (data[pixel]! > highest) highest = data[pixel]!;
    }
    if (owners !== 0) return { pixels, counts: owners !== BELOW };
    const counts = !isBelowLimit(sizeOfPixels(pixels, frame), limits);
    if (!counts) specks++;
    else if (highest > score) score = highest;
    return { pixels, counts };
  });
  return { score, places, specks };
}

const COUNTS = 1;
const BELOW = 2;

/** Whose mask each frame pixel is in. */
function ownersOf(
  regions: readonly JudgedRegion[],
  width: number,
  height: number,
  theta: number,
): Uint8Array {
  const owner = new Uint8Array(width * height);
  for (const { span, scores, isBelow } of regions) {
    for (let y = span.top, from = 0; y < span.bottom; y++) {
      let to = y * width + span.left;
      for (const end = to + span.right - span.left; to < end; from++, to++) {
        if (scores[from]! > theta) owner[to]! |= isBelow ? BELOW : COUNTS;
      }
    }
  }
  return owner;
}

/** Longest caliper and area in image pixels of frame pixels, their corners included. */
function sizeOfPixels(pixels: Int32Array, frame: Frame): { readonly length: number; readonly area: number } {
  const perX = frame.imageWidth / frame.width;
  const perY = frame.imageHeight / frame.height;
  const ends = new Map<number, { left: number; right: number }>();
  for (const pixel of pixels) {
    const x = pixel % frame.width;
    const y = (pixel - x) / frame.width;
    const row = ends.get(y);
    if (!row) ends.set(y, { left: x, right: x + 1 });
    else if (x < row.left) row.left = x;
    else if (x >= row.right) row.right = x + 1;
  }
  const corners = [...ends].flatMap(([y, { left, right }]) =>
    [left, right].flatMap((x) => [y, y + 1].map((edge) => [x * perX, edge * perY] as const)),
  );
  return { length: calipers(corners).longest, area: pixels.length * perX * perY };
}

/**
 * The cells of the coarse map that count where some places do not: those with pixels of such a place, and `margin` cells around,
 * do not, unless they are of one that counts. Tokens are larger than a small defect, and tell of it beside it too.
 * @param from frame of the places, `to`: of the cells, both of the same image
 */
export function countedCells(places: readonly Place[], from: Frame, to: Frame, margin: number): CellMask {
  const grid = cellGrid(to);
  const column = (x: number) =>
    Math.min(Math.floor((((x + 0.5) / from.width) * to.width) / to.cell), grid.width - 1);
  const row = (y: number) =>
    Math.min(Math.floor((((y + 0.5) / from.height) * to.height) / to.cell), grid.height - 1);
  const cellsOf = (counts: boolean) => {
    const cells = new Set<number>();
    for (const place of places) {
      if (place.counts !== counts) continue;
      for (const pixel of place.pixels) {
        const x = pixel % from.width;
        cells.add(row((pixel - x) / from.width) * grid.width + column(x));
      }
    }
    return cells;
  };
  const cells = new Uint8Array(grid.width * grid.height).fill(1);
  for (const core of cellsOf(false)) {
    const x = core % grid.width;
    const y = (core - x) / grid.width;
    const [left, right] = [Math.max(x - margin, 0), Math.min(x + margin + 1, grid.width)];
    for (let at = Math.max(y - margin, 0); at < Math.min(y + margin + 1, grid.height); at++) {
      cells.fill(0, at * grid.width + left, at * grid.width + right);
    }
  }
  for (const cell of cellsOf(true)) cells[cell] = 1;
  return cells;
}
