import { describe, expect, it } from 'vitest';
import { findRegions, minRegionCells } from '../../src-main/pipeline/regions.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';

function mapOf(rows: readonly (readonly number[])[]): ScoreMap {
  return { width: rows[0]!.length, height: rows.length, data: Float32Array.from(rows.flat()) };
}

const coarse = mapOf([
  [0.9, 0.1, 0.1, 0.1, 0.6],
  [0.1, 0.7, 0.1, 0.1, 0.8],
  [0.1, 0.1, 0.1, 0.1, 0.1],
  [0.5, 0.1, 0.95, 0.1, 0.1],
]);
const all = { theta: 0.5, minCells: 1, maxRegions: 10 };

describe('findRegions', () => {
  it('describes 8-connected regions, strongest peak first', () => {
    const regions = findRegions(coarse, all);
    expect(regions.map(({ cells, ...region }) => ({ cells: [...cells], ...region }))).toEqual([
      { cells: [17], x: 2, y: 3, width: 1, height: 1, peak: at(2, 3, 0.95), mean: close(0.95) },
      { cells: [0, 6], x: 0, y: 0, width: 2, height: 2, peak: at(0, 0, 0.9), mean: close(0.8) },
      { cells: [4, 9], x: 4, y: 0, width: 1, height: 2, peak: at(4, 1, 0.8), mean: close(0.7) },
    ]);
  });

  it('takes only scores strictly above θ', () => {
    expect(findRegions(mapOf([[0.5, 0.25]]), all)).toEqual([]);
    expect(findRegions(mapOf([[0, 0]]), { ...all, theta: 0 })).toEqual([]);
  });

  it('drops specks before it counts the strongest', () => {
    const regions = findRegions(coarse, { theta: 0.5, minCells: 2, maxRegions: 1 });
    expect(regions.map(({ peak }) => peak.value)).toEqual([close(0.9)]);
    expect(findRegions(coarse, { ...all, maxRegions: 0 })).toEqual([]);
  });
});

it('turns the minimal area of the recipe into cells, one at least', () => {
  expect(minRegionCells({ width: 200, height: 100 }, 0.00052)).toBe(11);
  expect(minRegionCells(coarse, 0)).toBe(1);
});

function close(value: number): unknown {
  return expect.closeTo(value, 6);
}

function at(x: number, y: number, value: number): unknown {
  return { x, y, value: close(value) };
}
