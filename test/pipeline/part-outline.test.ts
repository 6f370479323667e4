import { describe, expect, it } from 'vitest';
import type { LevelLogits } from '../../src-main/pipeline/mask-levels.ts';
import { outlinedPart, outlinePrompts } from '../../src-main/pipeline/part-outline.ts';
import { type DoubtfulSilhouette, partSilhouette } from '../../src-main/pipeline/part-silhouette.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { capsule, drawPart, type PartShape } from './drawn-part.ts';

const SIZE = { width: 1024, height: 768 };
const FRAME = frameFor(SIZE.width, SIZE.height);
const LIES = { centre: { x: 500, y: 400 }, angle: 0.5, scale: 3 };
const BACKGROUND: readonly [number, number, number] = [30, 30, 32];
/** A bar of half length 100, half width 30: one end bright, the other hardly brighter than the background. */
const twoTones: PartShape = (u, v) => (capsule(u, v) === undefined ? undefined : u < -40 ? 220 : 75);
const isDumbbell = (u: number, v: number) => capsule(u, v) !== undefined && Math.abs(u) > 20;

function doubtful(shape: PartShape): DoubtfulSilhouette {
  const part = partSilhouette(drawPart({ ...SIZE, ...LIES, shape, noise: 3, background: BACKGROUND }));
  if (!('doubt' in part)) throw new Error('It has no doubt.');
  return part;
}

/** In the part's own axes. */
function inPart(x: number, y: number) {
  const [dx, dy] = [(x - LIES.centre.x) / LIES.scale, (y - LIES.centre.y) / LIES.scale];
  const [cos, sin] = [Math.cos(LIES.angle), Math.sin(LIES.angle)];
  return { u: dx * cos + dy * sin, v: dy * cos - dx * sin };
}

/** What SAM would answer: a mask on the lattice of 256 × 256. */
function level(is: (u: number, v: number) => boolean, quality = 0.9): LevelLogits {
  const logits = Float32Array.from({ length: 256 * 256 }, (_, i) => {
    const [x, y] = [((i % 256) + 0.5) * 4, (Math.floor(i / 256) + 0.5) * 4];
    const { u, v } = inPart(x, y);
    return y < SIZE.height && is(u, v) ? 5 : -5;
  });
  return { logits, quality };
}
const whole = (u: number, v: number) => capsule(u, v) !== undefined;
const brightEnd = (u: number, v: number) => whole(u, v) && u < -40;

/** Shares of wrong pixels. */
function errorOf(mask: Uint8Array, is: (u: number, v: number) => boolean): number {
  let [wrong, all] = [0, 0];
  for (const [i, value] of mask.entries()) {
    const { u, v } = inPart(((i % 256) + 0.5) * 4, (Math.floor(i / 256) + 0.5) * 4);
    all += is(u, v) ? 1 : 0;
    wrong += (value === 1) === is(u, v) ? 0 : 1;
  }
  return wrong / all;
}

describe('a part of two tones', () => {
  it('is not taken for its bright end', () => {
    const { doubt, guesses } = doubtful(twoTones);
    expect(doubt).toBe('two-tones');
    expect(errorOf(guesses[0]!, whole)).toBeLessThan(0.05);
    expect(errorOf(guesses[1]!, brightEnd)).toBeLessThan(0.05);
  });

  it('is asked about in both, well inside', () => {
    const { points, box } = outlinePrompts(doubtful(twoTones), FRAME);
    expect(box).toBeNull();
    const places = points.map(({ x, y }) => inPart(x, y));
    expect(places.some(({ u, v }) => u < -50 && Math.abs(v) < 10)).toBe(true);
    expect(places.some(({ u, v }) => u > -30 && u < 90 && Math.abs(v) < 10)).toBe(true);
    expect(points.every(({ label }) => label === 1)).toBe(true);
    // Along all of it, each apart from the others.
    expect(Math.max(...places.map(({ u }) => u)) - Math.min(...places.map(({ u }) => u))).toBeGreaterThan(
      130,
    );
    for (const [i, a] of places.entries()) {
      for (const b of places.slice(0, i)) expect(Math.hypot(a.u - b.u, a.v - b.v)).toBeGreaterThan(8);
    }
  });

  it('is all that SAM outlines, where that is one of its answers', () => {
    const part = outlinedPart(
      [level(brightEnd), level(whole, 0.8), level(() => true)],
      doubtful(twoTones),
      FRAME,
    );
    expect(errorOf(part!.mask, whole)).toBeLessThan(0.05);
    expect(part).not.toHaveProperty('doubt');
  });

  it('is its bright end where SAM says so: the rest is a shadow', () => {
    const part = outlinedPart([level(brightEnd)], doubtful(twoTones), FRAME);
    expect(errorOf(part!.mask, brightEnd)).toBeLessThan(0.05);
  });

  it.each<[string, LevelLogits[]]>([
    ['is unsure itself', [level(whole, 0.6)]],
    ['outlines a detail', [level((u, v) => Math.hypot(u + 70, v) < 12)]],
    ['outlines the tray', [level((u, v) => Math.abs(u) < 130 && Math.abs(v) < 110)]],
    ['outlines something else', [level((u, v) => Math.hypot(u, v + 90) < 30)]],
    ['outlines everything', [level(() => true)]],
    ['finds nothing', [level(() => false)]],
  ])('is unsure where SAM %s', (_, levels) => {
    expect(outlinedPart(levels, doubtful(twoTones), FRAME)).toBeUndefined();
  });
});

describe('a part whose middle is of the background’s colour', () => {
  const dumbbell = () =>
    doubtful((u, v) => (whole(u, v) ? (isDumbbell(u, v) ? 200 : BACKGROUND[0]) : undefined));

  it('is all that SAM outlines around its pieces', () => {
    expect(dumbbell().doubt).toBe('several-pieces');
    const places = outlinePrompts(dumbbell(), FRAME).points.map(({ x, y }) => inPart(x, y));
    expect(places).toHaveLength(6);
    expect(places.every(({ u, v }) => isDumbbell(u, v))).toBe(true);
    const part = outlinedPart([level((u, v) => isDumbbell(u, v) && u < 0), level(whole)], dumbbell(), FRAME);
    expect(errorOf(part!.mask, whole)).toBeLessThan(0.05);
  });

  it('is no part where SAM outlines two', () => {
    expect(outlinedPart([level(isDumbbell)], dumbbell(), FRAME)).toBeUndefined();
  });
});

it('has the holes of SAM’s outline filled', () => {
  const ring = level((u, v) => whole(u, v) && Math.hypot(u - 30, v) > 8);
  expect(errorOf(outlinedPart([ring], doubtful(twoTones), FRAME)!.mask, whole)).toBeLessThan(0.05);
});
