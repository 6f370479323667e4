import { expect, it } from 'vitest';
import {
  annotatedArea,
  boundsOf,
  boxBetween,
  boxPolygon,
  containsPoint,
  NO_AREA,
  ringThrough,
  shapeAt,
} from '../../../src-renderer/viewer/geometry.ts';
import type { Annotation } from '../../../src-shared/annotation.ts';
import type { Polygon } from '../../../src-shared/geometry.ts';
import type { Region } from '../../../src-shared/result.ts';

const large = boxPolygon({ x: 0, y: 0, width: 100, height: 100 });
const small = boxPolygon({ x: 40, y: 40, width: 20, height: 20 });

it('counts a hole as outside', () => {
  const ring: Polygon = [large[0]!, small[0]!];
  expect(containsPoint([ring], { x: 10, y: 10 })).toBe(true);
  expect(containsPoint([ring], { x: 50, y: 50 })).toBe(false);
  expect(containsPoint([ring], { x: 101, y: 50 })).toBe(false);
});

it('finds the smallest shape, so that one within another can be reached', () => {
  const shapes = [
    { id: 'large', polygons: [large] },
    { id: 'small', polygons: [small] },
  ];
  expect(shapeAt(shapes, { x: 50, y: 50 })?.id).toBe('small');
  expect(shapeAt(shapes, { x: 10, y: 50 })?.id).toBe('large');
  expect(shapeAt(shapes, { x: 200, y: 50 })).toBeUndefined();
});

it('bounds polygons; nothing has no bounds', () => {
  expect(boundsOf([small, large])).toEqual({ x: 0, y: 0, width: 100, height: 100 });
  expect(boundsOf([])).toBeNull();
});

it('makes a box of any two corners, within the image', () => {
  const image = { width: 80, height: 60 };
  expect(boxBetween({ x: 90, y: 10 }, { x: 20, y: -5 }, image)).toEqual({
    x: 20,
    y: 0,
    width: 60,
    height: 10,
  });
});

it('closes rings', () => {
  expect(
    ringThrough([
      { x: 1, y: 2 },
      { x: 3.456, y: 2 },
      { x: 3, y: 9 },
    ]),
  ).toEqual([
    [
      [1, 2],
      [3.46, 2],
      [3, 9],
      [1, 2],
    ],
  ]);
});

it("means an annotation's own area, else that of its region", () => {
  const region = { index: 2, polygons: [large] } as unknown as Region;
  const annotation = { regionIndex: 2, polygons: null } as unknown as Annotation;
  expect(annotatedArea(annotation, [region])).toBe(region.polygons);
  expect(annotatedArea({ ...annotation, polygons: [small] }, [region])).toEqual([small]);
  expect(annotatedArea({ ...annotation, regionIndex: 7 }, [region])).toBe(NO_AREA);
});
