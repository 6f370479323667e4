import { describe, expect, it } from 'vitest';
import { levelFor, levelSize, parentOf, tileBox, tilesIn } from '../../../src-renderer/viewer/tiles.ts';

// 1500 × 700 → 750 × 350 → 375 × 175 in tiles of 512.
const pyramid = { imageId: 1, width: 1500, height: 700, tileSize: 512, levels: 3, version: 'abc' };

describe('the level', () => {
  it.each([
    [2, 0],
    [1, 0],
    [0.51, 0],
    [0.5, 1],
    [0.26, 1],
    [0.25, 2],
    [0.01, 2],
  ])('for %d device pixels an image pixel is %d', (scale, level) => {
    expect(levelFor(pyramid, scale)).toBe(level);
  });

  it('halves, rounded up', () => {
    expect(levelSize({ ...pyramid, width: 1001 }, 2)).toEqual({ width: 251, height: 175 });
  });
});

describe('tiles', () => {
  it('cover image pixels', () => {
    expect(tileBox(pyramid, { level: 0, column: 2, row: 1 })).toEqual({
      x: 1024,
      y: 512,
      width: 476,
      height: 188,
    });
    expect(tileBox(pyramid, { level: 1, column: 1, row: 0 })).toEqual({
      x: 1024,
      y: 0,
      width: 476,
      height: 700,
    });
  });

  it('are those that meet the box, and no more', () => {
    const box = { x: 512, y: 0, width: 512, height: 512 };
    expect(tilesIn(pyramid, 0, box)).toEqual([{ level: 0, column: 1, row: 0 }]);
    const wider = tilesIn(pyramid, 0, { ...box, width: 513, height: 513 });
    expect(wider).toHaveLength(4);
    expect(tilesIn(pyramid, 0, { x: 0, y: 0, width: 1500, height: 700 })).toHaveLength(6);
    expect(tilesIn(pyramid, 0, { x: 0, y: 0, width: 0, height: 700 })).toEqual([]);
  });

  it('come from the middle outwards', () => {
    const all = tilesIn(pyramid, 0, { x: 900, y: 100, width: 600, height: 500 });
    expect(all[0]).toEqual({ level: 0, column: 2, row: 0 });
  });

  it('lie under a tile of the next level', () => {
    expect(parentOf(pyramid, { level: 0, column: 2, row: 1 })).toEqual({ level: 1, column: 1, row: 0 });
    expect(parentOf(pyramid, { level: 2, column: 0, row: 0 })).toBeUndefined();
  });
});
