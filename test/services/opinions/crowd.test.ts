import { describe, expect, test } from 'vitest';
import { chooseCrowd } from '../../../src-main/services/opinions/crowd.ts';

const batchOf = (count: number) => Array.from({ length: count }, (_, at) => ({ key: `image ${at}`, at }));
const placesOf = (crowd: readonly { readonly at: number }[]) => crowd.map(({ at }) => at);

describe('the crowd of a batch', () => {
  test.each([
    [0, 0],
    [4, 4],
    [5, 5],
    [16, 16],
    [17, 16],
    [64, 16],
    [65, 17],
    [100, 25],
    [128, 32],
    [10_000, 32],
  ])('of %i images has %i', (count, size) => {
    expect(chooseCrowd(batchOf(count))).toHaveLength(size);
  });

  test('is the same for the same batch, another for another batch or another draw', () => {
    const places = placesOf(chooseCrowd(batchOf(300)));
    expect(placesOf(chooseCrowd(batchOf(300)))).toEqual(places);
    expect(placesOf(chooseCrowd(batchOf(300), 'second'))).not.toEqual(places);
    const other = batchOf(300).with(7, { key: 'another picture', at: 7 });
    expect(placesOf(chooseCrowd(other))).not.toEqual(places);
  });

  test.each([16, 37, 129, 5000])('is spread over all of %i images, none twice', (count) => {
    const places = placesOf(chooseCrowd(batchOf(count)));
    expect(new Set(places).size).toBe(places.length);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    const stretch = count / places.length;
    for (const [i, place] of places.entries()) {
      expect(place).toBeGreaterThanOrEqual(Math.floor(i * stretch));
      expect(place).toBeLessThan((i + 1) * stretch);
    }
  });

  test('counts copies once, whichever they are copies of', () => {
    const four = [0, 1, 2, 3, 1, 0, 3, 3, 2].map((which, at) => ({ key: `image ${which}`, at }));
    expect(placesOf(chooseCrowd(four))).toEqual([0, 1, 2, 3]);
    const five = [...four, { key: 'image 4', at: 9 }];
    expect(placesOf(chooseCrowd(five))).toEqual([0, 1, 2, 3, 9]);
    // Copies behind the last different image change nothing.
    const many = batchOf(200);
    const copied = [...many, ...many.slice(0, 50).map(({ key }) => ({ key, at: -1 }))];
    expect(placesOf(chooseCrowd(copied))).toEqual(placesOf(chooseCrowd(many)));
  });

  test('takes every image of a stretch now and then', () => {
    const first = new Set(Array.from({ length: 100 }, (_, i) => chooseCrowd(batchOf(64), String(i))[0]!.at));
    expect([...first].sort()).toEqual([0, 1, 2, 3]);
  });
});
