import { describe, expect, it } from 'vitest';
import { caption, captionCorpus, GENERIC_NAMES, randomPrompts } from '../../src-main/training/captions.ts';
import { DEFAULT_PROMPTS } from '../../src-shared/default-prompts.ts';
import { Random } from '../../src-shared/random.ts';

const captions = (abnormal: boolean) =>
  Array.from({ length: 300 }, (_, i) => caption(['magnetic tile'], ['blowhole'], abnormal, new Random(i)));

describe('captions', () => {
  it('name the object, or any object, inside a template', () => {
    for (const text of [...captions(true), ...captions(false)]) {
      expect(text).not.toMatch(/[{}[\]]/);
      expect(['magnetic tile', ...GENERIC_NAMES].some((name) => text.includes(name))).toBe(true);
    }
    expect(captions(false).some((text) => text.includes('magnetic tile'))).toBe(true);
  });

  it('name the defect of abnormal regions often, of normal ones never', () => {
    const named = (texts: readonly string[]) => texts.filter((text) => text.includes('blowhole')).length;
    expect(named(captions(true))).toBeGreaterThan(100);
    expect(named(captions(true))).toBeLessThan(200);
    expect(named(captions(false))).toBe(0);
    expect(caption(['tile'], [], true, new Random(1))).not.toContain('undefined');
  });

  it('never call a normal region what an abnormal one is called', () => {
    const normal = new Set(captions(false));
    expect(captions(true).filter((text) => normal.has(text))).toEqual([]);
  });

  it('have all their words in the corpus', () => {
    const wordsOf = (texts: readonly string[]) =>
      new Set(texts.flatMap((text) => text.match(/[a-z]+/g) ?? []));
    const known = wordsOf(captionCorpus(['magnetic tile'], ['blowhole']));
    for (const word of wordsOf([...captions(true), ...captions(false)])) expect(known).toContain(word);
    expect(captionCorpus(['b', 'a'], ['y', 'x'])).toEqual(captionCorpus(['a', 'b', 'a'], ['x', 'y']));
  });
});

it('random prompts are small ensembles of both states, the same for the same seed', () => {
  for (let seed = 0; seed < 50; seed++) {
    const prompts = randomPrompts(new Random(seed));
    expect(randomPrompts(new Random(seed))).toEqual(prompts);
    expect(prompts.normal.length).toBeGreaterThan(1);
    expect(prompts.abnormal.length).toBeGreaterThan(1);
    for (const phrase of [...prompts.normal, ...prompts.abnormal]) expect(phrase).toContain('{}');
    for (const template of prompts.templates) expect(DEFAULT_PROMPTS.templates).toContain(template);
  }
});

it('random prompts about one defect name it in every abnormal phrase, in no normal one', () => {
  const { normal, abnormal } = randomPrompts(new Random(1), 'deep dent');
  for (const phrase of abnormal) expect(phrase).toContain('deep dent');
  for (const phrase of abnormal) expect(phrase).toContain('{}');
  for (const phrase of normal) expect(phrase).not.toContain('dent');
});
