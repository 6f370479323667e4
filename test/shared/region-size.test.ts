import { describe, expect, it } from 'vitest';
import { hashOfJson } from '../../src-main/files/canonical-json.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { isBelowLimit, minimumDefectSchema, sizeLimits } from '../../src-shared/minimum-defect.ts';
import { recipeSchema } from '../../src-shared/recipe.ts';
import { inMillimetres, regionSize } from '../../src-shared/region-size.ts';
import { isSameScale, otherSize, scaleSchema, typedScale } from '../../src-shared/scale.ts';
import { recipe } from '../store/results-fixture.ts';

const square = (x: number, y: number, width: number, height: number): Polygon[number] => [
  [x, y],
  [x + width, y],
  [x + width, y + height],
  [x, y + height],
  [x, y],
];
const box = { x: 0, y: 0, width: 3, height: 4 };

describe('size of a region', () => {
  it('is of the outline, with the area of the mask', () => {
    const size = regionSize({ polygons: [[square(10, 10, 30, 40)]], area: 1100, box });
    expect(size.length).toBeCloseTo(50, 12);
    expect(size.width).toBeCloseTo(30, 12);
    expect(size.area).toBe(1100);
    expect((size.equivalentDiameter / 2) ** 2 * Math.PI).toBeCloseTo(1100, 9);
  });

  it('of a line of pixels is as long as their diagonal and one wide', () => {
    const size = regionSize({ polygons: [[square(5, 5, 12, 1)]], area: 12, box });
    expect(size.length).toBeCloseTo(Math.hypot(12, 1), 12);
    expect(size.width).toBeCloseTo(1, 12);
  });

  it('of several parts reaches from one to the other', () => {
    const size = regionSize({ polygons: [[square(0, 0, 1, 1)], [square(9, 0, 1, 1)]], area: 2, box });
    expect(size.length).toBeCloseTo(Math.hypot(10, 1), 12);
    expect(size.width).toBeCloseTo(1, 12);
  });

  it('is the same with a hole', () => {
    const outline = square(0, 0, 30, 40);
    const whole = regionSize({ polygons: [[outline]], area: 1200, box });
    const holed = regionSize({ polygons: [[outline, square(1, 1, 28, 38)]], area: 1200, box });
    expect(holed).toEqual(whole);
  });

  it('is of the box where there is no outline, and as it was stored where it was', () => {
    expect(regionSize({ polygons: [], area: 6, box })).toMatchObject({ length: 5, width: 3 });
    expect(regionSize({ polygons: [], area: 6, box, length: 7, width: 2 })).toMatchObject({
      length: 7,
      width: 2,
    });
  });

  it('in millimetres: lengths by the scale, the area by its square', () => {
    const size = { length: 50, width: 30, area: 1200, equivalentDiameter: 40 };
    expect(inMillimetres(size, typedScale(0.05))).toEqual({
      length: 2.5,
      width: 1.5,
      area: 1200 * 0.05 ** 2,
      equivalentDiameter: 2,
    });
  });
});

describe('scale', () => {
  const drawn = { millimetresPerPixel: 0.1, source: 'drawn', imageWidth: 640, imageHeight: 480 } as const;

  it('is above 0 and of both sides of an image, or of any', () => {
    expect(scaleSchema.safeParse(drawn).success).toBe(true);
    expect(scaleSchema.safeParse(typedScale(0.1)).success).toBe(true);
    expect(scaleSchema.safeParse({ ...drawn, imageHeight: null }).success).toBe(false);
    for (const millimetresPerPixel of [0, -1, Number.POSITIVE_INFINITY, Number.NaN]) {
      expect(scaleSchema.safeParse({ ...drawn, millimetresPerPixel }).success).toBe(false);
    }
  });

  it('holds for images of its size; typed for any', () => {
    expect(otherSize(drawn, 640, 480)).toBeUndefined();
    expect(otherSize(drawn, 480, 640)).toEqual({ width: 640, height: 480 });
    expect(otherSize(typedScale(0.1), 480, 640)).toBeUndefined();
  });

  it('is the same when nothing differs', () => {
    expect(isSameScale(drawn, { ...drawn })).toBe(true);
    expect(isSameScale(null, null)).toBe(true);
    expect(isSameScale(drawn, null)).toBe(false);
    expect(isSameScale(drawn, { ...drawn, imageWidth: 641 })).toBe(false);
    expect(isSameScale(typedScale(0.1), { ...typedScale(0.1), source: 'drawn' })).toBe(false);
  });
});

describe('smallest defect that matters', () => {
  it('says a length, an area or both, above 0', () => {
    expect(minimumDefectSchema.safeParse({ unit: 'mm', length: 0.5 }).success).toBe(true);
    expect(minimumDefectSchema.safeParse({ unit: 'px', area: 20, length: 9 }).success).toBe(true);
    expect(minimumDefectSchema.safeParse({ unit: 'mm' }).success).toBe(false);
    expect(minimumDefectSchema.safeParse({ unit: 'mm', length: 0 }).success).toBe(false);
  });

  it('becomes pixels by the scale, an area by its square', () => {
    const limits = sizeLimits({ unit: 'mm', length: 0.5, area: 0.2 }, typedScale(0.05))!;
    expect(limits.length).toBeCloseTo(10, 12);
    expect(limits.area).toBeCloseTo(80, 9);
    expect(sizeLimits({ unit: 'px', length: 3 }, null)).toMatchObject({ length: 3 });
    expect(sizeLimits(undefined, null)).toBeUndefined();
  });

  it('in millimetres without a scale is refused', () => {
    expect(() => sizeLimits({ unit: 'mm', area: 1 }, null)).toThrowError(
      expect.objectContaining({ code: 'conflict', details: { case: 'scale-missing' } }),
    );
  });

  it('is what is below every limit that is given; at a limit it matters', () => {
    const both = { length: 10, area: 50 };
    expect(isBelowLimit({ length: 9.9, area: 49 }, both)).toBe(true);
    expect(isBelowLimit({ length: 10, area: 49 }, both)).toBe(false);
    expect(isBelowLimit({ length: 9.9, area: 50 }, both)).toBe(false);
    expect(isBelowLimit({ length: 9.9, area: 5000 }, { length: 10 })).toBe(true);
    expect(isBelowLimit({ length: 9000, area: 49 }, { area: 50 })).toBe(true);
    expect(isBelowLimit({ length: 0, area: 0 }, {})).toBe(false);
  });
});

it('a recipe from before keeps its hash, and one with a scale and a smallest defect is valid', () => {
  expect(hashOfJson(recipeSchema.parse(recipe))).toBe(hashOfJson(recipe));
  const said = { ...recipe, scale: typedScale(0.02), minimumDefect: { unit: 'mm', length: 0.5 } };
  expect(recipeSchema.parse(said)).toEqual(said);
  expect(hashOfJson(recipeSchema.parse(said))).not.toBe(hashOfJson(recipe));
});
