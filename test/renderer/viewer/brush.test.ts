import { describe, expect, it } from 'vitest';
import { strokedPolygons } from '../../../src-renderer/viewer/brush.ts';
import { containsPoint } from '../../../src-renderer/viewer/geometry.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';

const image = { width: 400, height: 300 };
const square: Polygon = [
  [
    [100, 100],
    [200, 100],
    [200, 200],
    [100, 200],
    [100, 100],
  ],
];

/** Shoelace; holes count against their outline. */
function areaOf(polygons: readonly Polygon[]): number {
  const ring = (points: Polygon[number]) =>
    Math.abs(
      points.reduce((sum, [x, y], i) => {
        const [nextX, nextY] = points[(i + 1) % points.length]!;
        return sum + x * nextY - nextX * y;
      }, 0),
    ) / 2;
  return polygons.reduce(
    (sum, [outline, ...holes]) => sum + ring(outline!) - holes.reduce((s, h) => s + ring(h), 0),
    0,
  );
}

/** Difference from what is right, as a part of it. */
function deviation(value: number, right: number): number {
  return Math.abs(value / right - 1);
}

describe('a brush', () => {
  it('leaves a disc where it is pressed once', () => {
    const polygons = strokedPolygons([], [{ points: [{ x: 150, y: 150 }], radius: 20, erase: false }], image);
    expect(polygons).toHaveLength(1);
    expect(deviation(areaOf(polygons), Math.PI * 400)).toBeLessThan(0.01);
  });

  it('leaves a capsule along its way', () => {
    const points = [
      { x: 100, y: 150 },
      { x: 130, y: 150 },
      { x: 200, y: 150 },
    ];
    const polygons = strokedPolygons([], [{ points, radius: 10, erase: false }], image);
    expect(deviation(areaOf(polygons), 100 * 20 + Math.PI * 100)).toBeLessThan(0.01);
  });

  it('stays fine when it is smaller than a pixel', () => {
    const polygons = strokedPolygons(
      [],
      [{ points: [{ x: 50.3, y: 60.7 }], radius: 0.4, erase: false }],
      image,
    );
    expect(areaOf(polygons) / (Math.PI * 0.16)).toBeGreaterThan(0.9);
    expect(areaOf(polygons) / (Math.PI * 0.16)).toBeLessThan(1.1);
  });

  it('joins strokes that overlap and keeps others apart', () => {
    const dab = (x: number) => ({ points: [{ x, y: 100 }], radius: 12, erase: false });
    expect(strokedPolygons([], [dab(100), dab(115)], image)).toHaveLength(1);
    expect(strokedPolygons([], [dab(100), dab(150)], image)).toHaveLength(2);
  });

  it('ends at the edge of the image', () => {
    const polygons = strokedPolygons([], [{ points: [{ x: 0, y: 300 }], radius: 40, erase: false }], image);
    for (const [x, y] of polygons.flat(2)) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(300);
    }
    expect(areaOf(polygons) / ((Math.PI * 1600) / 4)).toBeCloseTo(1, 1);
  });
});

describe('an eraser', () => {
  it('makes a hole', () => {
    const hole = { points: [{ x: 150, y: 150 }], radius: 20, erase: true };
    const polygons = strokedPolygons([square], [hole], image);
    expect(polygons).toHaveLength(1);
    expect(polygons[0]).toHaveLength(2);
    expect(deviation(areaOf(polygons), 10_000 - Math.PI * 400)).toBeLessThan(0.01);
    expect(containsPoint(polygons, { x: 150, y: 150 })).toBe(false);
    expect(containsPoint(polygons, { x: 110, y: 110 })).toBe(true);
  });

  it('cuts in two, and what it took a brush puts back', () => {
    const way = [
      { x: 150, y: 80 },
      { x: 150, y: 220 },
    ];
    const cut = { points: way, radius: 5, erase: true };
    expect(strokedPolygons([square], [cut], image)).toHaveLength(2);
    const mended = strokedPolygons([square], [cut, { ...cut, radius: 6, erase: false }], image);
    expect(mended).toHaveLength(1);
  });

  it('leaves nothing of what it covers', () => {
    const all = { points: [{ x: 150, y: 150 }], radius: 100, erase: true };
    expect(strokedPolygons([square], [all], image)).toEqual([]);
    expect(strokedPolygons([], [all], image)).toEqual([]);
  });
});

it('keeps an area without strokes as it is, holes included', () => {
  const ring: Polygon = [
    square[0]!,
    [
      [130, 130],
      [170, 130],
      [170, 170],
      [130, 170],
      [130, 130],
    ],
  ];
  const [polygon, ...others] = strokedPolygons([ring], [], image);
  expect(others).toEqual([]);
  expect(polygon).toHaveLength(2);
  expect(areaOf([polygon!]) / 8400).toBeCloseTo(1, 2);
});
