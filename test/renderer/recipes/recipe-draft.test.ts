import { describe, expect, it } from 'vitest';
import { fromDraft, type PlainField, toDraft } from '../../../src-renderer/recipes/recipe-draft.ts';
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

function issueOf(field: PlainField, value: string | number) {
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

describe('second opinions', () => {
  const opinions: NonNullable<Recipe['opinions']> = {
    consensus: 'automatic',
    references: 'off',
    tokens: 'fine',
    alignment: 'on',
    rotations: true,
    window: 4,
    weights: { language: 0.2, consensus: 0.35, references: 0.45 },
  };

  it('come back as they were', () => {
    const recipe = { ...RECIPE, opinions };
    expect(toDraft(recipe).opinions.weights).toEqual({ language: 20, consensus: 35, references: 45 });
    expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
  });

  it('are left out of a recipe where they are what one without them means, so that its hash stays', () => {
    const off = { ...draft, opinions: { ...draft.opinions, references: 'off' as const } };
    expect(fromDraft(off, 'lite')).toMatchObject({
      recipe: { opinions: { references: 'off', window: null } },
    });
    const back = fromDraft({ ...off, opinions: draft.opinions }, 'lite');
    expect('recipe' in back && 'opinions' in back.recipe).toBe(false);
  });

  it('take an empty window for none', () => {
    const read = fromDraft({ ...draft, opinions: { ...draft.opinions, window: 6 } }, 'lite');
    expect('recipe' in read && read.recipe.opinions?.window).toBe(6);
    const emptied = fromDraft({ ...draft, opinions: { ...draft.opinions, window: '' } }, 'lite');
    expect(emptied).toEqual({ recipe: RECIPE });
  });

  it('say in which field what is wrong', () => {
    const weights = { language: 120, consensus: '', references: 50 };
    const wrong = { ...draft, opinions: { ...draft.opinions, isFixed: true, window: 2.5, weights } };
    const values = { limit: 0, line: 0 };
    expect(fromDraft(wrong, 'lite')).toEqual({
      issues: {
        window: { text: 'whole', values },
        'weight-language': { text: 'at-most', values: { limit: 100, line: 0 } },
        'weight-consensus': { text: 'number', values },
      },
    });
  });
});

describe('a method', () => {
  it.each([
    { name: 'winclip', refine: false },
    { name: 'april-gan', refine: true },
    { name: 'clipsam', refine: false },
  ] as const)('comes back as it was: $name', (method) => {
    const recipe = { ...RECIPE, method };
    expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
  });

  it('is left out where it is ClipSAM with SAM behind it, so that the hash stays', () => {
    expect(draft.method).toEqual({ name: 'clipsam', refine: true });
    const other = fromDraft({ ...draft, method: { name: 'winclip', refine: false } }, 'lite');
    expect(other).toEqual({ recipe: { ...RECIPE, method: { name: 'winclip', refine: false } } });
    const back = fromDraft({ ...draft, method: { name: 'clipsam', refine: true } }, 'lite');
    expect('recipe' in back && 'method' in back.recipe).toBe(false);
  });
});

describe('tiles', () => {
  it.each([
    { mode: 'scale', scale: 0.35, overlap: 0.125 },
    { mode: 'smallest-defect', pixels: 12, tokens: 1.5, overlap: 0.3 },
  ] as const)('come back as they were: $mode', (tiles) => {
    const recipe = { ...RECIPE, tiles };
    expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
  });

  it('are left out where images are looked at as a whole, so that the hash stays', () => {
    expect(draft.tiles.mode).toBe('off');
    const tiled = { ...draft, tiles: { ...draft.tiles, mode: 'scale' as const } };
    expect(fromDraft(tiled, 'lite')).toEqual({
      recipe: { ...RECIPE, tiles: { mode: 'scale', scale: 1, overlap: 0.25 } },
    });
    const back = fromDraft({ ...tiled, tiles: draft.tiles }, 'lite');
    expect('recipe' in back && 'tiles' in back.recipe).toBe(false);
  });

  it('say in which field what is wrong', () => {
    const scale = { ...draft.tiles, mode: 'scale' as const, scale: 150, overlap: 60 };
    expect(fromDraft({ ...draft, tiles: scale }, 'lite')).toEqual({
      issues: {
        'tile-scale': { text: 'at-most', values: { limit: 100, line: 0 } },
        'tile-overlap': { text: 'at-most', values: { limit: 50, line: 0 } },
      },
    });
    const defect = { ...draft.tiles, mode: 'smallest-defect' as const, pixels: '', tokens: 0 };
    expect(fromDraft({ ...draft, tiles: defect }, 'lite')).toEqual({
      issues: {
        'tile-pixels': { text: 'number', values: { limit: 0, line: 0 } },
        'tile-tokens': { text: 'at-least', values: { limit: 0.25, line: 0 } },
      },
    });
  });
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

it('two people come back as they were, and are left out where one is enough', () => {
  const recipe = { ...RECIPE, signatures: { twoPeople: true as const } };
  expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
  const back = fromDraft({ ...toDraft(recipe), twoPeople: false }, 'lite');
  expect('recipe' in back && 'signatures' in back.recipe).toBe(false);
});

describe('sizes', () => {
  const scale = { millimetresPerPixel: 0.05, source: 'drawn', imageWidth: 1000, imageHeight: 800 } as const;
  const sizesOf = (changes: Partial<typeof draft.sizes>, of: Recipe = RECIPE) => {
    const begun = toDraft(of);
    return fromDraft({ ...begun, sizes: { ...begun.sizes, ...changes } }, 'lite');
  };

  it('come back as they were', () => {
    for (const minimumDefect of [
      { unit: 'mm', length: 0.5, area: 0.1 },
      { unit: 'px', length: 12 },
      { unit: 'mm', area: 0.02 },
    ] as const) {
      const recipe = { ...RECIPE, scale, minimumDefect };
      expect(fromDraft(toDraft(recipe), 'lite')).toEqual({ recipe });
    }
  });

  it('are left out where nothing is typed, and gone where it is cleared', () => {
    expect(sizesOf({})).toEqual({ recipe: RECIPE });
    const recipe: Recipe = { ...RECIPE, scale, minimumDefect: { unit: 'px', length: 3 } };
    expect(sizesOf({ millimetresPerPixel: '', length: '' }, recipe)).toEqual({ recipe: RECIPE });
  });

  it('are of images of any size once another scale is typed', () => {
    const read = sizesOf({ millimetresPerPixel: 0.04 }, { ...RECIPE, scale });
    expect('recipe' in read && read.recipe.scale).toEqual({
      ...{ millimetresPerPixel: 0.04, source: 'typed', imageWidth: null, imageHeight: null },
    });
  });

  it('must be above nothing, each in its field', () => {
    const read = sizesOf({ millimetresPerPixel: 0, length: -2, area: '-' });
    const above = { text: 'above', values: { limit: 0, line: 0 } };
    expect('issues' in read && read.issues).toEqual({
      'size-millimetresPerPixel': above,
      'size-length': above,
      'size-area': { text: 'number', values: { limit: 0, line: 0 } },
    });
  });
});
