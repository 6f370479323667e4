import { describe, expect, it } from 'vitest';
import { openTokenizer, sentenceIds } from '../../src-main/inference/tokenizer.ts';
import { trainTokenizer } from '../../src-main/training/byte-pair-encoding.ts';

interface TokenizerJson {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: readonly string[][] };
}

const corpus = ['a photo of a magnetic tile.', 'a photo of a cracked tile.', 'magnetic field'];
const trained = trainTokenizer(corpus, 130);
const { vocab, merges } = (trained.json as TokenizerJson).model;
const tokenizer = openTokenizer(JSON.stringify(trained.json), 'test');

/** The tokens of a sentence between its start and its end. */
function pieces(sentence: string): (string | undefined)[] {
  const names = new Map(Object.entries(vocab).map(([token, id]) => [id, token]));
  const all = tokenizer.encode(sentence).map((id) => (id === undefined ? id : names.get(id)!));
  expect(all[0]).toBe('<|startoftext|>');
  expect(all.at(-1)).toBe('<|endoftext|>');
  return all.slice(1, -1);
}

describe('the byte-pair encoding', () => {
  it('merges the most frequent pair first, of equals the first in the alphabet', () => {
    const mergesOf = (texts: readonly string[], count: number) => {
      const { vocabularySize } = trainTokenizer([], 0);
      return (trainTokenizer(texts, vocabularySize + count).json as TokenizerJson).model.merges;
    };
    // a·b twice, b·a twice, a·b</w> three times.
    expect(mergesOf(['abab abab ab'], 1)).toEqual([['a', 'b</w>']]);
    // u·g and g·s</w> three times, all others less often.
    expect(mergesOf(['hugs hugs pugs bun'], 2)).toEqual([
      ['g', 's</w>'],
      ['u', 'gs</w>'],
    ]);
  });

  it('turns words that it has seen into few tokens', () => {
    expect(pieces('magnetic tile')).toEqual(['magnetic</w>', 'tile</w>']);
    expect(pieces('A PHOTO of')).toEqual(['a</w>', 'photo</w>', 'of</w>']);
  });

  it('spells words that it has not seen', () => {
    expect(pieces('zyx')).toEqual(['z', 'y', 'x</w>']);
    expect(pieces('m3-x')).toEqual(['m</w>', '3</w>', '-</w>', 'x</w>']);
  });

  it('reads accented letters without their accents', () => {
    expect(pieces('Zýx')).toEqual(pieces('zyx'));
    expect(pieces('Züg')).toEqual(['z', 'u', 'g</w>']);
  });

  it('has no token for what it cannot spell', () => {
    expect(pieces('tile 螺')).toEqual(['tile</w>', undefined]);
    expect(pieces('')).toEqual([]);
  });

  it('gives every id once: padding 0, the end highest', () => {
    const ids = Object.values(vocab).sort((a, b) => a - b);
    expect(ids).toEqual(ids.map((_, index) => index));
    expect(ids).toHaveLength(trained.vocabularySize);
    expect(vocab['<|pad|>']).toBe(0);
    expect(vocab['<|endoftext|>']).toBe(trained.vocabularySize - 1);
    expect(vocab['<|startoftext|>']).toBe(trained.vocabularySize - 2);
  });

  it('gives one id to a token that two merges lead to', () => {
    const { json, vocabularySize } = trainTokenizer(
      ['abcx abcx abcx', 'bcy bcy bcy bcy bcy', 'abd abd abd abd'],
      300,
    );
    const ids = Object.values((json as TokenizerJson).model.vocab);
    expect(new Set(ids).size).toBe(vocabularySize);
  });

  it('keeps to the size asked for, and stops when every word is one token', () => {
    expect(trainTokenizer(corpus, 100).vocabularySize).toBe(100);
    const { vocabularySize } = trainTokenizer(corpus, 5000);
    expect(vocabularySize).toBeLessThan(200);
    expect(trainTokenizer(corpus, 6000).vocabularySize).toBe(vocabularySize);
  });

  it('depends on nothing but the texts', () => {
    expect(JSON.stringify(trainTokenizer(corpus, 130))).toBe(JSON.stringify(trained));
    expect(merges.length).toBeGreaterThan(20);
  });

  it('feeds the text encoder: start, tokens, end, zeros', () => {
    const ids = sentenceIds(tokenizer, ['photo tile', 'tile'], 5);
    const [start, end, photo, tile] = ['<|startoftext|>', '<|endoftext|>', 'photo</w>', 'tile</w>'].map(
      (token) => BigInt(vocab[token]!),
    );
    expect([...ids]).toEqual([start, photo, tile, end, 0n, start, tile, end, 0n, 0n]);
    expect(() => sentenceIds(tokenizer, ['tile tile tile tile'], 5)).toThrow('6 tokens');
  });
});
