import { expect, it } from 'vitest';
import {
  candidateMask,
  forEachCell,
  meanInside,
  withoutDuplicates,
} from '../../src-main/methods/candidate-mask.ts';
import { noise } from '../inference/tiny-pack.ts';
import { levelOf, mapOf, maskOf } from './masks-of.ts';

const cellsOf = (mask: ReturnType<typeof maskOf>) => {
  const cells: number[] = [];
  forEachCell(mask, (cell) => cells.push(cell));
  return cells;
};

it('keeps the positive logits of the content, and nothing of the padding', () => {
  const mask = candidateMask(
    levelOf((x, y) => x >= 250 && y < 5),
    { width: 253, height: 3 },
  )!;
  expect(mask.area).toBe(9);
  expect(cellsOf(mask)).toEqual([250, 251, 252, 503, 504, 505, 756, 757, 758]);
  expect(
    candidateMask(
      levelOf((x) => x >= 253),
      { width: 253, height: 3 },
    ),
  ).toBeUndefined();
});

it('says how little a mask depends on where its logits are cut', () => {
  const logits = new Float32Array(256 * 256).fill(-5);
  // Of ten cells above −1, six are above 0 and five above 1.
  logits.set([3, 2, 1.5, 1.1, 1.2, 0.4, -0.2, -0.4, -0.9, -0.8]);
  const mask = candidateMask({ logits, quality: 0.5 }, { width: 256, height: 4 })!;
  expect(mask).toMatchObject({ area: 6, quality: 0.5, stability: 0.5 });
});

it('takes the mean of a map inside, as a loop over the cells does', () => {
  const mask = maskOf(['##..', '.#.#', '....']);
  expect(
    meanInside(
      mask,
      mapOf([
        [0.1, 0.2, 9, 9],
        [9, 0.3, 9, 0.8],
        [9, 9, 9, 9],
      ]),
    ),
  ).toBeCloseTo(0.35, 6);

  const width = 97;
  const height = 41;
  const logits = noise(256 * 256, 5);
  const scores = { width, height, data: noise(width * height, 6) };
  let sum = 0;
  let count = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      if (logits[y * 256 + x]! <= 0) continue;
      sum += scores.data[y * width + x]!;
      count++;
    }
  const random = candidateMask({ logits, quality: 1 }, { width, height })!;
  expect(random.area).toBe(count);
  expect(meanInside(random, scores)).toBeCloseTo(sum / count, 9);
});

it('of masks that are nearly the same keeps the one of the best quality', () => {
  const whole = maskOf(['####', '####', '....'], 0.8);
  const most = maskOf(['####', '###.', '....'], 0.9);
  const half = maskOf(['####', '....', '....'], 0.7);
  const other = maskOf(['....', '....', '####'], 0.6);
  // 7 of 8 cells in common are 0.875; 4 of 8 and 4 of 7 are less.
  expect(withoutDuplicates([whole, half, most, other], 0.87)).toEqual([most, half, other]);
  expect(withoutDuplicates([whole, half, most, other], 0.875)).toEqual([most, whole, half, other]);
  expect(withoutDuplicates([other, maskOf(['....', '....', '####'], 0.6)], 0.5)).toHaveLength(1);
});

it('compares masks as sets of cells do, also across words', () => {
  const cells = { width: 61, height: 23 };
  const masks = Array.from({ length: 12 }, (_, i) => {
    const jitter = noise(256 * 256, 20 + i);
    const logits = noise(256 * 256, 3).map((value, at) => value + 0.3 * i * jitter[at]!);
    return candidateMask({ logits, quality: 1 - i / 20 }, cells)!;
  });
  const sets = masks.map((mask) => new Set(cellsOf(mask)));
  const kept: number[] = [];
  for (let i = 0; i < masks.length; i++) {
    const isNew = kept.every((k) => {
      const common = sets[i]!.intersection(sets[k]!).size;
      return common / sets[i]!.union(sets[k]!).size <= 0.6;
    });
    if (isNew) kept.push(i);
  }
  expect(kept.length).toBeGreaterThan(2);
  expect(kept.length).toBeLessThan(12);
  expect(withoutDuplicates(masks, 0.6)).toEqual(kept.map((k) => masks[k]));
});
