import type { Frame } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { MaskLevel, RegionPrompts } from '../../src-shared/result.ts';
import { countPositive, frameWindow, resampleRows } from './bilinear.ts';
import { frameGrid } from './frame.ts';
import { latticePlacement, outlinePolygons, outlineTolerance } from './polygons.ts';
import { type CoarseRegion, MAP_SIDE } from './regions.ts';
import { clampSpan, crop, type Span, withMargin } from './span.ts';

/** SAM's answer to one region's prompts. */
export interface RegionMasks {
  readonly region: CoarseRegion;
  readonly prompts: RegionPrompts;
  /** Mask tokens 1..3 in this order: low-resolution logits, 256 × 256, and SAM's predicted quality. */
  readonly levels: readonly { readonly logits: Float32Array; readonly quality: number }[];
}

/** SAM's answer to one prompt, as it lies in the image. */
export function maskLevels(levels: RegionMasks['levels'], frame: Frame): MaskLevel[] {
  return levels.map((level, k) => maskLevel(level, k, positiveCells(level.logits, frame), frame));
}

/**
 * One level of SAM's answer, as it lies in the image.
 * @param cells the box of its positive logits, see {@link positiveCells}
 * @param visit gets the frame pixels' logits around the mask, row by row; `row` is reused by the next call
 */
export function maskLevel(
  level: RegionMasks['levels'][number],
  index: number,
  cells: Span | undefined,
  frame: Frame,
  visit?: (row: Float32Array, y: number, left: number) => void,
): MaskLevel {
  let positive = 0;
  if (cells) {
    const source = { width: MAP_SIDE, height: MAP_SIDE, data: level.logits };
    const { left, top, right, bottom } = frameSpan(cells, frame.size / MAP_SIDE, frame);
    const window = { ...frameWindow(frame), x: left, y: top, width: right - left, height: bottom - top };
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
    polygons: levelPolygons(level.logits, cells, frame),
  };
}

/** SAM's predicted quality, 0..1. */
export function clampedQuality({ quality }: RegionMasks['levels'][number]): number {
  return Math.min(Math.max(quality, 0), 1);
}

/** The box of the positive logits among the content's cells; undefined when there are none. */
export function positiveCells(logits: Float32Array, frame: Frame): Span | undefined {
  const content = frameGrid(frame, MAP_SIDE);
  let left = content.width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < content.height; y++) {
    const row = y * MAP_SIDE;
    let x = 0;
    while (x < content.width && !(logits[row + x]! > 0)) x++;
    if (x === content.width) continue;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    let end = content.width - 1;
    while (!(logits[row + end]! > 0)) end--;
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

function levelPolygons(logits: Float32Array, positive: Span | undefined, frame: Frame): Polygon[] {
  if (!positive) return [];
  const span = clampSpan(withMargin(positive), frameGrid(frame, MAP_SIDE));
  const patch = crop(logits, MAP_SIDE, span);
  const width = span.right - span.left;
  const height = span.bottom - span.top;
  const placement = latticePlacement(frame, span, frame.size / MAP_SIDE);
  return outlinePolygons(patch, width, height, 0, placement, outlineTolerance(frame));
}
