import { Tokenizer as HuggingFaceTokenizer } from '@huggingface/tokenizers';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { parseJson } from '../../src-shared/parse-json.ts';

/** Sentences → token ids, start and end tokens included; undefined for what the tokeniser has no token for. */
export interface Tokenizer {
  encode(sentence: string): readonly (number | undefined)[];
}

interface TokenizerFile {
  readonly added_tokens?: readonly { readonly content: string }[];
  readonly model?: { readonly unk_token?: string | null; readonly vocab?: Readonly<Record<string, number>> };
}

/**
 * Opens a `tokenizer.json` (Hugging Face format).
 * @param name what to call the file in errors
 * @throws ClipSamError `model-file-invalid`
 */
export function openTokenizer(json: string, name: string): Tokenizer {
  // Without the library's words: they may quote the file.
  const refuse = (cause: unknown) =>
    new ClipSamError(
      'model-file-invalid',
      `${name} is not a valid tokenizer.json. Fetch or train it again.`,
      { cause },
    );
  try {
    const parsed = parseJson(json) as TokenizerFile;
    const tokenizer = new HuggingFaceTokenizer(parsed, {});
    const { unk_token: unknownToken, vocab } = parsed.model ?? {};
    // CLIP names its end token, which is no sign of an unknown word.
    const isSpecial = parsed.added_tokens?.some(({ content }) => content === unknownToken);
    const unknown = isSpecial ? undefined : vocab?.[unknownToken ?? ''];
    return {
      encode(sentence) {
        try {
          return tokenizer.encode(sentence).ids.map((id: unknown) => {
            if (id === undefined || id === unknown) return undefined;
            if (typeof id === 'number' && Number.isSafeInteger(id) && id >= 0) return id;
            throw new TypeError(`the token of a word is ${JSON.stringify(id)}`);
          });
        } catch (cause) {
          throw refuse(cause);
        }
      },
    };
  } catch (cause) {
    throw refuse(cause);
  }
}

/**
 * The text encoder's inputs: one row per sentence, filled up with the padding id.
 * @returns ids and mask (1 where an id is not padding), both [sentences, contextLength]
 * @throws ClipSamError `text-too-long` for a sentence with more than `contextLength` tokens; `recipe-invalid` for
 *   one with a word or letter that the tokeniser knows no token for
 */
export function sentenceInputs(
  tokenizer: Tokenizer,
  sentences: readonly string[],
  { contextLength, padding }: Pick<Pack['text'], 'contextLength' | 'padding'>,
): { readonly ids: BigInt64Array; readonly mask: BigInt64Array } {
  const ids = new BigInt64Array(sentences.length * contextLength).fill(BigInt(padding));
  const mask = new BigInt64Array(ids.length);
  sentences.forEach((sentence, row) => {
    const tokens = tokenizer.encode(sentence);
    if (tokens.includes(undefined)) {
      throw failure(
        'word-unknown',
        { text: sentence },
        `The pack's tokeniser has no token for a part of "${sentence}". Use other words or letters.`,
      );
    }
    if (tokens.length > contextLength) {
      throw failure(
        'too-many-tokens',
        { text: sentence, tokens: tokens.length, limit: contextLength },
        `"${sentence}" has ${tokens.length} tokens; the text encoder takes ${contextLength}. Shorten the object's name, the state phrase or the template.`,
      );
    }
    tokens.forEach((token, column) => {
      ids[row * contextLength + column] = BigInt(token!);
      mask[row * contextLength + column] = 1n;
    });
  });
  return { ids, mask };
}

/** As {@link sentenceInputs}, filled up with zeros: the ids alone. */
export function sentenceIds(
  tokenizer: Tokenizer,
  sentences: readonly string[],
  contextLength: number,
): BigInt64Array {
  return sentenceInputs(tokenizer, sentences, { contextLength, padding: 0 }).ids;
}
