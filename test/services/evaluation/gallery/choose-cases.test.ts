import { expect, test } from 'vitest';
import { chooseCases } from '../../../../src-main/services/evaluation/gallery/choose-cases.ts';

const defective = (path: string, pixelAp: number) => ({
  path,
  defective: true,
  figures: { score: 0.5, pixelAp, pixelF1Max: null },
});
const good = (path: string, score: number) => ({
  path,
  defective: false,
  figures: { score, pixelAp: null, pixelF1Max: null },
});
const chosen = (...cases: Parameters<typeof chooseCases>[0][number][]) =>
  chooseCases(cases).map((one) => `${one.role}: ${one.case.path}`);

test('of an odd number of defective images, the one in the middle is the median', () => {
  expect(chosen(defective('a', 0.1), defective('b', 0.9), defective('c', 0.4))).toEqual([
    'best: b',
    'median: c',
    'worst: a',
  ]);
});

test('of an even number, the worse one of the two in the middle is', () => {
  const four = [defective('a', 0.1), defective('b', 0.9), defective('c', 0.4), defective('d', 0.6)];
  expect(chosen(...four)).toEqual(['best: b', 'median: c', 'worst: a']);
});

test('of two there is a best and a worst one, one stands alone, and none is shown twice', () => {
  expect(chosen(defective('a', 0.1), defective('b', 0.9))).toEqual(['best: b', 'worst: a']);
  expect(chosen(defective('a', 0.1))).toEqual(['only: a']);
  expect(chosen()).toEqual([]);
});

test('equal figures go by name, numbers in it counted', () => {
  const equal = ['10.png', '9.png', '2.png'].map((path) => defective(path, 0.5));
  expect(chosen(...equal)).toEqual(['best: 2.png', 'median: 9.png', 'worst: 10.png']);
  expect(chosen(good('10.png', 0.3), good('9.png', 0.3))).toEqual(['highest good: 9.png']);
});

test('of the good images the one with the highest score is shown', () => {
  expect(chosen(good('a', 0.2), defective('b', 0.9), good('c', 0.7))).toEqual(['only: b', 'highest good: c']);
});
