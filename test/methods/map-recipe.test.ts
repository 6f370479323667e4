import { expect, it } from 'vitest';
import { mapDecidedBy } from '../../src-main/methods/map-recipe.ts';
import { TINY_RECIPE } from '../inference/tiny-pack.ts';

it('names what decides a map: words and method, and θ only where the method heeds it', () => {
  const { object, prompts } = TINY_RECIPE;
  const other = { ...TINY_RECIPE, theta: 0.9, lambda: 3, warn: 0.9, reject: 0.9 };
  for (const recipe of [TINY_RECIPE, other]) {
    expect(mapDecidedBy(recipe)).toEqual({ object, prompts });
    expect(mapDecidedBy({ ...recipe, method: { name: 'clipsam', refine: false } })).toEqual({
      object,
      prompts,
    });
    expect(mapDecidedBy({ ...recipe, method: { name: 'saa', refine: true } })).toEqual({
      ...{ object, prompts },
      method: 'saa',
    });
  }
  const regions = { theta: 0.9, minRegionArea: 0, maxRegions: 3 };
  expect(mapDecidedBy({ ...other, method: { name: 'sam-boxes-only', refine: false } })).toEqual({
    ...{ object, prompts, regions },
    method: 'sam-boxes-only',
  });
});
