import { expect, it } from 'vitest';
import {
  inverseHarmonicMeans,
  inverseScore,
  windowsOf,
  windowTokens,
} from '../../src-main/methods/windows.ts';

const logit = (score: number) => Math.log(score / (1 - score));

it('windows are one step apart, row by row, and as large as the grid at most', () => {
  const grid = { width: 3, height: 2 };
  const windows = windowsOf(grid, 2);
  expect(windows).toEqual({ width: 2, height: 2, columns: 2, rows: 1 });
  expect(windowTokens(grid, windows)).toEqual([
    [0, 1, 3, 4],
    [1, 2, 4, 5],
  ]);
  expect(windowTokens(grid, windowsOf(grid, 3))).toEqual([[0, 1, 2, 3, 4, 5]]);
  expect(windowTokens({ width: 1, height: 1 }, windowsOf({ width: 1, height: 1 }, 3))).toEqual([[0]]);
});

it('a token’s score is the harmonic mean of its windows’ scores: worked by hand on 3 × 3', () => {
  const grid = { width: 3, height: 3 };
  const inverses = inverseHarmonicMeans(grid, windowsOf(grid, 2), [0.5, 0.25, 0.2, 0.1].map(logit));
  // Corners have one window; edges two: 2 / (1/0.5 + 1/0.25) = 1/3; the middle four: 4 / (2 + 4 + 5 + 10) = 4/21.
  const expected = [1 / 2, 1 / 3, 1 / 4, 2 / 7, 4 / 21, 1 / 7, 1 / 5, 2 / 15, 1 / 10];
  for (const [token, score] of expected.entries()) expect(1 / inverses[token]!).toBeCloseTo(score, 12);
});

it('is what a loop over tokens and windows gives', () => {
  const grid = { width: 7, height: 5 };
  for (const side of [2, 3]) {
    const across = 7 - side + 1;
    const logits = Array.from({ length: across * (5 - side + 1) }, (_, at) => Math.sin(at * 12.9898) * 6);
    const inverses = inverseHarmonicMeans(grid, windowsOf(grid, side), logits);
    for (let y = 0; y < 5; y++)
      for (let x = 0; x < 7; x++) {
        let count = 0;
        let sum = 0;
        for (const [at, value] of logits.entries()) {
          const [top, left] = [Math.floor(at / across), at % across];
          if (y < top || y >= top + side || x < left || x >= left + side) continue;
          count++;
          sum += 1 / (1 / (1 + Math.exp(-value)));
        }
        expect(inverses[y * 7 + x]).toBeCloseTo(sum / count, 9);
      }
  }
});

it('a score that rounds to 0 makes the mean 0, and nothing that is no number', () => {
  expect(inverseScore(-2000)).toBe(Number.POSITIVE_INFINITY);
  const grid = { width: 2, height: 1 };
  expect(3 / (inverseScore(2) + inverseHarmonicMeans(grid, windowsOf(grid, 1), [-2000, 0])[0]!)).toBe(0);
});
