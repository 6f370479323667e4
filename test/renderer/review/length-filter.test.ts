import { expect, it } from 'vitest';
import { lengthInPixels, lengthInUnit } from '../../../src-renderer/review/length-filter.ts';
import { typedScale } from '../../../src-shared/scale.ts';

it('converts both ends, and comes back as it was typed', () => {
  const scale = typedScale(0.03);
  const pixels = lengthInPixels([0.7, 1.1], scale)!;
  expect(pixels[0]).toBeCloseTo(23.3333, 4);
  expect(pixels[1]).toBeCloseTo(36.6667, 4);
  expect(lengthInUnit(pixels, scale)).toEqual([0.7, 1.1]);
});

it('leaves open ends open, and no filter of two of them', () => {
  expect(lengthInPixels([null, 3], null)).toEqual([null, 3]);
  expect(lengthInPixels([null, null], typedScale(2))).toBeNull();
  expect(lengthInUnit(null, typedScale(2))).toEqual([null, null]);
});
