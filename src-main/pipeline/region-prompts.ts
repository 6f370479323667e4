import type { Frame } from '../../src-shared/frame.ts';
import type { Box, Point } from '../../src-shared/geometry.ts';
import type { RegionPrompts } from '../../src-shared/result.ts';
import type { CoarseRegion } from './regions.ts';
import type { ScoreMap } from './score-map.ts';

/**
 * MMR step 3: what SAM is asked about a region: its tight box, its peak, and more points spread inside it.
 * Each further point is the cell with the largest score × distance to the points before it (farthest-point
 * sampling weighted by score). A region with fewer cells than `count` gets a point per cell.
 * @param count points at most, the peak included
 * @returns box and points in image pixels; points lie at cell centres, clamped to the image
 */
export function regionPrompts(
  region: CoarseRegion,
  coarse: ScoreMap,
  frame: Frame,
  count: number,
): RegionPrompts {
  const { cell } = frame;
  const toImageX = (x: number) => Math.min((x * cell * frame.imageWidth) / frame.width, frame.imageWidth);
  const toImageY = (y: number) => Math.min((y * cell * frame.imageHeight) / frame.height, frame.imageHeight);
  const x = toImageX(region.x);
  const y = toImageY(region.y);
  return {
    box: {
      x,
      y,
      width: toImageX(region.x + region.width) - x,
      height: toImageY(region.y + region.height) - y,
    },
    points: spreadCells(region, coarse, count).map((index) => {
      const cellX = index % coarse.width;
      const cellY = (index - cellX) / coarse.width;
      return { x: toImageX(cellX + 0.5), y: toImageY(cellY + 0.5), label: 1 };
    }),
  };
}

function spreadCells(region: CoarseRegion, coarse: ScoreMap, count: number): number[] {
  const { cells } = region;
  const nearest = new Float64Array(cells.length).fill(Number.POSITIVE_INFINITY);
  let chosen = region.peak.y * coarse.width + region.peak.x;
  const picked = [chosen];
  while (picked.length < Math.min(count, cells.length)) {
    const chosenX = chosen % coarse.width;
    const chosenY = (chosen - chosenX) / coarse.width;
    let best = 0;
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      const x = cell % coarse.width;
      const distance = Math.hypot(x - chosenX, (cell - x) / coarse.width - chosenY);
      if (distance < nearest[i]!) nearest[i] = distance;
      const merit = nearest[i]! * coarse.data[cell]!;
      if (merit > best || (merit === best && merit > 0 && cell < chosen)) {
        best = merit;
        chosen = cell;
      }
    }
    if (best === 0) break;
    picked.push(chosen);
  }
  return picked;
}

/** What SAM is asked, in image pixels: points, and a box where there is one. */
export interface DecoderPrompts {
  readonly points: RegionPrompts['points'];
  readonly box: Box | null;
}

/** Points and an optional box as SAM's prompt encoder takes them. */
export interface DecoderPoints {
  /** [1, count, 2]: x, y in frame pixels. */
  readonly coords: Float32Array;
  /** [1, count]: 1 object, 0 background, 2 and 3 the box's corners, −1 padding. */
  readonly labels: Float32Array;
  readonly count: number;
}

/**
 * Prompts in image pixels → `point_coords` and `point_labels` of a Meta-style SAM decoder: the points, then the
 * box as two corner points; without a box one (0, 0) point with label −1.
 */
export function decoderPoints({ points, box }: DecoderPrompts, frame: Frame): DecoderPoints {
  const rows: (Point & { readonly label: number })[] = box
    ? [...points, { x: box.x, y: box.y, label: 2 }, { x: box.x + box.width, y: box.y + box.height, label: 3 }]
    : [...points, { x: 0, y: 0, label: -1 }];
  const scaleX = frame.width / frame.imageWidth;
  const scaleY = frame.height / frame.imageHeight;
  return {
    coords: Float32Array.from(rows.flatMap(({ x, y }) => [x * scaleX, y * scaleY])),
    labels: Float32Array.from(rows, ({ label }) => label),
    count: rows.length,
  };
}
