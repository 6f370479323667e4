import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import { resampleRows } from './bilinear.ts';
import { type LevelLogits, positiveCells } from './mask-levels.ts';
import { clampSpan, commonSpan, joinSpans, type Span, withMargin } from './span.ts';
import { areaSpan, type TilePlan } from './tile-plan.ts';
import type { RegionView } from './tile-regions.ts';
import { areaWindow, tileWeights } from './tile-weight.ts';

/** SAM's answer in one view of a region. */
export interface ViewMasks {
  readonly view: RegionView;
  /** Part of the image that was looked at, and how it lay in the encoder's square. */
  readonly area: Box;
  readonly frame: Frame;
  /** Mask tokens 1..3 on the view's own cells. */
  readonly levels: readonly LevelLogits[];
}

/** Logit where no view has a mask. */
const NOTHING = -1;

/**
 * SAM's masks of a region's views on the cells of the joined map. Where tiles overlap their logits are averaged with
 * the weights of their coarse maps; qualities with the cells that each view answers for.
 * @param views of one region
 */
export function joinViewMasks(views: readonly ViewMasks[], plan: TilePlan): LevelLogits[] {
  const total = views.reduce((sum, { view }) => sum + view.cells, 0);
  return (views[0]?.levels ?? []).map((_, k) => {
    const quality = views.reduce((sum, { view, levels }) => sum + view.cells * levels[k]!.quality, 0) / total;
    const spans = views.map((masks) => reach(masks, k, plan.frame)).filter((span) => span !== undefined);
    if (spans.length === 0) {
      return { logits: Float32Array.of(NOTHING), quality, cells: { left: 0, top: 0, right: 1, bottom: 1 } };
    }
    const cells = clampSpan(withMargin(spans.reduce(joinSpans)), plan.frame);
    return { logits: joinLogits(views, k, cells, plan), quality, cells };
  });
}

/** Cells of the joined map that a view's mask can touch. */
function reach({ area, frame, levels }: ViewMasks, k: number, joined: Frame): Span | undefined {
  const positive = positiveCells(levels[k]!, frame);
  if (!positive) return undefined;
  const perX = (frame.cell * area.width) / frame.width;
  const perY = (frame.cell * area.height) / frame.height;
  const left = area.x + (positive.left - 0.5) * perX;
  const top = area.y + (positive.top - 0.5) * perY;
  const touched = areaSpan(
    {
      x: left,
      y: top,
      width: area.x + (positive.right + 0.5) * perX - left,
      height: area.y + (positive.bottom + 0.5) * perY - top,
    },
    joined,
  );
  const inside = commonSpan(withMargin(touched), areaSpan(area, joined));
  return inside.right > inside.left && inside.bottom > inside.top ? inside : undefined;
}

function joinLogits(views: readonly ViewMasks[], k: number, cells: Span, plan: TilePlan): Float32Array {
  const width = cells.right - cells.left;
  const sums = new Float32Array(width * (cells.bottom - cells.top));
  const weights = new Float32Array(sums.length);
  for (const { view, area, frame, levels } of views) {
    const own = areaSpan(area, plan.frame);
    const span = commonSpan(own, cells);
    const height = span.bottom - span.top;
    const length = span.right - span.left;
    if (height <= 0 || length <= 0) continue;
    const even = { columns: new Float32Array(length).fill(1), rows: new Float32Array(height).fill(1) };
    const { columns, rows } = view.tile === undefined ? even : tileWeights(plan, view.tile, span, frame);
    const source = { width: MAP_SIDE, height: MAP_SIDE, data: levels[k]!.logits };
    resampleRows(source, areaWindow(area, frame, plan.frame, span), (row, y) => {
      let to = (y - cells.top) * width + span.left - cells.left;
      for (let x = 0; x < length; x++, to++) {
        const weight = rows[y - span.top]! * columns[x]!;
        sums[to]! += weight * row[x]!;
        weights[to]! += weight;
      }
    });
  }
  for (let i = 0; i < sums.length; i++) sums[i] = weights[i]! > 0 ? sums[i]! / weights[i]! : NOTHING;
  return sums;
}
