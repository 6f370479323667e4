import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { MaskLevel, RegionPrompts } from '../../src-shared/result.ts';
import { countPositive, frameWindow, resampleRows } from './bilinear.ts';
import { cellGrid } from './frame.ts';
import { latticePlacement, outlinePolygons, outlineTolerance } from './polygons.ts';
import type { CoarseRegion } from './regions.ts';
import { clampSpan, commonSpan, crop, type Span, shifted, withMargin } from './span.ts';

/** One of SAM's masks, on cells of the coarse map. */
export interface LevelLogits {
  /** Row by row; above 0: object. */
  readonly logits: Float32Array;
  /** SAM's predicted IoU, unclamped. */
  readonly quality: number;
  /** The cells that the logits cover. Default: SAM's whole lattice, 256 × 256. */
  readonly cells?: Span;
}

/** SAM's answer to one region's prompts. */
export interface RegionMasks {
  readonly region: CoarseRegion;
  readonly prompts: RegionPrompts;
  /** Mask tokens 1..3 in this order. */
  readonly levels: readonly LevelLogits[];
}

/** SAM's answer to one prompt, as it lies in the image. */
export function maskLevels(levels: RegionMasks['levels'], frame: Frame): MaskLevel[] {
  return levels.map((level, k) => maskLevel(level, k, positiveCells(level, frame), frame));
}

/**
 * One level of SAM's answer, as it lies in the image.
 * @param cells the box of its positive logits, see {@link positiveCells}
 * @param visit gets the frame pixels' logits around the mask, row by row; `row` is reused by the next call
 */
export function maskLevel(
  level: LevelLogits,
  index: number,
  cells: Span | undefined,
  frame: Frame,
  visit?: (row: Float32Array, y: number, left: number) => void,
): MaskLevel {
  let positive = 0;
  if (cells) {
    const covered = levelCells(level);
    const source = {
      width: covered.right - covered.left,
      height: covered.bottom - covered.top,
      data: level.logits,
    };
    const { left, top, right, bottom } = frameSpan(cells, frame.cell, frame);
    const window = {
      ...frameWindow(frame),
      x: left,
      y: top,
      width: right - left,
      height: bottom - top,
      originX: covered.left,
      originY: covered.top,
    };
    if (visit) {
      resampleRows(source, window, (row, y) => {
        for (let x = 0; x < row.length; x++) if (row[x]! > 0) positive++;
        visit(row, y, left);
      });
    } else positive = countPositive(source, window);
  }
  const imagePerFrame = (frame.imageWidth * frame.imageHeight) / (frame.width * frame.height);
  return {
    level: (index + 1) as MaskLevel['level'],
    quality: clampedQuality(level),
    area: Math.round(positive * imagePerFrame),
    polygons: levelPolygons(level, cells, frame),
  };
}

/** SAM's predicted quality, 0..1. */
export function clampedQuality({ quality }: LevelLogits): number {
  return Math.min(Math.max(quality, 0), 1);
}

/** The cells that a level's logits cover. */
export function levelCells({ cells }: LevelLogits): Span {
  return cells ?? { left: 0, top: 0, right: MAP_SIDE, bottom: MAP_SIDE };
}

/** The box of the positive logits among the content's cells; undefined when there are none. */
export function positiveCells(level: LevelLogits, frame: Frame): Span | undefined {
  const covered = levelCells(level);
  const content = clampSpan(covered, cellGrid(frame));
  let left = content.right;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = content.top; y < content.bottom; y++) {
    const row = (y - covered.top) * (covered.right - covered.left) - covered.left;
    let x = content.left;
    while (x < content.right && !(level.logits[row + x]! > 0)) x++;
    if (x === content.right) continue;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    let end = content.right - 1;
    while (!(level.logits[row + end]! > 0)) end--;
    if (end > right) right = end;
  }
  return top < 0 ? undefined : { left, top, right: right + 1, bottom: bottom + 1 };
}

/** Frame pixels that interpolate one of the cells, with a margin of one. */
export function frameSpan(cells: Span, cell: number, frame: Frame): Span {
  return clampSpan(
    {
      left: Math.floor((cells.left - 0.5) * cell) - 1,
      top: Math.floor((cells.top - 0.5) * cell) - 1,
      right: Math.ceil((cells.right + 0.5) * cell) + 1,
      bottom: Math.ceil((cells.bottom + 0.5) * cell) + 1,
    },
    frame,
  );
}

function levelPolygons(level: LevelLogits, positive: Span | undefined, frame: Frame): Polygon[] {
  if (!positive) return [];
  const covered = levelCells(level);
  const span = clampSpan(withMargin(positive), cellGrid(frame));
  const inside = commonSpan(span, covered);
  const width = inside.right - inside.left;
  const height = inside.bottom - inside.top;
  const patch = crop(
    level.logits,
    covered.right - covered.left,
    shifted(inside, -covered.left, -covered.top),
  );
  const placement = latticePlacement(frame, inside, frame.cell);
  return outlinePolygons(patch, width, height, 0, placement, outlineTolerance(frame));
}
