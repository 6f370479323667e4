import type { z } from 'zod';
import type { Method } from '../../src-shared/method.ts';
import { type Recipe, recipeSchema } from '../../src-shared/recipe.ts';
import { numberOf, scaledNumber } from './draft-numbers.ts';
import { fromMethodDraft, toMethodDraft } from './method-draft.ts';
import {
  fromOpinionDraft,
  type OpinionDraft,
  type OpinionField,
  opinionFieldOf,
  toOpinionDraft,
} from './opinion-draft.ts';
import { fromSizeDraft, type SizeDraft, type SizeField, sizeFieldOf, toSizeDraft } from './size-draft.ts';
import {
  fromTileDraft,
  isTilePercent,
  type TileDraft,
  type TileField,
  type TileNumber,
  toTileDraft,
} from './tile-draft.ts';

/** A recipe as it is typed: numbers may be half written, phrases are lines. */
export interface RecipeDraft {
  readonly name: string;
  readonly object: string;
  readonly normal: string;
  readonly abnormal: string;
  readonly templates: string;
  readonly theta: number | string;
  /** Per cent of the image's area. */
  readonly minRegionArea: number | string;
  readonly maxRegions: number | string;
  readonly pointsPerRegion: number | string;
  readonly lambda: number | string;
  readonly warn: number | string;
  readonly reject: number | string;
  /** Megapixels. */
  readonly maxPixels: number | string;
  readonly method: Method;
  readonly opinions: OpinionDraft;
  readonly tiles: TileDraft;
  readonly sizes: SizeDraft;
  /** Reports and lots take two people's signatures. */
  readonly twoPeople: boolean;
}
/** Fields with one value of their own. */
export type PlainField = Exclude<keyof RecipeDraft, 'method' | 'opinions' | 'tiles' | 'sizes' | 'twoPeople'>;
export type DraftField = PlainField | OpinionField | TileField | SizeField;

/** What is wrong with a field: a text of the window with its values. */
export interface DraftIssue {
  readonly text:
    | 'empty'
    | 'number'
    | 'whole'
    | 'at-least'
    | 'above'
    | 'at-most'
    | 'too-long'
    | 'too-many'
    | 'braces'
    | 'order';
  readonly values: { readonly limit: number; readonly line: number };
}

export function toDraft(recipe: Recipe): RecipeDraft {
  const { prompts, theta, maxRegions, pointsPerRegion, lambda, warn, reject } = recipe;
  return {
    name: recipe.name,
    object: recipe.object,
    normal: prompts.normal.join('\n'),
    abnormal: prompts.abnormal.join('\n'),
    templates: prompts.templates.join('\n'),
    theta,
    minRegionArea: scaledNumber(recipe.minRegionArea, 100),
    maxRegions,
    pointsPerRegion,
    lambda,
    warn,
    reject,
    maxPixels: scaledNumber(recipe.maxPixels, 1e-6),
    method: toMethodDraft(recipe.method),
    opinions: toOpinionDraft(recipe.opinions),
    tiles: toTileDraft(recipe.tiles),
    sizes: toSizeDraft(recipe),
    twoPeople: recipe.signatures !== undefined,
  };
}

/** The recipe of a draft, or what the schema has against it, the first objection per field. */
export function fromDraft(
  draft: RecipeDraft,
  pack: string,
): { readonly recipe: Recipe } | { readonly issues: Partial<Record<DraftField, DraftIssue>> } {
  const megapixels = numberOf(draft.maxPixels);
  const method = fromMethodDraft(draft.method);
  const opinions = fromOpinionDraft(draft.opinions);
  const tiles = fromTileDraft(draft.tiles);
  const parsed = recipeSchema.safeParse({
    schemaVersion: 1,
    name: draft.name.trim(),
    pack,
    object: draft.object.trim(),
    prompts: {
      normal: linesOf(draft.normal),
      abnormal: linesOf(draft.abnormal),
      templates: linesOf(draft.templates),
    },
    theta: numberOf(draft.theta),
    minRegionArea: scaledNumber(numberOf(draft.minRegionArea), 0.01),
    maxRegions: numberOf(draft.maxRegions),
    pointsPerRegion: numberOf(draft.pointsPerRegion),
    lambda: numberOf(draft.lambda),
    warn: numberOf(draft.warn),
    reject: numberOf(draft.reject),
    maxPixels: Math.round(megapixels * 1e6),
    ...(opinions && { opinions }),
    ...(method && { method }),
    ...(tiles && { tiles }),
    ...fromSizeDraft(draft.sizes),
    ...(draft.twoPeople && { signatures: { twoPeople: true } }),
  });
  if (parsed.success) return { recipe: parsed.data };
  const issues: Partial<Record<DraftField, DraftIssue>> = {};
  for (const issue of parsed.error.issues) {
    const field = fieldOf(issue.path);
    issues[field] ??= describe(issue, field);
  }
  return { issues };
}

function fieldOf(path: readonly PropertyKey[]): DraftField {
  if (path[0] === 'opinions') return opinionFieldOf(path.slice(1));
  if (path[0] === 'tiles') return `tile-${path[1] as TileNumber}`;
  const size = sizeFieldOf(path);
  if (size) return size;
  return (path[0] === 'prompts' ? path[1] : path[0]) as PlainField;
}

function describe(issue: z.core.$ZodIssue, field: DraftField): DraftIssue {
  const at = issue.path[2];
  const line = typeof at === 'number' ? at + 1 : 0;
  const say = (text: DraftIssue['text'], limit = 0): DraftIssue => ({ text, values: { limit, line } });
  const inFieldsUnit = (limit: number) =>
    field === 'minRegionArea' || field.startsWith('weight-') || isTilePercent(field)
      ? limit * 100
      : field === 'maxPixels'
        ? limit / 1e6
        : limit;
  const isText = issue.path[0] === 'prompts' || field === 'name' || field === 'object';
  switch (issue.code) {
    case 'too_small':
      if (issue.inclusive === false) return say('above', Number(issue.minimum));
      return isText ? say('empty') : say('at-least', inFieldsUnit(Number(issue.minimum)));
    case 'too_big': {
      if (!isText) return say('at-most', inFieldsUnit(Number(issue.maximum)));
      return say(issue.origin === 'array' ? 'too-many' : 'too-long', Number(issue.maximum));
    }
    case 'invalid_format':
      return say('braces');
    case 'custom':
      return say('order');
    default:
      return issue.code === 'invalid_type' && issue.expected === 'int' ? say('whole') : say('number');
  }
}

function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
