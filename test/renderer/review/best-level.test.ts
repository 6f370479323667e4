import { expect, it } from 'vitest';
import { bestLevel } from '../../../src-renderer/review/best-level.ts';
import type { MaskLevel } from '../../../src-shared/result.ts';

const level = (number: MaskLevel['level'], quality: number): MaskLevel => ({
  level: number,
  quality,
  area: 1,
  polygons: [],
});

it('proposes the level that SAM trusts most, the finer one when two are equal', () => {
  expect(bestLevel([level(1, 0.6), level(2, 0.9), level(3, 0.9)])).toBe(2);
  expect(bestLevel([])).toBeNull();
});
