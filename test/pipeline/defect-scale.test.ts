import { expect, it } from 'vitest';
import { defectScale } from '../../src-main/pipeline/defect-scale.ts';
import { frameFor } from '../../src-shared/frame.ts';

it('tells when a defect of the minimum size has fewer than two pixels left', () => {
  // 12,000 × 40 becomes 1,024 × 3: a ten-thousandth of it is 0.31 pixels.
  expect(defectScale(frameFor(12_000, 40), 0.0001)).toEqual([
    { code: 'defect-below-scale', modelPixels: 0.31 },
  ]);
  expect(defectScale(frameFor(12_000, 40), 0.001)).toEqual([]);
});

it('says nothing of images of usual shape, nor where the recipe names no minimum', () => {
  expect(defectScale(frameFor(4000, 3000), 0.0001)).toEqual([]);
  expect(defectScale(frameFor(12_000, 40), 0)).toEqual([]);
});

it('draws the line at two pixels', () => {
  expect(defectScale({ width: 1000, height: 2 }, 0.001)).toEqual([]);
  expect(defectScale({ width: 999, height: 2 }, 0.001)).toHaveLength(1);
});
