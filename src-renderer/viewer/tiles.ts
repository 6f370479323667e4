import type { Pyramid } from '../../src-shared/contract/review.ts';
import type { Box } from '../../src-shared/geometry.ts';

/** One tile of a pyramid. */
export interface Tile {
  readonly level: number;
  readonly column: number;
  readonly row: number;
}

/**
 * The coarsest level that still has a pixel for every device pixel.
 * @param deviceScale device pixels per image pixel
 */
export function levelFor({ levels }: Pyramid, deviceScale: number): number {
  // A small tolerance: at exactly 1/2 the level of half the size is the right one.
  const level = Math.floor(-Math.log2(deviceScale) + 1e-6);
  return Math.min(Math.max(level, 0), levels - 1);
}

/** Pixels of a level: every level halves the one before, rounded up. */
export function levelSize({ width, height }: Pyramid, level: number): { width: number; height: number } {
  return { width: Math.ceil(width / 2 ** level), height: Math.ceil(height / 2 ** level) };
}

/**
 * The area that a tile covers, in image pixels. A pixel of a level stands for exactly 2^level image pixels both ways,
 * so the last column and row may reach beyond the image.
 */
export function tileBox(pyramid: Pyramid, { level, column, row }: Tile): Box {
  const size = levelSize(pyramid, level);
  const { tileSize } = pyramid;
  const scale = 2 ** level;
  const x = column * tileSize;
  const y = row * tileSize;
  return {
    x: x * scale,
    y: y * scale,
    width: (Math.min(x + tileSize, size.width) - x) * scale,
    height: (Math.min(y + tileSize, size.height) - y) * scale,
  };
}

/** The level's tiles that meet a box (image pixels), those next to its middle first. */
export function tilesIn(pyramid: Pyramid, level: number, box: Box): Tile[] {
  if (box.width <= 0 || box.height <= 0) return [];
  const size = levelSize(pyramid, level);
  const side = pyramid.tileSize * 2 ** level;
  const last = {
    column: Math.ceil(size.width / pyramid.tileSize) - 1,
    row: Math.ceil(size.height / pyramid.tileSize) - 1,
  };
  const left = Math.max(Math.floor(box.x / side), 0);
  const top = Math.max(Math.floor(box.y / side), 0);
  const right = Math.min(Math.ceil((box.x + box.width) / side) - 1, last.column);
  const bottom = Math.min(Math.ceil((box.y + box.height) / side) - 1, last.row);
  const tiles: Tile[] = [];
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) tiles.push({ level, column, row });
  }
  const middle = { x: (box.x + box.width / 2) / side - 0.5, y: (box.y + box.height / 2) / side - 0.5 };
  const distance = ({ column, row }: Tile) => (column - middle.x) ** 2 + (row - middle.y) ** 2;
  return tiles.sort((a, b) => distance(a) - distance(b));
}

/** The tile that covers this one on the next coarser level; undefined on the coarsest. */
export function parentOf({ levels }: Pyramid, { level, column, row }: Tile): Tile | undefined {
  return level + 1 < levels ? { level: level + 1, column: column >> 1, row: row >> 1 } : undefined;
}
