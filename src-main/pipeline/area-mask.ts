import type { Frame } from '../../src-shared/frame.ts';
import type { Point, Polygon } from '../../src-shared/geometry.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import { cellGrid } from './frame.ts';
import { type LevelLogits, levelCells } from './mask-levels.ts';
import { fillPolygons } from './polygon-raster.ts';
import { latticePlacement, outlinePolygons } from './polygons.ts';
import type { ScoreMap } from './score-map.ts';
import type { Span } from './span.ts';

/** 1 where a cell of the coarse map is looked at, else 0; row by row, {@link cellGrid}. */
export type CellMask = Uint8Array;

/** Further apart than this, two aspect ratios are not the same picture at another size. */
const SAME_ASPECT = 0.02;
/** Of the outline, in cells: below a stair of the lattice. */
const OUTLINE_TOLERANCE = 0.75;

/**
 * The cells of a region of interest: those whose centre lies in one of the `include` polygons (or anywhere, where there are
 * none) and in none of the `ignore` polygons, each by the even-odd rule. A cell that the image's edge cuts before its
 * centre is as the one before it. Polygons are scaled from the image they were drawn on.
 */
export function areaCells(
  { width, height, include, ignore }: Pick<InspectionArea, 'width' | 'height' | 'include' | 'ignore'>,
  frame: Frame,
): CellMask {
  const grid = cellGrid(frame);
  const scaleX = frame.width / frame.cell / width;
  const scaleY = frame.height / frame.cell / height;
  const onCells = (polygons: readonly Polygon[]) =>
    polygons.map((rings) =>
      rings.map((ring) => ring.map(([x, y]) => [x * scaleX, y * scaleY] as [number, number])),
    );
  const cells = new Uint8Array(grid.width * grid.height);
  if (include.length === 0) cells.fill(1);
  else fillPolygons(cells, grid.width, grid.height, onCells(include), 1);
  fillPolygons(cells, grid.width, grid.height, onCells(ignore), 0);
  if (grid.width > 1 && (grid.width - 0.5) * frame.cell > frame.width) {
    for (let end = grid.width - 1; end < cells.length; end += grid.width) cells[end] = cells[end - 1]!;
  }
  if (grid.height > 1 && (grid.height - 0.5) * frame.cell > frame.height) {
    const last = cells.length - grid.width;
    cells.copyWithin(last, last - grid.width, last);
  }
  return cells;
}

/** The cells of an image on another lattice of it: each as the one in which its centre lies. */
export function resampledCells(cells: CellMask, from: Frame, to: Frame): CellMask {
  const source = cellGrid(from);
  const target = cellGrid(to);
  const index = (i: number, toSize: number, fromSize: number, count: number) =>
    Math.min(Math.floor(((((i + 0.5) * to.cell) / toSize) * fromSize) / from.cell), count - 1);
  return Uint8Array.from({ length: target.width * target.height }, (_, i) => {
    const x = index(i % target.width, to.width, from.width, source.width);
    const y = index(Math.floor(i / target.width), to.height, from.height, source.height);
    return cells[y * source.width + x]!;
  });
}

/** True when the area was drawn on an image of clearly another aspect ratio. */
export function isStretched(
  { width, height }: Pick<InspectionArea, 'width' | 'height'>,
  frame: Frame,
): boolean {
  const ratio = ((width / height) * frame.imageHeight) / frame.imageWidth;
  return Math.max(ratio, 1 / ratio) > 1 + SAME_ASPECT;
}

/** The map with 0 where nothing is looked at. */
export function clearOutside(map: ScoreMap, cells: CellMask): ScoreMap {
  return { ...map, data: map.data.map((value, i) => (cells[i] ? value : 0)) };
}

/** SAM's masks without what lies outside: logits there become negative, whatever they were. */
export function clipLevels(levels: readonly LevelLogits[], cells: CellMask, frame: Frame): LevelLogits[] {
  const grid = cellGrid(frame);
  return levels.map((level) => {
    const { left, top, right, bottom } = levelCells(level);
    const logits = level.logits.slice();
    for (let y = top, i = 0; y < bottom; y++) {
      for (let x = left; x < right; x++, i++) {
        const isInside = x < grid.width && y < grid.height && cells[y * grid.width + x];
        if (!isInside && logits[i]! > 0) logits[i] = -logits[i]!;
      }
    }
    return { ...level, logits };
  });
}

/** Sets values on frame pixels to 0 outside of the cells. @param data of the span, row by row; changed */
export function clearPixels(
  data: Float32Array | Uint8Array,
  { left, top, right, bottom }: Span,
  cells: CellMask,
  frame: Frame,
): void {
  const { width } = cellGrid(frame);
  for (let y = top, i = 0; y < bottom; y++) {
    const row = Math.floor(y / frame.cell) * width;
    for (let x = left; x < right; x++, i++) if (!cells[row + Math.floor(x / frame.cell)]) data[i] = 0;
  }
}

/** Whether a place is looked at; nothing beyond the content is. @param at frame pixels */
export function isLookedAt({ x, y }: Point, cells: CellMask, frame: Frame): boolean {
  if (x < 0 || y < 0 || x >= frame.width || y >= frame.height) return false;
  const { width } = cellGrid(frame);
  return cells[Math.floor(y / frame.cell) * width + Math.floor(x / frame.cell)] === 1;
}

/** Share of the cells that are set, 0..1. */
export function shareOf(cells: CellMask): number {
  return cells.reduce((sum, cell) => sum + cell, 0) / cells.length;
}

/** The outline of the cells in image pixels. */
export function cellOutline(cells: CellMask, frame: Frame): Polygon[] {
  const { width, height } = cellGrid(frame);
  const placement = latticePlacement(frame, { left: 0, top: 0 }, frame.cell);
  const tolerance = OUTLINE_TOLERANCE * Math.min(placement.cellWidth, placement.cellHeight);
  return outlinePolygons(Float32Array.from(cells), width, height, 0.5, placement, tolerance);
}
