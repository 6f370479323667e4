import { connectedComponents } from './connected-components.ts';
import type { ScoreMap } from './score-map.ts';

/** A connected region of the coarse map, in cells. */
export interface CoarseRegion {
  /** Linear indices (y · width + x) into the coarse map. */
  readonly cells: Int32Array;
  /** Tight box. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The cell with the highest score (the first one, row by row, among equals). */
  readonly peak: { readonly x: number; readonly y: number; readonly value: number };
  /** Mean score of the cells, 0..1. */
  readonly mean: number;
}

export interface RegionOptions {
  /** θ, 0..1: cells strictly above it belong to regions. */
  readonly theta: number;
  /** Regions with fewer cells are specks and dropped. */
  readonly minCells: number;
  /** Regions kept, the strongest by peak. */
  readonly maxRegions: number;
}

/**
 * The recipe's `minRegionArea` in cells of a coarse map; at least 1.
 * @param portion what it is a fraction of: 1 the image, of a tiled image one tile's share of it
 */
export function minRegionCells(
  coarse: Pick<ScoreMap, 'width' | 'height'>,
  minRegionArea: number,
  portion = 1,
): number {
  return Math.max(1, Math.ceil(minRegionArea * portion * coarse.width * coarse.height));
}

/**
 * MMR steps 1 and 2: binarises the coarse map at an absolute threshold, takes the 8-connected regions, drops
 * specks and keeps the strongest.
 * @returns regions by falling peak; among equal peaks the larger first
 */
export function findRegions(coarse: ScoreMap, options: RegionOptions): CoarseRegion[] {
  const { theta, minCells, maxRegions } = options;
  const above = new Uint8Array(coarse.data.length);
  for (let i = 0; i < above.length; i++) if (coarse.data[i]! > theta) above[i] = 1;
  return connectedComponents(above, coarse.width, coarse.height)
    .filter((cells) => cells.length >= minCells)
    .map((cells) => describeRegion(coarse, cells))
    .sort((a, b) => b.peak.value - a.peak.value || b.cells.length - a.cells.length)
    .slice(0, maxRegions);
}

/** What there is to say of cells as one region. @param cells one or more */
export function describeRegion(coarse: ScoreMap, cells: Int32Array): CoarseRegion {
  let left = coarse.width;
  let right = 0;
  let top = coarse.height;
  let bottom = 0;
  let sum = 0;
  let peakCell = -1;
  let peakValue = Number.NEGATIVE_INFINITY;
  for (const cell of cells) {
    const x = cell % coarse.width;
    const y = (cell - x) / coarse.width;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    const value = coarse.data[cell]!;
    sum += value;
    if (value > peakValue || (value === peakValue && cell < peakCell)) {
      peakValue = value;
      peakCell = cell;
    }
  }
  const peakX = peakCell % coarse.width;
  return {
    cells,
    x: left,
    y: top,
    width: right - left + 1,
    height: bottom - top + 1,
    peak: { x: peakX, y: (peakCell - peakX) / coarse.width, value: peakValue },
    mean: sum / cells.length,
  };
}
