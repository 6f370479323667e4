import { expect, it } from 'vitest';
import { chooseTheta, meanFigures, sharesAbove } from '../../src-main/training/fold-figures.ts';
import type { HeadFigures } from '../../src-main/training/head-validation.ts';

function figures(
  goodPeaks: number[],
  defectivePeaks: number[],
  pixelF1Threshold: number | null = null,
): HeadFigures {
  return {
    pictures: goodPeaks.length + defectivePeaks.length,
    ...{ pixelAuroc: 0.5, pixelAp: 0.25, pixelF1Max: 0.5, pixelPro: null, imageAuroc: null },
    ...{ imageAp: null, imageF1Max: null, pixelF1Threshold, goodPeaks, defectivePeaks },
  };
}

it('takes the plain mean over products, without those that have no value', () => {
  const other = { ...figures([], []), pixelAuroc: 1, pixelPro: 0.4 };
  expect(meanFigures([figures([], []), other])).toMatchObject({
    pixelAuroc: 0.75,
    pixelAp: 0.25,
    pixelPro: 0.4,
    imageAuroc: null,
  });
});

it('counts what lies strictly above θ', () => {
  expect(sharesAbove(figures([0.2, 0.5], [0.5, 0.9, 0.6, 0.1]), 0.5)).toEqual({ good: 0, defective: 0.5 });
  expect(sharesAbove(figures([], [0.9]), 0.5)).toEqual({ good: null, defective: 1 });
});

it('puts θ where it parts good from defective pictures best, products counting alike', () => {
  // J is 1 from 0.41 to 0.79; smoothed over ±0.02 that is 0.43 to 0.77, and the lowest counts.
  expect(chooseTheta([figures([0.3, 0.405], [0.795, 0.9])], 0.7)).toEqual({ theta: 0.43, by: 'youden' });
  // A second product shifts it: what both part well.
  const both = chooseTheta([figures([0.3], [0.9]), figures([0.605], [0.695])], 0.7);
  expect(both).toEqual({ theta: 0.63, by: 'youden' });
});

it('goes by pixels where no product has both kinds, and by the recipe without any', () => {
  expect(chooseTheta([figures([], [0.9], 0.4), figures([], [0.8], 0.6)], 0.7)).toEqual({
    theta: 0.5,
    by: 'pixel-f1',
  });
  expect(chooseTheta([figures([0.6], [0.6], 0.4)], 0.7)).toEqual({ theta: 0.4, by: 'pixel-f1' });
  expect(chooseTheta([figures([0.1], [])], 0.7)).toEqual({ theta: 0.7, by: 'recipe' });
});
