import { describe, expect, it } from 'vitest';
import { distanceLogit } from '../../src-main/pipeline/calibration.ts';
import { joinViews } from '../../src-main/pipeline/opinion-fusion.ts';
import { memoryView } from '../../src-main/pipeline/opinion-view.ts';
import { LEAST_IMAGES, positionLimits } from '../../src-main/pipeline/position-limits.ts';
import { Random } from '../../src-shared/random.ts';

const [WIDTH, HEIGHT] = [9, 7];
const LOUD = 3 * WIDTH + 4;
/** The limit of all positions together: where good ones differ their own would be higher. */
const TOGETHER = 0.3;

/** Distances of good images: quiet but for one place, where good ones differ. */
function goodMaps(count: number, loud = 0.5): Float32Array[] {
  const random = new Random(`positions ${count}`);
  return Array.from({ length: count }, () =>
    Float32Array.from(
      { length: WIDTH * HEIGHT },
      (_, at) => 0.02 + 0.03 * random.next() + (at === LOUD ? loud * (0.5 + random.next()) : 0),
    ),
  );
}

/** The same by the text, number by number. */
function naiveLimits(maps: readonly Float32Array[], reach: number, who: 'references' | 'crowd') {
  const near = (map: Float32Array, x: number, y: number) => {
    let most = 0;
    for (let v = y - reach; v <= y + reach; v++)
      for (let u = x - reach; u <= x + reach; u++)
        if (u >= 0 && v >= 0 && u < WIDTH && v < HEIGHT) most = Math.max(most, map[v * WIDTH + u]!);
    return most;
  };
  const middle = (values: readonly number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const n = sorted.length;
    return n % 2 ? sorted[(n - 1) / 2]! : (sorted[n / 2 - 1]! + sorted[n / 2]!) / 2;
  };
  const units = (some: readonly Float32Array[]) => {
    const own: number[] = [];
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const there = some.map((map) => near(map, x, y));
        own.push(who === 'crowd' ? middle(there) : there.reduce((a, b) => a + b) / there.length);
      }
    const common = own.reduce((a, b) => a + b) / own.length;
    return own.map((value) => (some.length * value + 4 * common) / (some.length + 4));
  };
  const ofOthers = maps.map((_, i) => units(maps.filter((_, other) => other !== i)));
  const farthest = maps.map((map, i) => Math.max(...map.map((value, at) => value / ofOthers[i]![at]!)));
  let most: number;
  if (who === 'crowd') {
    const mid = middle(farthest);
    most = mid + 1.4826 * middle(farthest.map((value) => Math.abs(value - mid)));
  } else {
    const rank = Math.min(farthest.length, Math.ceil(0.9 * (farthest.length + 1)));
    most = [...farthest].sort((a, b) => a - b)[rank - 1]!;
  }
  const limit = (unit: number) => Math.min(TOGETHER, most * unit);
  return { limits: units(maps).map(limit), ofOthers: ofOthers.map((of) => of.map(limit)) };
}

function expectClose(found: ArrayLike<number>, expected: readonly number[]) {
  expect(found.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
}

describe('limits of single positions', () => {
  it.each([
    ['half', 1, 'references', 4],
    ['fine', 2, 'references', 12],
    ['half', 1, 'crowd', 7],
    ['fine', 2, 'crowd', 16],
  ] as const)(
    'are those of a naive computation: %s tokens, reach %i, %s of %i',
    (scale, reach, who, count) => {
      const maps = goodMaps(count);
      const found = positionLimits(maps, { width: WIDTH, height: HEIGHT, scale }, who, TOGETHER)!;
      const expected = naiveLimits(maps, reach, who);
      expectClose(found.limits, expected.limits);
      expect(Math.max(...found.limits)).toBeCloseTo(TOGETHER, 6);
      expect(Math.min(...found.limits)).toBeLessThan(TOGETHER);
      for (const [i, of] of expected.ofOthers.entries()) expectClose(found.ofOthers[i]!, of);
      expect([found.width, found.height]).toEqual([WIDTH, HEIGHT]);
    },
  );

  it('are higher where good images differ, the more so the more images say it', () => {
    const ratio = (count: number) => {
      const grid = { width: WIDTH, height: HEIGHT, scale: 'half' } as const;
      const { limits } = positionLimits(goodMaps(count), grid, 'references', 9)!;
      return limits[LOUD]! / limits[0]!;
    };
    expect(ratio(4)).toBeGreaterThan(1.5);
    expect(ratio(32)).toBeGreaterThan(1.5 * ratio(4));
  });

  it('say a half for the farthest good token of references', () => {
    const maps = goodMaps(6);
    const { ofOthers } = positionLimits(
      maps,
      { width: WIDTH, height: HEIGHT, scale: 'half' },
      'references',
      9,
    )!;
    const highest = maps.map((map, i) =>
      Math.max(...map.map((distance, at) => distanceLogit(distance, ofOthers[i]![at]!))),
    );
    expect(Math.max(...highest)).toBeCloseTo(0, 5);
  });

  it('need enough images', () => {
    const grid = { width: WIDTH, height: HEIGHT, scale: 'half' } as const;
    expect(positionLimits(goodMaps(LEAST_IMAGES - 1), grid, 'references', 9)).toBeUndefined();
  });

  it('stay above nothing where all images are copies', () => {
    const maps = Array.from({ length: 5 }, () => new Float32Array(WIDTH * HEIGHT));
    const { limits } = positionLimits(
      maps,
      { width: WIDTH, height: HEIGHT, scale: 'half' },
      'references',
      9,
    )!;
    expect(Math.min(...limits)).toBeGreaterThan(0);
  });
});

describe('a view by positions', () => {
  const distances = Float32Array.of(0.1, 0.2, 0.4);
  const limits = { map: 0.2, image: 0.1 };
  const asItIs = (values: Float32Array) => values;

  it('has them in its map, and the score as without', () => {
    const without = memoryView(distances, limits, asItIs);
    expect(without.cells).toBe(without.scored);
    const by = memoryView(distances, limits, asItIs, Float32Array.of(0.05, 0.2, 0.8));
    expectClose(by.cells, [4 * Math.log(2), 0, -4 * Math.log(2)]);
    expect(by.scored).toEqual(without.scored);
    expect(by.image).toBe(without.image);
  });

  it('joins with others both ways', () => {
    const language = Float32Array.of(1, 2, 3);
    const views = {
      language: { cells: language, scored: language, image: 3 },
      references: { cells: Float32Array.of(0, 1, 0), scored: Float32Array.of(4, 4, 4), image: 1 },
    };
    const joined = joinViews(views, { language: 0.25, references: 0.75 });
    expectClose(joined.cells, [0.25, 1.25, 0.75]);
    expectClose(joined.scored, [3.25, 3.5, 3.75]);
    expect(joined.image).toBeCloseTo(1.5, 6);
    const alone = joinViews({ language: views.language }, { language: 1 });
    expect(alone.scored).toBe(alone.cells);
  });
});
