import { describe, expect, it } from 'vitest';
import { languageTokens, stateSentences } from '../../src-main/pipeline/language-tokens.ts';

describe('state sentences', () => {
  it('put the object into every phrase and every phrase into every template', () => {
    const sentences = stateSentences('metal nut', {
      normal: ['{}', 'flawless {}'],
      abnormal: ['{} with damage'],
      templates: ['a photo of a {}.', '{} in the scene'],
    });
    expect(sentences).toEqual({
      normal: [
        'a photo of a metal nut.',
        'metal nut in the scene',
        'a photo of a flawless metal nut.',
        'flawless metal nut in the scene',
      ],
      abnormal: ['a photo of a metal nut with damage.', 'metal nut with damage in the scene'],
    });
  });

  it('take an object name literally, whatever it looks like', () => {
    const { normal } = stateSentences('$& {x} $1', {
      normal: ['good {}'],
      abnormal: ['bad {}'],
      templates: ['the {}'],
    });
    expect(normal).toEqual(['the good $& {x} $1']);
  });
});

describe('language tokens', () => {
  it('are the normalised means of normalised embeddings, normal first', () => {
    const embeddings = Float32Array.of(3, 4, /**/ 0, 2, /**/ 5, 0, /**/ 7, 0, /**/ 0, 0.5);
    const tokens = languageTokens(embeddings, { normal: 2, abnormal: 3 }, 2);
    // Normal: (0.6, 0.8) + (0, 1) = (0.6, 1.8), length √3.6. Abnormal: 2 × (1, 0) + (0, 1) = (2, 1), length √5.
    const expected = [0.6 / Math.sqrt(3.6), 1.8 / Math.sqrt(3.6), 2 / Math.sqrt(5), 1 / Math.sqrt(5)];
    expected.forEach((value, i) => {
      expect(tokens[i]).toBeCloseTo(value, 6);
    });
  });

  it('stay numbers when embeddings cancel out', () => {
    const tokens = languageTokens(Float32Array.of(1, 0, -1, 0, 0, 1), { normal: 2, abnormal: 1 }, 2);
    expect([...tokens]).toEqual([0, 0, 0, 1]);
  });
});
