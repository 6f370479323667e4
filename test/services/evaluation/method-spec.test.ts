import { describe, expect, it } from 'vitest';
import { opinionsOf, parseMethodSpecs } from '../../../src-main/services/evaluation/method-spec.ts';
import { METHODS } from '../../../src-shared/method.ts';

const one = (text: string) => parseMethodSpecs(text)[0]!;

describe('a method', () => {
  it('is refined by MMR where it is clipsam, or where that is said', () => {
    expect(one('clipsam').method).toEqual({ name: 'clipsam', refine: true });
    expect(one('clipsam-coarse').method).toEqual({ name: 'clipsam', refine: false });
    expect(one('similarity').method).toEqual({ name: 'similarity', refine: false });
    expect(one('similarity+mmr').method).toEqual({ name: 'similarity', refine: true });
    expect(one('clipsam-coarse+mmr')).toEqual(one('clipsam'));
  });

  it('stands beside opinions, in one order however they are written', () => {
    const spec = one('april-gan+references-4+consensus+mmr');
    expect(spec).toEqual({
      text: 'april-gan+mmr+consensus+references-4',
      method: { name: 'april-gan', refine: true },
      consensus: true,
      references: 4,
    });
    expect([...opinionsOf(spec)]).toEqual(['language', 'consensus', 'references']);
  });

  it('can be an opinion alone', () => {
    expect(one('consensus')).toMatchObject({ method: undefined, consensus: true, references: undefined });
    expect(one('references-2')).toMatchObject({ text: 'references-2', method: undefined, references: 2 });
  });
});

it('takes each of a list once, and all of them', () => {
  expect(parseMethodSpecs('april-gan, clipsam,april-gan').map(({ text }) => text)).toEqual([
    'april-gan',
    'clipsam',
  ]);
  const all = parseMethodSpecs('all').map(({ text }) => text);
  expect(all).toEqual(expect.arrayContaining([...METHODS, 'clipsam-coarse', 'consensus', 'references-4']));
  expect(all).toHaveLength(METHODS.length + 3);
  expect(parseMethodSpecs('similarity+mmr,all')).toHaveLength(all.length + 1);
});

it.each([
  ['', '"" is not known'],
  ['clip', '"clip" is not known'],
  ['similarity+sam', '"sam" is not known'],
  ['similarity+mmr+mmr', '"mmr" stands there twice'],
  ['similarity+references-2+references-4', '"references-4" stands there twice'],
  ['references', '"references" is not known'],
  ['references-0', '1 to 64 references'],
  ['references-65', '1 to 64 references'],
  ['consensus+references-4', 'measured alone'],
  ['mmr', 'measured alone'],
  ['clipsam+mmr', 'anyway'],
  ['consensus+similarity', '"similarity" is not known'],
])('refuses %j', (text, problem) => {
  expect(() => parseMethodSpecs(text)).toThrow(problem);
  expect(() => parseMethodSpecs(text)).toThrow(
    `${METHODS.join(', ')}, clipsam-coarse, consensus, references-<k>`,
  );
});
