import { describe, expect, it } from 'vitest';
import { joinTokens, tokensUnder } from '../../src-main/pipeline/judged-tokens.ts';
import { peakWithin } from '../../src-main/pipeline/map-peaks.ts';
import { frameFor } from '../../src-shared/frame.ts';

/** 2048 × 1024 image pixels: a token at half the grid's side is 64 × 64 of them, a cell of the coarse map 8 × 8. */
const frame = frameFor(2048, 1024);
const square = (left: number, top: number, right: number, bottom: number) => [
  [
    [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ] as [number, number][],
  ],
];

describe('tokens under a mark', () => {
  const grid = { width: 32, height: 16 };
  const place = { frame, alignment: null, scale: 'half' } as const;

  it('are those whose middle it covers, and those under its corners', () => {
    expect(tokensUnder(grid, square(64, 64, 191, 127), place)).toEqual([33, 34]);
    expect(tokensUnder(grid, square(0, 0, 130, 63), place)).toEqual([0, 1, 2]);
  });
  it('are one at least, and lie in the picture', () => {
    expect(tokensUnder(grid, square(100, 100, 104, 104), place)).toEqual([33]);
    expect(tokensUnder(grid, square(2047, 1023, 2060, 1030), place)).toEqual([511]);
  });
  it('are smaller at the full grid', () => {
    const fine = { ...place, scale: 'fine' } as const;
    expect(tokensUnder({ width: 64, height: 32 }, square(64, 64, 127, 95), fine)).toEqual([130, 131]);
  });
  it('lie where an aligned picture shows them', () => {
    // The part lies down in the frame, centred at (512, 256) and 512 frame pixels long; aligned it fills the square.
    const alignment = { size: 1024, centre: { x: 512, y: 256 }, angle: Math.PI / 2, scale: 0.5 };
    // 32 image pixels right of the centre: 16 frame pixels, 32 of the aligned picture, against its y axis.
    const mark = square(1024 + 20, 512 - 4, 1024 + 28, 512 + 4);
    expect(tokensUnder({ width: 32, height: 32 }, mark, { frame, alignment, scale: 'half' })).toEqual([
      15 * 32 + 15,
      15 * 32 + 16,
    ]);
  });
  it('of several marks are joined, and thinned out evenly where there are too many', () => {
    const part = (count: number, value: number) => ({
      width: count,
      height: 1,
      channels: 1,
      data: new Float32Array(count).fill(value),
    });
    expect(joinTokens([])).toBeUndefined();
    expect(joinTokens([part(2, 1), part(1, 2)])).toEqual({
      width: 3,
      height: 1,
      channels: 1,
      data: Float32Array.of(1, 1, 2),
    });
    const many = joinTokens([part(10_000, 1), part(10_000, 2)]);
    expect(many?.width).toBe(8192);
    expect(many?.data.filter((value) => value === 1).length).toBe(4096);
  });
});

it('the highest value of a map within polygons is that of the cells under them', () => {
  const map = { width: 256, height: 128, data: new Float32Array(256 * 128).fill(0.1) };
  map.data[10 * 256 + 20] = 0.9;
  expect(peakWithin(map, square(20 * 8 + 1, 10 * 8 + 1, 20 * 8 + 3, 10 * 8 + 3), frame)).toBeCloseTo(0.9);
  expect(peakWithin(map, square(21 * 8 + 1, 10 * 8 + 1, 24 * 8, 11 * 8), frame)).toBeCloseTo(0.1);
});
