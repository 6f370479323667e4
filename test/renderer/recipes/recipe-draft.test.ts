import { describe, expect, it } from 'vitest';
import { type DraftField, fromDraft, toDraft } from '../../../src-renderer/recipes/recipe-draft.ts';
import { DEFAULT_PROMPTS } from '../../../src-shared/default-prompts.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';

const RECIPE: Recipe = {
  schemaVersion: 1,
  name: 'Nuts',
  pack: 'lite',
  object: 'metal nut',
  prompts: DEFAULT_PROMPTS,
  theta: 0.8,
  minRegionArea: 0.0001,
  maxRegions: 8,
  pointsPerRegion: 3,
  lambda: 1,
  warn: 0.8,
  reject: 0.86,
  maxPixels: 150_000_000,
};
const draft = toDraft(RECIPE);

function issueOf(field: DraftField, value: string | number) {
  const read = fromDraft({ ...draft, [field]: value }, 'lite');
  return 'issues' in read ? read.issues : {};
}

it('comes back as the same recipe', () => {
  expect(draft.minRegionArea).toBe(0.01);
  expect(draft.maxPixels).toBe(150);
  expect(fromDraft(draft, 'lite')).toEqual({ recipe: RECIPE });
});

it.each([1e-7, 0.0003, 0.07, 0.123456, 1])('keeps the area %f exactly', (minRegionArea) => {
  const recipe = { ...RECIPE, minRegionArea };
  expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
});

it('takes lines as phrases and leaves empty ones out', () => {
  const read = fromDraft({ ...draft, normal: '  {}  \n\n good {}\n' }, 'lite');
  expect('recipe' in read && read.recipe.prompts.normal).toEqual(['{}', 'good {}']);
});

describe('says in which field what is wrong', () => {
  it.each([
    ['name', '   ', 'empty', 0, 0],
    ['name', 'x'.repeat(201), 'too-long', 200, 0],
    ['object', '', 'empty', 0, 0],
    ['normal', '\n', 'empty', 0, 0],
    ['abnormal', 'broken {}\nbent', 'braces', 0, 2],
    ['templates', Array.from({ length: 129 }, () => 'a {}').join('\n'), 'too-many', 128, 0],
    ['theta', 1.2, 'at-most', 1, 0],
    ['theta', '', 'number', 0, 0],
    ['theta', '-', 'number', 0, 0],
    ['minRegionArea', 120, 'at-most', 100, 0],
    ['maxRegions', 2.5, 'whole', 0, 0],
    ['maxRegions', 65, 'at-most', 64, 0],
    ['pointsPerRegion', 0, 'at-least', 1, 0],
    ['lambda', -1, 'at-least', 0, 0],
    ['maxPixels', 2000, 'at-most', 1000, 0],
    ['maxPixels', '', 'number', 0, 0],
    ['warn', 0.9, 'order', 0, 0],
  ] as const)('%s = %s', (field, value, text, limit, line) => {
    expect(issueOf(field, value)).toEqual({ [field]: { text, values: { limit, line } } });
  });
});
