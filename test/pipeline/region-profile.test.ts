import { expect, it } from 'vitest';
import { dequantiseMap } from '../../src-main/pipeline/map-codec.ts';
import { countRegionsByTheta } from '../../src-main/pipeline/region-profile.ts';
import { findRegions } from '../../src-main/pipeline/regions.ts';
import { Random } from '../../src-shared/random.ts';

const thetas = Array.from({ length: 101 }, (_, i) => i / 100);

function naive(
  map: { readonly width: number; readonly height: number; readonly data: Uint16Array },
  at: readonly number[],
  limits: { readonly minCells: number; readonly maxRegions: number },
) {
  const scores = dequantiseMap(map.data, map.width, map.height);
  return at.map((theta) => findRegions(scores, { theta, ...limits }).length);
}

it.each([
  ['noise', 37, 29, (random: Random) => random.next()],
  [
    'few distinct values, so that many cells lie on a threshold',
    40,
    40,
    (random: Random) => Math.floor(random.next() * 11) / 10,
  ],
  ['one row', 64, 1, (random: Random) => random.next()],
  ['one column', 1, 64, (random: Random) => random.next()],
])('counts what finding the regions at each threshold finds: %s', (_name, width, height, value) => {
  const random = new Random('profile');
  for (const limits of [
    { minCells: 1, maxRegions: 64 },
    { minCells: 3, maxRegions: 8 },
    { minCells: 20, maxRegions: 2 },
    { minCells: 1, maxRegions: 0 },
  ]) {
    const data = Uint16Array.from({ length: width * height }, () => Math.round(65535 * value(random)));
    const map = { width, height, data };
    expect([...countRegionsByTheta(map, thetas, limits)]).toEqual(naive(map, thetas, limits));
  }
});

it('counts smooth hills that merge as the threshold falls', () => {
  const [width, height] = [120, 90];
  const hills = [
    [30, 30, 0.9],
    [55, 32, 0.7],
    [90, 60, 0.5],
  ] as const;
  const data = Uint16Array.from({ length: width * height }, (_, i) => {
    const x = i % width;
    const y = (i - x) / width;
    return (
      65535 *
      Math.max(...hills.map(([cx, cy, peak]) => peak * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 120)))
    );
  });
  const counts = countRegionsByTheta({ width, height, data }, thetas, { minCells: 1, maxRegions: 64 });
  expect([...counts]).toEqual(naive({ width, height, data }, thetas, { minCells: 1, maxRegions: 64 }));
  expect([counts[0], counts[40], counts[60], counts[80], counts[95]]).toEqual([1, 3, 2, 1, 0]);
});

it('takes any ascending thresholds, equal ones too', () => {
  const map = { width: 3, height: 1, data: Uint16Array.of(65535, 0, 32768) };
  const limits = { minCells: 1, maxRegions: 64 };
  expect([...countRegionsByTheta(map, [0.123, 0.5, 0.5, 1], limits)]).toEqual([2, 2, 2, 0]);
  expect([...countRegionsByTheta(map, [], limits)]).toEqual([]);
});
