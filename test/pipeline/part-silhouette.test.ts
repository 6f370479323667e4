import { describe, expect, it } from 'vitest';
import { type PartSilhouette, partSilhouette } from '../../src-main/pipeline/part-silhouette.ts';
import { Random } from '../../src-shared/random.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { drawPart, nut, screw } from './drawn-part.ts';

function found(picture: RgbImage): PartSilhouette {
  const part = partSilhouette(picture);
  if ('doubt' in part) throw new Error(`No part was found: ${part.doubt}.`);
  return part;
}
function area(part: PartSilhouette): number {
  return part.mask.reduce((sum, value) => sum + value, 0) * part.ratioX * part.ratioY;
}
/** Grey levels by pixel. */
function picture(width: number, height: number, level: (x: number, y: number) => number): RgbImage {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    data.fill(level(i % width, Math.floor(i / width)), i * 3, i * 3 + 3);
  }
  return { width, height, data };
}
const inside = (x: number, y: number, left: number, top: number, right: number, bottom: number) =>
  x >= left && x < right && y >= top && y < bottom;

describe('partSilhouette', () => {
  it('gives exactly the pixels that differ from the border, whatever is brighter', () => {
    for (const [part, ground] of [
      [40, 200],
      [230, 60],
    ] as const) {
      const is = (x: number, y: number) => inside(x, y, 5, 8, 17, 14);
      const silhouette = found(picture(30, 24, (x, y) => (is(x, y) ? part : ground)));
      expect([silhouette.ratioX, silhouette.ratioY]).toEqual([1, 1]);
      expect(silhouette.background).toEqual([ground, ground, ground]);
      expect([...silhouette.mask]).toEqual(
        Array.from({ length: 720 }, (_, i) => (is(i % 30, Math.floor(i / 30)) ? 1 : 0)),
      );
    }
  });

  it('tells colours apart that are equally bright', () => {
    const data = new Uint8Array(40 * 40 * 3);
    for (let i = 0; i < 1600; i++) {
      const isPart = inside(i % 40, Math.floor(i / 40), 10, 10, 30, 25);
      data.set(isPart ? [200, 71, 120] : [100, 122, 120], i * 3);
    }
    const part = found({ width: 40, height: 40, data });
    expect(area(part)).toBe(300);
    expect(part.background).toEqual([100, 122, 120]);
  });

  it('fills the hole of a nut, and whatever lies in it', () => {
    const hexagon = ((3 * Math.sqrt(3)) / 2) * 100 ** 2;
    const part = found(drawPart({ width: 300, height: 260, shape: nut, noise: 4 }));
    expect(area(part)).toBeGreaterThan(0.98 * hexagon);
    expect(area(part)).toBeLessThan(1.02 * hexagon);
    const ring = picture(60, 60, (x, y) => {
      const radius = Math.hypot(x - 30, y - 30);
      return (radius < 25 && radius > 18) || radius < 12 ? 30 : 220;
    });
    const circle = Array.from({ length: 3600 }, (_, i) =>
      Math.hypot((i % 60) - 30, Math.floor(i / 60) - 30) < 25 ? 1 : 0,
    );
    expect([...found(ring).mask]).toEqual(circle);
  });

  it('leaves out what lies beside the part', () => {
    const part = found(
      picture(80, 80, (x, y) => (inside(x, y, 20, 20, 60, 50) || inside(x, y, 65, 60, 75, 70) ? 50 : 180)),
    );
    expect(area(part)).toBe(1200);
  });

  it('measures the same part in any size of picture, in that picture’s pixels', () => {
    for (const scale of [0.9, 2, 3.7]) {
      const [width, height] = [Math.round(240 * scale), Math.round(150 * scale)];
      const part = found(drawPart({ width, height, shape: screw, scale, noise: 3, angle: 0.3 }));
      expect(part.thumbnail.width).toBe(Math.min(256, width));
      expect(part.ratioX).toBeCloseTo(width / part.thumbnail.width, 9);
      // Head (34 + 14) · 30, shank 28 · 130, tip 14 · 40.
      expect(area(part) / scale ** 2 / (48 * 30 + 28 * 130 + 14 * 40)).toBeCloseTo(1, 1);
    }
  });
});

describe('doubt', () => {
  const doubt = (level: (x: number, y: number) => number) => {
    const part = partSilhouette(picture(120, 100, level));
    return 'doubt' in part ? part.doubt : 'none';
  };
  const random = new Random('doubt');

  it.each([
    ['one colour', () => 128],
    ['noise', () => 128 + 60 * (random.next() + random.next() + random.next() - 1.5)],
    ['an even slope', (x: number) => 2 * x],
    ['a part that is hardly darker', (x: number, y: number) => (inside(x, y, 40, 40, 80, 70) ? 121 : 127)],
  ])('sees no contrast in %s', (_, level) => {
    expect(doubt(level)).toBe('no-contrast');
  });

  it('sees several pieces where two are nearly equal, not where one is small', () => {
    const two = (size: number) => (x: number, y: number) =>
      inside(x, y, 10, 10, 40, 40) || inside(x, y, 60, 60, 60 + size, 60 + size) ? 40 : 200;
    expect(doubt(two(26))).toBe('several-pieces');
    expect(doubt(two(20))).toBe('none');
  });

  it('sees a part that the border cuts, not one that touches it', () => {
    expect(doubt((x, y) => (inside(x, y, 40, 0, 100, 60) ? 40 : 200))).toBe('cut-off');
    expect(doubt((x, y) => (inside(x, y, 40, 0, 80, 60) ? 40 : 200))).toBe('none');
  });

  it('sees what takes nearly everything, or nearly nothing', () => {
    expect(doubt((x, y) => (inside(x, y, 2, 2, 118, 98) ? 40 : 200))).toBe('fills-picture');
    expect(doubt((x, y) => (inside(x, y, 40, 40, 44, 45) ? 40 : 200))).toBe('too-small');
    expect(doubt((x, y) => (inside(x, y, 40, 40, 46, 46) ? 40 : 200))).toBe('none');
  });

  it('is about the part’s surroundings, not about its own colours', () => {
    // A hazelnut with a bright spot: the part's own spread is as large as its distance from the background.
    expect(
      doubt((x, y) => (inside(x, y, 20, 20, 90, 80) ? (inside(x, y, 30, 30, 45, 45) ? 250 : 110) : 20)),
    ).toBe('none');
  });
});
