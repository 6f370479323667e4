import { describe, expect, it } from 'vitest';
import { distanceToAny, distanceToCrowd } from '../../src-main/pipeline/token-distances.ts';

const cosines = [
  [0.9, 0.2, 0.5],
  [0.8, 0.4, 0.5],
  [0.7, 0.1, 1],
  [0.95, 0.3, 0.25],
].map((row) => Float32Array.from(row));

function expectClose(found: Float32Array | undefined, expected: readonly number[]) {
  expect(found?.length).toBe(expected.length);
  found?.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 6);
  });
}

describe('the distance of a token', () => {
  it('to references is that to the nearest of all', () => {
    expectClose(distanceToAny(cosines), [0.05, 0.6, 0]);
  });
  it('to a crowd is the mean of those to the nearest 30 %, rounded up', () => {
    // Two of four.
    expectClose(distanceToCrowd(cosines), [(0.05 + 0.1) / 2, (0.6 + 0.7) / 2, (0 + 0.5) / 2]);
    expectClose(distanceToCrowd(cosines.slice(0, 2)), [0.1, 0.6, 0.5]);
  });
  it('is not known where there is nothing to compare with', () => {
    expect(distanceToAny([])).toBeUndefined();
    expect(distanceToCrowd([])).toBeUndefined();
  });
});
