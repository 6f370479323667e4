import { describe, expect, test } from 'vitest';
import { fillPolygons, pixelMask } from '../../src-main/pipeline/polygon-raster.ts';
import { runLengths } from '../../src-main/reports/coco-export.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { covers, holed } from '../reports/report-fixture.ts';

const [width, height] = [70, 40];

function naive(polygons: readonly Polygon[]): number[] {
  return Array.from({ length: width * height }, (_, i) =>
    covers(polygons, (i % width) + 0.5, Math.floor(i / width) + 0.5) ? 1 : 0,
  );
}

let seed = 5;
const random = () => {
  seed = (seed * 16807) % 2147483647;
  return seed / 2147483647;
};
const ring = (points: number) =>
  Array.from({ length: points }, () => [random() * 90 - 10, random() * 60 - 10] as const);

describe.each([
  ['a hole', [holed]],
  [
    'two polygons that overlap',
    [
      holed,
      [
        [
          [50, 5],
          [69, 5],
          [69, 30],
        ],
      ],
    ] as Polygon[],
  ],
  ['crossing rings that leave the raster', [[ring(9)], [ring(5), ring(4)]]],
  ['many random rings', Array.from({ length: 12 }, () => [ring(6)])],
  [
    'a polygon of no area',
    [
      [
        [
          [3, 3],
          [20, 3],
        ],
      ],
    ] as Polygon[],
  ],
  [
    'edges on pixel centres',
    [
      [
        [
          [2.5, 2.5],
          [8.5, 2.5],
          [8.5, 8.5],
          [2.5, 8.5],
        ],
      ],
    ] as Polygon[],
  ],
  ['nothing', []],
])('%s', (name, polygons) => {
  const expected = naive(polygons);

  test('is filled as a test of every pixel centre says', () => {
    const raster = new Uint8Array(width * height);
    fillPolygons(raster, width, height, polygons, 1);
    expect([...raster]).toEqual(expected);
    if (name === 'a hole') expect(expected.reduce((a, b) => a + b)).toBe(20 * 20 - 10 * 10);
  });

  test('has the area and the box of those pixels', () => {
    const { area, box } = pixelMask(polygons, width, height);
    const covered = expected.flatMap((value, i) =>
      value ? [[i % width, Math.floor(i / width)] as const] : [],
    );
    expect(area).toBe(covered.length);
    const [xs, ys] = [covered.map(([x]) => x), covered.map(([, y]) => y)];
    if (covered.length === 0) return expect(box).toEqual({ x: 0, y: 0, width: 0, height: 0 });
    const [x, y] = [Math.min(...xs), Math.min(...ys)];
    expect(box).toEqual({ x, y, width: Math.max(...xs) + 1 - x, height: Math.max(...ys) + 1 - y });
  });

  test('has run lengths that decode to the same pixels, column by column', () => {
    const { counts, size } = runLengths(pixelMask(polygons, width, height), width, height);
    expect(size).toEqual([height, width]);
    const columns = counts.flatMap((count, i) => new Array<number>(count).fill(i % 2));
    expect(columns).toHaveLength(width * height);
    const rows = expected.map((_, i) => columns[(i % width) * height + Math.floor(i / width)]);
    expect(rows).toEqual(expected);
  });
});
