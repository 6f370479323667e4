import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openTokenizer, sentenceIds } from '../../src-main/inference/tokenizer.ts';
import { trainTokenizer } from '../../src-main/training/byte-pair-encoding.ts';
import { twinFile, twinJson } from '../twins/twins.ts';

const json = JSON.stringify({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab: { '<unk>': 1, metal: 2, nut: 3 }, unk_token: '<unk>' },
});

describe('sentence ids', () => {
  const tokenizer = openTokenizer(json, 'tokenizer.json');

  it('are one zero-padded row per sentence', () => {
    expect(sentenceIds(tokenizer, ['Metal nut', 'nut'], 3)).toEqual(BigInt64Array.of(2n, 3n, 0n, 3n, 0n, 0n));
  });

  it('refuse a sentence with more tokens than fit, naming it', () => {
    expect(() => sentenceIds(tokenizer, ['nut', 'metal metal nut'], 2)).toThrow(
      expect.objectContaining({ code: 'text-too-long', message: expect.stringContaining('metal metal nut') }),
    );
  });

  it('refuse words that have no token, naming the sentence', () => {
    expect(() => sentenceIds(tokenizer, ['metal bolt'], 3)).toThrow(
      expect.objectContaining({ code: 'recipe-invalid', message: expect.stringContaining('metal bolt') }),
    );
  });
});

it('letters that only the unknown token stands for are refused, accents and capitals are not', () => {
  const { json: trained } = trainTokenizer(['metal nut', 'magnetic tile'], 80);
  const tokenizer = openTokenizer(JSON.stringify(trained), 'tokenizer.json');
  for (const strange of ['金属', 'a 🧲', '{}']) {
    expect(() => sentenceIds(tokenizer, [`a photo of ${strange}.`], 48)).toThrow(
      expect.objectContaining({ code: 'recipe-invalid', message: expect.stringContaining(strange) }),
    );
  }
  expect(sentenceIds(tokenizer, ['Gehäuse'], 48)).toEqual(sentenceIds(tokenizer, ['gehause'], 48));
});

it('the unknown token of CLIP is its end token, which ends every sentence', () => {
  const clip = JSON.parse(json);
  clip.model.unk_token = '<end>';
  clip.model.vocab['<end>'] = 4;
  clip.added_tokens = [{ id: 4, content: '<end>', special: true }];
  expect(sentenceIds(openTokenizer(JSON.stringify(clip), 'clip.json'), ['metal <end>'], 2)).toEqual(
    BigInt64Array.of(2n, 4n),
  );
});

describe('the tokeniser of OpenAI’s CLIP', () => {
  const file = readFileSync(twinFile('clip-tokenizer/tokenizer.json'), 'utf8');
  const clip = openTokenizer(file, 'tokenizer.json');

  it('gives the ids of the library for every text, exactly', () => {
    const texts = twinJson<{ text: string; ids: number[] }[]>('clip-tokenizer/ids.json');
    expect(texts).toHaveLength(446);
    for (const { text, ids } of texts) expect([text, clip.encode(text)]).toEqual([text, ids]);
  });

  it('has a token for every letter, so that no text is refused but for its length', () => {
    expect(sentenceIds(clip, ['a photo of 金属 🧲.'], 77).length).toBe(77);
    expect(() => sentenceIds(clip, ['scratch '.repeat(80)], 77)).toThrow(
      expect.objectContaining({ code: 'text-too-long' }),
    );
  });
});

it('a file that is no tokeniser is refused by name', () => {
  for (const wrong of ['{', '{}', '[]']) {
    expect(() => openTokenizer(wrong, 'words.json')).toThrow(
      expect.objectContaining({ code: 'model-file-invalid', message: expect.stringContaining('words.json') }),
    );
  }
});
