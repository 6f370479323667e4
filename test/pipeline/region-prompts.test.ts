import { describe, expect, it } from 'vitest';
import { frameGrid } from '../../src-main/pipeline/frame.ts';
import { regionPrompts } from '../../src-main/pipeline/region-prompts.ts';
import { findRegions } from '../../src-main/pipeline/regions.ts';
import { frameFor } from '../../src-shared/frame.ts';

function coarseMap(frame: ReturnType<typeof frameFor>, score: (x: number, y: number) => number) {
  const grid = frameGrid(frame, 256);
  const data = Float32Array.from({ length: grid.width * grid.height }, (_, i) =>
    score(i % grid.width, Math.floor(i / grid.width)),
  );
  return { ...grid, data };
}

describe('regionPrompts', () => {
  const frame = frameFor(512, 256);
  // An L of two arms: rows 5..29 of columns 20..24, and rows 25..29 of columns 20..59. Peak in the corner.
  const inside = (x: number, y: number) =>
    x >= 20 && y >= 5 && y < 30 && (x < 25 || (x < 60 && y >= 25)) ? 1 : 0;
  const coarse = coarseMap(frame, (x, y) => inside(x, y) * (x === 22 && y === 27 ? 0.9 : 0.6));
  const [region] = findRegions(coarse, { theta: 0.5, minCells: 1, maxRegions: 8 });

  it('gives the tight box in image pixels: a cell is 4 frame pixels, here 2 image pixels', () => {
    expect(regionPrompts(region!, coarse, frame, 1).box).toEqual({ x: 40, y: 10, width: 80, height: 50 });
  });

  it('starts at the peak and spreads to the ends of the region, never outside', () => {
    const { points } = regionPrompts(region!, coarse, frame, 3);
    // Cell (22, 27) is the peak; the far end of the long arm is (59, 25), then the top of the short arm.
    expect(points[0]).toEqual({ x: 45, y: 55, label: 1 });
    expect(points[1]!.x).toBe(119);
    expect(points[2]!.y).toBe(11);
    for (const { x, y } of regionPrompts(region!, coarse, frame, 16).points) {
      expect(inside(Math.floor(x / 2), Math.floor(y / 2))).toBe(1);
    }
  });

  it('picks each point where score × distance to the earlier points is largest', () => {
    const graded = coarseMap(frame, (x, y) => inside(x, y) * (0.95 - x / 150));
    const [only] = findRegions(graded, { theta: 0.5, minCells: 1, maxRegions: 8 });
    const { points } = regionPrompts(only!, graded, frame, 5);
    const cells = points.map(({ x, y }) => ({ x: (x - 1) / 2, y: (y - 1) / 2 }));
    for (let n = 1; n < cells.length; n++) {
      const merit = (x: number, y: number) =>
        graded.data[y * graded.width + x]! *
        Math.min(...cells.slice(0, n).map((cell) => Math.hypot(cell.x - x, cell.y - y)));
      const best = Math.max(
        ...Array.from(only!.cells, (i) => merit(i % graded.width, Math.floor(i / graded.width))),
      );
      expect(merit(cells[n]!.x, cells[n]!.y)).toBeCloseTo(best, 9);
    }
  });

  it('gives a point per cell when the region has fewer cells than points are asked for', () => {
    const tiny = coarseMap(frame, (x, y) => (y === 3 && (x === 5 || x === 6) ? 0.8 : 0));
    const [pair] = findRegions(tiny, { theta: 0.5, minCells: 1, maxRegions: 8 });
    expect(regionPrompts(pair!, tiny, frame, 9).points.map(({ x }) => x)).toEqual([11, 13]);
  });

  it('keeps box and points inside the image when the last cell reaches into the padding', () => {
    const narrow = frameFor(1000, 301); // 308 frame pixels high: 77 cells; 3.3 image pixels per frame row of cells
    const corner = coarseMap(narrow, (x, y) => (x === 255 && y === 77 ? 0 : y === 76 && x > 250 ? 0.9 : 0));
    const [last] = findRegions(corner, { theta: 0.5, minCells: 1, maxRegions: 8 });
    const { box, points } = regionPrompts(last!, corner, narrow, 4);
    expect(box.x + box.width).toBe(1000);
    expect(box.y + box.height).toBeCloseTo(301, 9);
    for (const { x, y } of points) {
      expect(x).toBeLessThan(1000);
      expect(y).toBeLessThan(301);
    }
  });
});
