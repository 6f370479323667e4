import type { Frame } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { ResampleWindow } from './bilinear.ts';
import type { Span } from './span.ts';
import type { TileAxis, TilePlan } from './tile-plan.ts';

/** The weight where no other tile has a say; small enough to leave theirs as it is. */
const LEAST = 1e-6;

/**
 * How much a tile counts in each column (or row) of the joined map: 1 inside, falling to nearly 0 at its borders with
 * other tiles over what they have in common, and to that already half a cell before the border, where its own map is
 * only repeated.
 * @param index the tile's along the axis
 * @param perPixel cells of the joined map per image pixel
 * @param half half a cell of the tile's map, in image pixels
 */
function axisWeights(
  { starts, length, overlap }: TileAxis,
  index: number,
  { from, to }: { readonly from: number; readonly to: number },
  perPixel: number,
  half: number,
): Float32Array {
  const first = starts[index]!;
  const rise = (distance: number) => (distance - half) / Math.max(overlap - half, half);
  return Float32Array.from({ length: to - from }, (_, i) => {
    const at = (from + i + 0.5) / perPixel - first;
    const left = index > 0 ? rise(at) : 1;
    const right = index < starts.length - 1 ? rise(length - at) : 1;
    return Math.max(LEAST, Math.min(1, left, right));
  });
}

/** Weights of a tile over its cells of the joined map; a cell's weight is the product of its column's and its row's. */
export function tileWeights(
  plan: TilePlan,
  index: number,
  span: Span,
  tileFrame: Frame,
): { readonly columns: Float32Array; readonly rows: Float32Array } {
  const { columns, rows, frame } = plan;
  const across = columns.starts.length;
  const half = tileFrame.cell / tileFrame.scale / 2;
  const [perX, perY] = [frame.width / frame.imageWidth, frame.height / frame.imageHeight];
  const [column, row] = [index % across, Math.floor(index / across)];
  return {
    columns: axisWeights(columns, column, { from: span.left, to: span.right }, perX, half),
    rows: axisWeights(rows, row, { from: span.top, to: span.bottom }, perY, half),
  };
}

/**
 * Where cells of the joined map lie among the cells of a part of the image.
 * @param area the part, in image pixels
 * @param areaFrame how it lies in the encoder's square
 * @param frame the joined map's
 * @param span cells of the joined map
 */
export function areaWindow(area: Box, areaFrame: Frame, frame: Frame, span: Span): ResampleWindow {
  const acrossCells = areaFrame.width / area.width / areaFrame.cell;
  const downCells = areaFrame.height / area.height / areaFrame.cell;
  return {
    x: span.left,
    y: span.top,
    width: span.right - span.left,
    height: span.bottom - span.top,
    ratioX: (frame.imageWidth / frame.width) * acrossCells,
    ratioY: (frame.imageHeight / frame.height) * downCells,
    originX: area.x * acrossCells,
    originY: area.y * downCells,
  };
}
