import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { ClipSamError } from '../../src-shared/errors.ts';

/** Sentences → token ids, start and end tokens included. */
export interface Tokenizer {
  encode(sentence: string): readonly number[];
}

/**
 * Opens a `tokenizer.json` (Hugging Face format).
 * @param name what to call the file in errors
 * @throws ClipSamError `model-file-invalid`
 */
export function openTokenizer(json: string, name: string): Tokenizer {
  try {
    const tokenizer = new HuggingFaceTokenizer(JSON.parse(json) as object, {});
    return { encode: (sentence) => tokenizer.encode(sentence).ids };
  } catch (cause) {
    throw new ClipSamError('model-file-invalid', `${name} is not a tokenizer.json: ${String(cause)}`, {
      cause,
    });
  }
}

/**
 * The text encoder's input: one row per sentence, zero-padded.
 * @returns ids [sentences, contextLength]
 * @throws ClipSamError `text-too-long` for a sentence with more than `contextLength` tokens; `recipe-invalid` for
 *   one with a word or letter that the tokeniser knows no token for
 */
export function sentenceIds(
  tokenizer: Tokenizer,
  sentences: readonly string[],
  contextLength: number,
): BigInt64Array {
  const ids = new BigInt64Array(sentences.length * contextLength);
  sentences.forEach((sentence, row) => {
    const tokens: readonly (number | undefined)[] = tokenizer.encode(sentence);
    if (tokens.includes(undefined)) {
      throw new ClipSamError(
        'recipe-invalid',
        `The pack's tokeniser has no token for a part of "${sentence}". Use other words or letters.`,
      );
    }
    if (tokens.length > contextLength) {
      throw new ClipSamError(
        'text-too-long',
        `"${sentence}" has ${tokens.length} tokens; the text encoder takes ${contextLength}. Shorten the object's name, the state phrase or the template.`,
      );
    }
    tokens.forEach((token, column) => {
      ids[row * contextLength + column] = BigInt(token!);
    });
  });
  return ids;
}
