import { describe, expect, it } from 'vitest';
import type { PartSilhouette } from '../../src-main/pipeline/part-silhouette.ts';
import { silhouetteMoments, turnedBox } from '../../src-main/pipeline/silhouette-moments.ts';

function silhouette(
  width: number,
  height: number,
  isPart: (x: number, y: number) => boolean,
  ratio: readonly [number, number] = [1, 1],
): PartSilhouette {
  const mask = Uint8Array.from({ length: width * height }, (_, i) =>
    isPart((i % width) + 0.5, Math.floor(i / width) + 0.5) ? 1 : 0,
  );
  const thumbnail = { width, height, data: new Uint8Array(width * height * 3) };
  return { thumbnail, mask, ratioX: ratio[0], ratioY: ratio[1], background: [0, 0, 0] };
}

describe('silhouetteMoments', () => {
  it('of a rectangle, by hand: variance of a side is its square over 12', () => {
    const box = silhouette(40, 30, (x, y) => x > 3 && x < 15 && y > 10 && y < 14);
    const { area, centroid, axis, elongation, skew } = silhouetteMoments(box);
    expect([area, centroid.x, centroid.y]).toEqual([48, 9, 12]);
    expect(axis).toBeCloseTo(0, 9);
    expect(elongation).toBeCloseTo(12 / 4, 9);
    expect(skew).toBeCloseTo(0, 9);
  });

  it('counts in pixels of the picture, which need not be as far apart across as down', () => {
    const box = silhouette(40, 30, (x, y) => x > 3 && x < 15 && y > 10 && y < 14, [2, 5]);
    const { area, centroid, elongation, axis } = silhouetteMoments(box);
    expect([area, centroid.x, centroid.y]).toEqual([480, 18, 60]);
    expect(elongation).toBeCloseTo(24 / 20, 9);
    expect(axis).toBeCloseTo(0, 9);
  });

  it.each([
    [0, 1, 0],
    [0, -1, Math.PI],
    [1, 1, Math.PI / 2],
    [1, -1, -Math.PI / 2],
  ])('of a triangle: its skew is 2√2 / 5, towards the tip (upright %i, sign %i)', (upright, sign, angle) => {
    // Base 60, height 120; the height's distribution is linear.
    const part = silhouette(160, 160, (x, y) => {
      const [along, across] = upright ? [y - 80, x - 80] : [x - 80, y - 80];
      const fromBase = 60 + sign * along;
      return fromBase > 0 && Math.abs(across) < (30 * (120 - fromBase)) / 120;
    });
    const { axis, skew, elongation } = silhouetteMoments(part);
    expect(skew).toBeCloseTo((2 * Math.SQRT2) / 5, 2);
    expect(Math.cos(axis - angle)).toBeCloseTo(1, 6);
    // Variances: height² / 18 and base² / 24.
    expect(elongation).toBeCloseTo(Math.sqrt(120 ** 2 / 18 / (60 ** 2 / 24)), 1);
  });

  it('follows the definition on a shape of its own, pixel by pixel', () => {
    const is = (x: number, y: number) =>
      (x - 30) ** 2 / 400 + (y - 22 - 0.4 * x) ** 2 / 90 < 1 || (x < 20 && y < 12);
    const part = silhouette(64, 64, is, [1.5, 1.25]);
    const points: [number, number][] = [];
    for (let y = 0; y < 64; y++) {
      for (let x = 0; x < 64; x++) if (is(x + 0.5, y + 0.5)) points.push([(x + 0.5) * 1.5, (y + 0.5) * 1.25]);
    }
    const { centroid, axis, skew, elongation } = silhouetteMoments(part);
    const mean = (value: (x: number, y: number) => number) =>
      points.reduce((sum, [x, y]) => sum + value(x - centroid.x, y - centroid.y), 0) / points.length;
    expect(mean((x) => x)).toBeCloseTo(0, 9);
    expect(mean((_, y) => y)).toBeCloseTo(0, 9);
    const along = (turn: number) => (x: number, y: number) => x * Math.cos(turn) + y * Math.sin(turn);
    // The spread of a pixel's own area in a direction.
    const own = (turn: number) => ((1.5 * Math.cos(turn)) ** 2 + (1.25 * Math.sin(turn)) ** 2) / 12;
    const variance = (turn: number) => mean((x, y) => along(turn)(x, y) ** 2) + own(turn);
    for (let turn = 0; turn < Math.PI; turn += 0.01) {
      expect(variance(turn)).toBeLessThanOrEqual(variance(axis) + 1e-9);
    }
    expect(elongation).toBeCloseTo(Math.sqrt(variance(axis) / variance(axis + Math.PI / 2)), 9);
    expect(skew).toBeCloseTo(mean((x, y) => along(axis)(x, y) ** 3) / variance(axis) ** 1.5, 9);
    expect(skew).toBeGreaterThan(0);
  });
});

describe('turnedBox', () => {
  it('is the rectangle itself, from any of its sides', () => {
    const box = silhouette(40, 30, (x, y) => x > 3 && x < 15 && y > 10 && y < 14, [2, 5]);
    for (const [angle, length, width] of [
      [0, 24, 20],
      [Math.PI / 2, 20, 24],
      [Math.PI, 24, 20],
      [-Math.PI / 2, 20, 24],
    ] as const) {
      const found = turnedBox(box, angle);
      expect(found.centre.x).toBeCloseTo(18, 9);
      expect(found.centre.y).toBeCloseTo(60, 9);
      expect([found.length, found.width]).toEqual([expect.closeTo(length, 9), expect.closeTo(width, 9)]);
    }
  });

  it('reaches as far to all sides of a middle that is given as the part does to one', () => {
    const box = silhouette(40, 30, (x, y) => x > 3 && x < 15 && y > 10 && y < 14);
    const found = turnedBox(box, 0, { x: 7, y: 13 });
    expect(found).toEqual({ centre: { x: 7, y: 13 }, length: 16, width: 6 });
  });

  it('holds the corners of a single pixel that is turned by 45°', () => {
    const found = turnedBox(
      silhouette(3, 3, (x, y) => x > 1 && x < 2 && y > 1 && y < 2),
      Math.PI / 4,
    );
    expect(found).toEqual({
      centre: { x: expect.closeTo(1.5, 9), y: expect.closeTo(1.5, 9) },
      length: expect.closeTo(Math.SQRT2, 9),
      width: expect.closeTo(Math.SQRT2, 9),
    });
  });
});
