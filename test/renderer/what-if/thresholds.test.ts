import { describe, expect, it } from 'vitest';
import { countTicks, heightOf, isSameTrial, moved, round } from '../../../src-renderer/what-if/thresholds.ts';

const TRIAL = { warn: 0.5, reject: 0.8, theta: 0.6 };

it('rounds to three decimals and stays on the scale', () => {
  expect([0.12349, 0.1235, -3, 1.5].map(round)).toEqual([0.123, 0.124, 0, 1]);
});

describe('moved', () => {
  it('stops warn at reject, and reject at warn', () => {
    expect(moved(TRIAL, 'warn', 0.9)).toEqual({ ...TRIAL, warn: 0.8 });
    expect(moved(TRIAL, 'reject', 0.1)).toEqual({ ...TRIAL, reject: 0.5 });
    expect(moved(TRIAL, 'warn', 0.2)).toEqual({ ...TRIAL, warn: 0.2 });
  });

  it('moves θ freely', () => {
    expect(moved(TRIAL, 'theta', 1)).toEqual({ ...TRIAL, theta: 1 });
    expect(isSameTrial(TRIAL, moved(TRIAL, 'theta', 0.6))).toBe(true);
    expect(isSameTrial(TRIAL, moved(TRIAL, 'theta', 0.61))).toBe(false);
  });
});

describe('countTicks', () => {
  it.each([
    [0, [0]],
    [1, [0, 1]],
    [3, [0, 1, 2, 3]],
    [7, [0, 2, 4, 6]],
    [40, [0, 10, 20, 30, 40]],
    [99_999, [0, 50_000]],
  ])('are round up to %d', (top, ticks) => {
    expect(countTicks(top, false)).toEqual(ticks);
  });

  it('are powers of ten on a logarithmic scale', () => {
    expect(countTicks(2500, true)).toEqual([0, 1, 10, 100, 1000]);
    expect(countTicks(100_000, true)).toEqual([0, 1, 100, 10_000]);
  });
});

it('draws the highest count at full height, and one image visibly on a logarithmic scale', () => {
  expect(heightOf(20, 20, false)).toBe(1);
  expect(heightOf(20, 20, true)).toBe(1);
  expect(heightOf(5, 20, false)).toBe(0.25);
  expect(heightOf(1, 100_000, true)).toBeCloseTo(Math.log(2) / Math.log(100_001), 12);
  expect(heightOf(0, 0, false)).toBe(0);
});
