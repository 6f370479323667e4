import { expect, test } from 'vitest';
import { rangeFor } from '../../src-shared/sample-range.ts';

test.each([
  ['integer', [[3, 200]], 0, 255],
  ['integer', [[3, 256]], 0, 1023],
  [
    'integer',
    [
      [3, 200],
      [70, 1023],
    ],
    0,
    1023,
  ],
  ['integer', [[0, 1024]], 0, 4095],
  ['integer', [[0, 4096]], 0, 16_383],
  ['integer', [[0, 16_384]], 0, 65_535],
  ['integer', [[0, 65_536]], 0, 2 ** 32 - 1],
  ['integer', [[-1, 100]], -128, 127],
  ['integer', [[-1, 128]], -512, 511],
  ['integer', [[-40_000, 0]], -(2 ** 31), 2 ** 31 - 1],
  ['integer', [[0, 0]], 0, 255],
  [
    'float',
    [
      [0, 0.25],
      [0.1, 1],
    ],
    0,
    1,
  ],
  ['float', [[0, 1.5]], 0, 255],
  ['float', [[12.5, 3000]], 0, 4095],
  ['float', [[-0.5, 0.5]], -0.5, 0.5],
  ['float', [[-3, -3]], -3, -2],
  ['float', [[2, 1e6]], 2, 1e6],
  ['float', [], 0, 1],
] as const)('%s samples of %j: %d to %d', (kind, extremes, low, high) => {
  expect(
    rangeFor(
      extremes.map(([from, to]) => ({ low: from, high: to })),
      kind,
    ),
  ).toEqual({ low, high });
});
