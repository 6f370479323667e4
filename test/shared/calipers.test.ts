import { describe, expect, it } from 'vitest';
import { calipers, convexHull } from '../../src-shared/calipers.ts';
import { Random } from '../../src-shared/random.ts';

type Place = readonly [number, number];

/** Longest distance of all pairs. */
function farthestPair(points: readonly Place[]): number {
  return Math.max(0, ...points.flatMap((a) => points.map((b) => Math.hypot(a[0] - b[0], a[1] - b[1]))));
}

/** Extent of the points in a direction given in radians. */
function extent(points: readonly Place[], angle: number): number {
  const along = points.map(([x, y]) => x * Math.cos(angle) + y * Math.sin(angle));
  return Math.max(...along) - Math.min(...along);
}

/** Least extent over the directions across every pair of points: an edge of the hull is one of them. */
function thinnest(points: readonly Place[]): number {
  let least = Number.POSITIVE_INFINITY;
  for (const a of points) {
    for (const b of points) {
      if (a[0] === b[0] && a[1] === b[1]) continue;
      least = Math.min(least, extent(points, Math.atan2(b[0] - a[0], a[1] - b[1])));
    }
  }
  return least;
}

const rectangle = (width: number, height: number, turned = 0): Place[] =>
  [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ].map(([x = 0, y = 0]) => [
    100 + x * Math.cos(turned) - y * Math.sin(turned),
    50 + x * Math.sin(turned) + y * Math.cos(turned),
  ]);

describe('calipers', () => {
  it('of a rectangle are its diagonal and its short side, however it is turned', () => {
    for (const degrees of [0, 30, 45, 90, 137]) {
      const { longest, shortest } = calipers(rectangle(40, 9, (degrees * Math.PI) / 180));
      expect(longest).toBeCloseTo(41, 9);
      expect(shortest).toBeCloseTo(9, 9);
    }
  });

  it('of one pixel are its diagonal and its side', () => {
    expect(calipers(rectangle(1, 1)).longest).toBeCloseTo(Math.SQRT2, 12);
    expect(calipers(rectangle(1, 1)).shortest).toBeCloseTo(1, 12);
  });

  it('of a disc are both its diameter, as near as its corners come', () => {
    const disc = Array.from({ length: 720 }, (_, i): Place => {
      const angle = (i * Math.PI) / 360;
      return [10 + 5 * Math.cos(angle), 20 + 5 * Math.sin(angle)];
    });
    const { longest, shortest } = calipers(disc);
    expect(longest).toBeCloseTo(10, 9);
    expect(shortest).toBeCloseTo(10 * Math.cos(Math.PI / 720), 9);
  });

  it('of an equilateral triangle are its side and its height', () => {
    const { longest, shortest } = calipers([
      [0, 0],
      [6, 0],
      [3, 3 * Math.sqrt(3)],
    ]);
    expect(longest).toBeCloseTo(6, 12);
    expect(shortest).toBeCloseTo(3 * Math.sqrt(3), 12);
  });

  it('of points on a line are its length and 0, of one point or none 0', () => {
    expect(
      calipers([
        [1, 1],
        [4, 5],
        [2.5, 3],
        [1, 1],
      ]),
    ).toEqual({ longest: 5, shortest: 0 });
    expect(
      calipers([
        [7, 7],
        [7, 7],
      ]),
    ).toEqual({ longest: 0, shortest: 0 });
    expect(calipers([])).toEqual({ longest: 0, shortest: 0 });
  });

  it('are those of all pairs and of all directions, on scattered points', () => {
    const random = new Random(7);
    for (let round = 0; round < 200; round++) {
      const count = 3 + Math.floor(random.next() * 25);
      // Whole numbers put many points on one line and many edges parallel; others do not.
      const place = () => (round % 2 === 0 ? Math.floor(random.next() * 8) : random.next() * 100);
      const points = Array.from({ length: count }, (): Place => [place(), place()]);
      const { longest, shortest } = calipers(points);
      expect(longest).toBeCloseTo(farthestPair(points), 9);
      expect(shortest).toBeCloseTo(convexHull(points).length < 3 ? 0 : thinnest(points), 9);
    }
  });
});

describe('convex hull', () => {
  it('has the corners alone, once each', () => {
    const hull = convexHull([
      [0, 0],
      [2, 0],
      [4, 0],
      [4, 4],
      [4, 2],
      [0, 4],
      [2, 2],
      [0, 0],
      [0, 2],
    ]);
    expect(new Set(hull.map(String))).toEqual(new Set(['0,0', '4,0', '4,4', '0,4']));
    expect(hull).toHaveLength(4);
  });
});
