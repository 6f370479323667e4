import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { RegionPrompts } from '../../src-shared/result.ts';
import type { DecoderPrompts } from './decoder-prompts.ts';
import { regionPrompts } from './region-prompts.ts';
import { type CoarseRegion, describeRegion } from './regions.ts';
import type { ScoreMap } from './score-map.ts';
import { joinSpans, type Span } from './span.ts';
import { areaSpan, type TileAxis, type TilePlan, tileArea } from './tile-plan.ts';

/** A part of the image in which SAM is asked about a region, or about the part of it that lies there. */
export interface RegionView {
  /** Of the plan; undefined: the whole image, as it is scaled for the encoder. */
  readonly tile: number | undefined;
  /** In pixels of the image. */
  readonly prompts: RegionPrompts;
  /** Cells of the joined map that are nearest to this tile's middle: the weight of its answer. */
  readonly cells: number;
}

/** Views in which SAM is asked about one region, at most. A region in more tiles is seen better in the whole image. */
const MOST_VIEWS = 16;
/** Points that a stored region can have. */
const MOST_POINTS = 64;

/**
 * Where SAM is asked about a region of the joined map. A tile that holds all of it: the one in which it lies farthest
 * from the borders. Otherwise each tile that some of its cells lie deepest in, with prompts for all that the tile has
 * of the region, and fewer points each where they would be more than 64; or the whole image, where those are more than
 * 16 tiles.
 * @param count points per view
 */
export function regionViews(
  region: CoarseRegion,
  coarse: ScoreMap,
  plan: TilePlan,
  count: number,
): RegionView[] {
  const { frame } = plan;
  const whole = {
    left: region.x,
    top: region.y,
    right: region.x + region.width,
    bottom: region.y + region.height,
  };
  const box = imageSpan(whole, frame);
  const cells = region.cells.length;
  const tile = tileHolding(box, plan);
  if (tile !== undefined) return [{ tile, prompts: regionPrompts(region, coarse, frame, count), cells }];
  const shares = sharesOf(region, coarse, plan);
  if (shares.size > MOST_VIEWS) {
    return [{ tile: undefined, prompts: regionPrompts(region, coarse, frame, count), cells }];
  }
  const points = Math.min(count, Math.floor(MOST_POINTS / shares.size));
  return [...shares].map(([tile, share]) => {
    const part = describeRegion(coarse, within(region, coarse, areaSpan(tileArea(plan, tile), frame)));
    return { tile, prompts: regionPrompts(part, coarse, frame, points), cells: share };
  });
}

/** What was asked about a region in all, for its record: the box around all boxes, and every point. */
export function joinPrompts(views: readonly RegionView[]): RegionPrompts {
  const boxes = views.map(({ prompts: { box } }) => ({
    left: box.x,
    top: box.y,
    right: box.x + box.width,
    bottom: box.y + box.height,
  }));
  const { left, top, right, bottom } = boxes.reduce(joinSpans);
  return {
    box: { x: left, y: top, width: right - left, height: bottom - top },
    points: views.flatMap(({ prompts }) => prompts.points),
  };
}

/** A view's part of the image, and how that lies in the encoder's square. */
export function viewArea(
  { tile }: Pick<RegionView, 'tile'>,
  plan: TilePlan,
  inputSize: number,
): { readonly area: Box; readonly frame: Frame } {
  const { imageWidth, imageHeight } = plan.frame;
  const area =
    tile === undefined ? { x: 0, y: 0, width: imageWidth, height: imageHeight } : tileArea(plan, tile);
  return { area, frame: frameFor(area.width, area.height, inputSize) };
}

/** Prompts in image pixels → pixels of a part of the image; what lies beyond it is moved to its border. */
export function promptsWithin({ box, points }: DecoderPrompts, area: Box): DecoderPrompts {
  const toX = (x: number) => Math.min(Math.max(x - area.x, 0), area.width);
  const toY = (y: number) => Math.min(Math.max(y - area.y, 0), area.height);
  return {
    box: box && {
      x: toX(box.x),
      y: toY(box.y),
      width: toX(box.x + box.width) - toX(box.x),
      height: toY(box.y + box.height) - toY(box.y),
    },
    points: points.map((point) => ({ ...point, x: toX(point.x), y: toY(point.y) })),
  };
}

/** The tile that holds a part of the image, in which it lies farthest from the borders. @param part image pixels */
function tileHolding(part: Span, { columns, rows }: TilePlan): number | undefined {
  const column = holder(columns, part.left, part.right);
  const row = holder(rows, part.top, part.bottom);
  return column === undefined || row === undefined ? undefined : row * columns.starts.length + column;
}

/** The tile in which SAM is asked about prompts of the inspector's own; undefined: the whole image. */
export function promptTile({ box, points }: DecoderPrompts, plan: TilePlan): number | undefined {
  const parts = points.map(({ x, y }): Span => ({ left: x, top: y, right: x, bottom: y }));
  if (box) parts.push({ left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height });
  return parts.length === 0 ? undefined : tileHolding(parts.reduce(joinSpans), plan);
}

/** The tile along an axis that holds a stretch of the image, the one with it nearest to its middle. */
function holder({ starts, length }: TileAxis, from: number, to: number): number | undefined {
  let best: number | undefined;
  // Rounding must not lose what just fits.
  let most = -1e-6;
  for (const [index, start] of starts.entries()) {
    const before = index === 0 ? Number.POSITIVE_INFINITY : from - start;
    const after = index === starts.length - 1 ? Number.POSITIVE_INFINITY : start + length - to;
    const clearance = Math.min(before, after);
    if (clearance <= most) continue;
    most = clearance;
    best = index;
  }
  return best;
}

/** How many cells of a region lie deepest in each tile, by the tile's index. */
function sharesOf(region: CoarseRegion, coarse: ScoreMap, { columns, rows, frame }: TilePlan) {
  const perX = frame.imageWidth / frame.width;
  const perY = frame.imageHeight / frame.height;
  const deepest = (axis: TileAxis, from: number, count: number, size: number) =>
    Array.from({ length: count }, (_, i) => {
      const at = (from + i + 0.5) * size;
      return holder(axis, at, at)!;
    });
  const byColumn = deepest(columns, region.x, region.width, perX);
  const byRow = deepest(rows, region.y, region.height, perY);
  const shares = new Map<number, number>();
  for (const cell of region.cells) {
    const x = cell % coarse.width;
    const y = (cell - x) / coarse.width;
    const tile = byRow[y - region.y]! * columns.starts.length + byColumn[x - region.x]!;
    shares.set(tile, (shares.get(tile) ?? 0) + 1);
  }
  return shares;
}

function within({ cells }: CoarseRegion, { width }: ScoreMap, span: Span): Int32Array {
  return cells.filter((cell) => {
    const x = cell % width;
    const y = (cell - x) / width;
    return x >= span.left && x < span.right && y >= span.top && y < span.bottom;
  });
}

function imageSpan({ left, top, right, bottom }: Span, frame: Frame): Span {
  const perX = frame.imageWidth / frame.width;
  const perY = frame.imageHeight / frame.height;
  return { left: left * perX, top: top * perY, right: right * perX, bottom: bottom * perY };
}
