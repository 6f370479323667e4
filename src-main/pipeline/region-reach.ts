import type { Frame } from '../../src-shared/frame.ts';
import type { MaskLevel } from '../../src-shared/result.ts';
import {
  clampedQuality,
  frameSpan,
  type LevelLogits,
  levelCells,
  maskLevel,
  positiveCells,
  type RegionMasks,
} from './mask-levels.ts';
import type { CoarseRegion } from './regions.ts';
import type { ScoreMap } from './score-map.ts';
import { clampSpan, joinSpans, type Span } from './span.ts';

/** Where a region's masks may raise the score, and by how much. */
export interface RegionReach {
  /** Frame pixels that the region's cells and masks can touch, with a margin of one. */
  readonly span: Span;
  /** R_k over the span. */
  readonly weights: Float32Array;
  /** Over the span: 1 where R_k > 0 or a coarse cell of the region lies. */
  readonly within: Uint8Array;
  readonly levels: readonly MaskLevel[];
}

/**
 * R_k of a region and the frame pixels within its reach, see fuseMasks in mask-fusion.ts.
 * @param isSupported false: masks count by their quality alone
 */
export function regionReach(
  { region, levels }: RegionMasks,
  coarse: ScoreMap,
  frame: Frame,
  isSupported = true,
): RegionReach {
  const { cell } = frame;
  const cellSpans = levels.map((level) => positiveCells(level, frame));
  const masks = cellSpans.map((span) => span && frameSpan(span, cell, frame));
  const cells = {
    left: region.x * cell - 1,
    top: region.y * cell - 1,
    right: (region.x + region.width) * cell + 1,
    bottom: (region.y + region.height) * cell + 1,
  };
  const span = clampSpan([cells, ...masks.filter((mask) => mask !== undefined)].reduce(joinSpans), frame);
  const width = span.right - span.left;
  const weights = new Float32Array(width * (span.bottom - span.top));
  const within = new Uint8Array(weights.length);

  for (const index of region.cells) {
    const x = index % coarse.width;
    const left = x * cell;
    const top = ((index - x) / coarse.width) * cell;
    const right = Math.min(left + cell, span.right);
    const bottom = Math.min(top + cell, span.bottom);
    for (let y = top; y < bottom; y++) {
      const row = (y - span.top) * width - span.left;
      within.fill(1, row + left, row + right);
    }
  }

  const results = levels.map((level, k) => {
    const trust = isSupported ? support(level, cellSpans[k], region, coarse) : 1;
    const share = (clampedQuality(level) * trust) / levels.length;
    return maskLevel(level, k, cellSpans[k], frame, (row, y, left) => {
      let to = (y - span.top) * width + left - span.left;
      for (let x = 0; x < row.length; x++, to++) if (row[x]! > 0) weights[to]! += share;
    });
  });
  for (let i = 0; i < weights.length; i++) if (weights[i]! > 0) within[i] = 1;
  return { span, weights, within, levels: results };
}

/** Mean coarse score over a mask against the region's own, 0..1. */
function support(
  level: LevelLogits,
  cells: Span | undefined,
  region: CoarseRegion,
  coarse: ScoreMap,
): number {
  if (!cells) return 0;
  const { left, top, right } = levelCells(level);
  let sum = 0;
  let count = 0;
  for (let y = cells.top; y < cells.bottom; y++)
    for (let x = cells.left; x < cells.right; x++) {
      if (!(level.logits[(y - top) * (right - left) + x - left]! > 0)) continue;
      sum += coarse.data[y * coarse.width + x]!;
      count++;
    }
  return Math.min(1, sum / count / region.mean);
}
