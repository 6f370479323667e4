import { expect, it } from 'vitest';
import { scored } from '../../src-main/methods/candidates.ts';
import { averageOf, bestOf, rescored, strongestOf } from '../../src-main/methods/saa.ts';
import { nearestDistances } from '../../src-main/methods/token-saliency.ts';
import { noise } from '../inference/tiny-pack.ts';
import { mapOf, maskOf } from './masks-of.ts';

const left = maskOf(['##..', '##..']);
const middle = maskOf(['.##.', '.##.']);
const right = maskOf(['...#', '...#']);
const cells = { width: 4, height: 2 };

it('drops the candidates that are no more like the words than the image as a whole', () => {
  const text = mapOf([
    [0.2, 0.8, 0.4, 0.2],
    [0.2, 0.8, 0.4, 0.2],
  ]);
  // The image's mean is 0.4: that of the left mask is 0.5, of the middle one 0.6, of the right one 0.2.
  expect(scored([left, middle, right], text)).toEqual([
    { mask: left, score: expect.closeTo(0.5, 6) },
    { mask: middle, score: expect.closeTo(0.6, 6) },
  ]);
  expect(
    scored(
      [maskOf(['####', '####'])],
      mapOf([
        [0.5, 0.5, 0.5, 0.5],
        [0.5, 0.5, 0.5, 0.5],
      ]),
    ),
  ).toEqual([]);
});

const candidates = [
  { mask: left, score: 0.2 },
  { mask: middle, score: 0.6 },
];

it('takes at each cell the highest score of what covers it', () => {
  const expected = mapOf([
    [0.2, 0.6, 0.6, 0],
    [0.2, 0.6, 0.6, 0],
  ]);
  expect(strongestOf(candidates, cells)).toEqual(expected);
  expect(strongestOf(candidates.toReversed(), cells)).toEqual(expected);
  expect(strongestOf([], cells).data).toEqual(new Float32Array(8));
});

it('averages at each cell the scores of what covers it', () => {
  const map = averageOf(candidates, cells);
  expect([...map.data]).toEqual(
    [0.2, 0.4, 0.6, 0, 0.2, 0.4, 0.6, 0].map((value) => expect.closeTo(value, 6)),
  );
});

it('keeps the best candidates', () => {
  const three = [...candidates, { mask: right, score: 0.6 }];
  expect(bestOf(three, 2)).toEqual([three[1], three[2]]);
  expect(bestOf(three, 9)).toHaveLength(3);
});

it('multiplies the odds of a score by e to the power of three times the saliency inside', () => {
  const saliency = mapOf([
    [0.1, 0.3, 0.3, 0],
    [0.1, 0.3, 0.3, 0],
  ]);
  const [first, second] = rescored(candidates, saliency);
  // Odds of 1 to 4, times e^0.6 (saliency 0.2); of 3 to 2, times e^0.9.
  expect(first!.score / (1 - first!.score)).toBeCloseTo(0.25 * Math.exp(0.6), 6);
  expect(second!.score / (1 - second!.score)).toBeCloseTo(1.5 * Math.exp(0.9), 6);
  expect(
    rescored(
      [
        { mask: left, score: 1 },
        { mask: left, score: 0 },
      ],
      saliency,
    ).map((c) => c.score),
  ).toEqual([1, 0]);
});

it('is as salient as the mean distance to the nearest tenth says', () => {
  const cosines = noise(7 * 50, 1);
  const expected = Array.from({ length: 7 }, (_, row) => {
    const near = [...cosines.subarray(row * 50, row * 50 + 50)].sort((a, b) => b - a).slice(0, 5);
    return near.reduce((sum, cosine) => sum + (1 - cosine) / 2, 0) / 5;
  });
  const distances = nearestDistances(cosines, 50, 0.1);
  expect([...distances]).toEqual(expected.map((value) => expect.closeTo(value, 6)));
  // One at least; rounding does not leave the scale.
  expect([...nearestDistances(Float32Array.of(1.001, -1), 2, 0.1)]).toEqual([0]);
});
