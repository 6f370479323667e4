import { expect, it } from 'vitest';
import { type RunSide, runDifferences } from '../../../src-renderer/review/run-differences.ts';
import type { RecipeRecord } from '../../../src-shared/contract/recipes.ts';
import type { Method } from '../../../src-shared/method.ts';
import type { ReviewRow } from '../../../src-shared/review-table.ts';
import type { ModelVerdict } from '../../../src-shared/verdict.ts';

const side = (hash: string, method?: Method, model: ModelVerdict = 'warn', packHash = 'a'): RunSide => ({
  recipe: { hash, recipe: { ...(method && { method }) } } as unknown as RecipeRecord,
  packHash,
  row: { model } as ReviewRow,
});
const WINCLIP = { name: 'winclip', refine: false } as const;

it.each([
  ['nothing', side('1'), side('1'), []],
  ['a revision', side('1'), side('2'), ['recipe']],
  ['the method, whose recipe is another one of course', side('1'), side('2', WINCLIP), ['method']],
  ['whether SAM refines', side('1', WINCLIP), side('2', { ...WINCLIP, refine: true }), ['method']],
  ['ClipSAM, said or not', side('1'), side('2', { name: 'clipsam', refine: true }), ['recipe']],
  ['the pack', side('1'), side('2', undefined, 'warn', 'b'), ['pack']],
  ['verdict and method', side('1'), side('2', WINCLIP, 'reject'), ['verdict', 'method']],
] as const)('tells apart %s', (_, one, other, facts) => {
  expect(runDifferences(one, other)).toEqual(facts);
  expect(runDifferences(other, one)).toEqual(facts);
});

it('says nothing of a verdict that is not there', () => {
  expect(runDifferences(side('1'), { ...side('1'), row: undefined })).toEqual([]);
});
