import { expect, test } from 'vitest';
import { drawSample } from '../../../src-shared/sampling/draw-sample.ts';

/** The same from the description alone: FNV-1a and a murmur mix of the text, then mulberry32, with whole numbers of any size. */
function byHand(ids: readonly number[], size: number, seed: string): number[] {
  const low = (value: bigint) => BigInt.asUintN(32, value);
  let state = 0x811c9dc5n;
  for (const character of `${seed}/sample`) {
    state = low((state ^ BigInt(character.charCodeAt(0))) * 0x01000193n);
  }
  state = low((state ^ (state >> 16n)) * 0x85ebca6bn);
  state = low((state ^ (state >> 13n)) * 0xc2b2ae35n);
  state ^= state >> 16n;
  const next = () => {
    state = low(state + 0x6d2b79f5n);
    let t = low((state ^ (state >> 15n)) * (state | 1n));
    t ^= low(t + low((t ^ (t >> 7n)) * (t | 61n)));
    return Number(t ^ (t >> 14n)) / 2 ** 32;
  };
  const left = [...ids];
  for (let i = 0; i < size; i++) {
    const j = i + Math.floor(next() * (left.length - i));
    const drawn = left[j]!;
    left[j] = left[i]!;
    left[i] = drawn;
  }
  return left.slice(0, size);
}

const ids = Array.from({ length: 600 }, (_, i) => 3 * i + 7);

test('a sample can be drawn again by hand from its seed', () => {
  for (const seed of ['a', '2f0c7d5e-6f0b-4d0b-9b0e-1c6f5f7e2a11', '']) {
    expect(drawSample(ids, 200, seed)).toEqual(byHand(ids, 200, seed));
  }
});

test('no image is drawn twice, and all are when fewer are there', () => {
  expect(new Set(drawSample(ids, 200, 's')).size).toBe(200);
  expect(drawSample(ids, 1000, 's').toSorted((a, b) => a - b)).toEqual(ids);
});

test('every image is drawn as often as every other, and at every place', () => {
  const few = Array.from({ length: 20 }, (_, i) => i);
  const drawn = Array.from({ length: 4000 }, (_, seed) => drawSample(few, 5, String(seed)));
  for (const id of few) {
    // A quarter of 4,000, give or take five standard deviations (27.4).
    expect(Math.abs(drawn.filter((sample) => sample.includes(id)).length - 1000)).toBeLessThan(137);
    // First: a twentieth, give or take five (13.8).
    expect(Math.abs(drawn.filter(([first]) => first === id).length - 200)).toBeLessThan(69);
  }
});
