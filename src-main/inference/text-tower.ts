import type { Pack } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { languageTokens, stateSentences } from '../pipeline/language-tokens.ts';
import type { Session, Tensor } from './ort.ts';
import { RecentMap } from './recent-map.ts';
import type { Stopwatch } from './stopwatch.ts';
import { floats } from './tensor-values.ts';
import { sentenceInputs, type Tokenizer } from './tokenizer.ts';

const RECENT_TEXTS = 32;
/** Sentences per run of the text encoder. */
const SENTENCE_BATCH = 64;

/** A pack's text encoder; it knows what it was asked last. */
export class TextTower {
  readonly #session: Session;
  readonly #tokenizer: Tokenizer;
  readonly #text: Pack['text'];
  readonly #recent = new RecentMap<string, Tensor>(RECENT_TEXTS);

  constructor(session: Session, tokenizer: Tokenizer, text: Pack['text']) {
    this.#session = session;
    this.#tokenizer = tokenizer;
    this.#text = text;
  }

  /** Language tokens [2, C_t] of a recipe: normal, abnormal. @throws ClipSamError `text-too-long` */
  async tokens({ object, prompts }: Pick<Recipe, 'object' | 'prompts'>, clock: Stopwatch): Promise<Tensor> {
    const key = JSON.stringify([object, prompts]);
    const known = this.#recent.get(key);
    if (known) return known;
    const { width } = this.#text;
    const sentences = stateSentences(object, prompts);
    const embeddings = await this.embed([...sentences.normal, ...sentences.abnormal], clock);
    const counts = { normal: sentences.normal.length, abnormal: sentences.abnormal.length };
    const tokens: Tensor = {
      type: 'float32',
      dims: [2, width],
      data: languageTokens(embeddings, counts, width),
    };
    this.#recent.set(key, tokens);
    return tokens;
  }

  /** Embeddings of sentences as the encoder gives them, [n, C_t]. @throws ClipSamError `text-too-long` */
  async embed(sentences: readonly string[], clock: Stopwatch): Promise<Float32Array> {
    const { width, contextLength, output } = this.#text;
    const { ids, mask } = sentenceInputs(this.#tokenizer, sentences, this.#text);
    const embeddings = new Float32Array(sentences.length * width);
    for (let from = 0; from < sentences.length; from += SENTENCE_BATCH) {
      const count = Math.min(SENTENCE_BATCH, sentences.length - from);
      const rows = (all: BigInt64Array): Tensor => ({
        type: 'int64',
        dims: [count, contextLength],
        data: all.subarray(from * contextLength, (from + count) * contextLength),
      });
      const batch = await clock.run('encode', this.#session, {
        [this.#text.ids]: rows(ids),
        ...(this.#text.mask !== undefined && { [this.#text.mask]: rows(mask) }),
      });
      embeddings.set(floats(batch, output), from * width);
    }
    return embeddings;
  }
}
