import { Command, InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  drawnOpinionList,
  opinionList,
  withOpinionOptions,
  withOpinions,
} from '../../src-main/cli/opinion-options.ts';
import { DEFAULT_OPINION_SETTINGS } from '../../src-shared/opinion.ts';
import { TINY_RECIPE } from '../inference/tiny-pack.ts';

const listOf = (text: string) => [...opinionList(text).asked].sort();

it('have parts aligned, not aligned, or say nothing of it', () => {
  const optionsOf = (...args: string[]) => {
    const list = { name: 'list', text: '', parse: opinionList };
    const command = withOpinionOptions(new Command().argument('<folder>'), list);
    return command.parse(['photos', ...args], { from: 'user' }).opts();
  };
  expect(optionsOf()).toEqual({});
  expect(optionsOf('--align')).toEqual({ align: true });
  expect(optionsOf('--no-align')).toEqual({ align: false });
});

describe('a list of opinions', () => {
  it('always has language in it', () => {
    expect(listOf('consensus')).toEqual(['consensus', 'language']);
    expect(listOf('language')).toEqual(['language']);
    expect(listOf(' language, references ,consensus')).toEqual(['consensus', 'language', 'references']);
  });

  it.each(['', 'all', 'language,', 'references:4', 'consensus consensus'])('is refused in "%s"', (text) => {
    expect(() => opinionList(text)).toThrow(InvalidArgumentError);
  });

  it('says how many references are drawn, where some are', () => {
    expect(drawnOpinionList('language,consensus,references:4')).toEqual({
      asked: new Set(['language', 'consensus', 'references']),
      references: 4,
    });
    expect(drawnOpinionList('consensus')).toEqual({ asked: new Set(['language', 'consensus']) });
  });

  it.each([
    'references',
    'references:0',
    'references:65',
    'references:4,references:8',
    'references:x',
    'references:4x',
  ])('is refused in "%s" where they are drawn', (text) => {
    expect(() => drawnOpinionList(text)).toThrow(InvalidArgumentError);
  });
});

describe('a recipe with options about opinions', () => {
  it('is as it was where they say nothing new', () => {
    expect(withOpinions(TINY_RECIPE, {})).toBe(TINY_RECIPE);
    const default_ = opinionList('language,references');
    expect(withOpinions(TINY_RECIPE, { opinions: default_ }, true)).toBe(TINY_RECIPE);
  });

  it('takes them, and keeps what they do not say', () => {
    const own = { ...DEFAULT_OPINION_SETTINGS, rotations: true, consensus: 'automatic' as const };
    const recipe = { ...TINY_RECIPE, opinions: own };
    expect(withOpinions(recipe, { fine: true }).opinions).toEqual({ ...own, tokens: 'fine' });
    const asked = withOpinions(recipe, { opinions: opinionList('language'), align: true });
    expect(asked.opinions).toEqual({ ...own, consensus: 'off', references: 'off', alignment: 'on' });
    expect(withOpinions(TINY_RECIPE, { align: false }).opinions?.alignment).toBe('off');
    expect(withOpinions(asked, {}, true).opinions).toMatchObject({ references: 'automatic' });
  });

  it('is refused when a folder of references contradicts the list', () => {
    expect(() => withOpinions(TINY_RECIPE, { opinions: opinionList('consensus') }, true)).toThrow(
      /leaves them out/,
    );
  });
});
