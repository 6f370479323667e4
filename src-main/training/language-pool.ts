import type { Prompts } from '../../src-shared/recipe.ts';
import type { Session } from '../inference/ort.ts';
import { sentenceIds, type Tokenizer } from '../inference/tokenizer.ts';
import { languageTokens, stateSentences } from '../pipeline/language-tokens.ts';
import { Random } from '../synthetic/random.ts';
import { GENERIC_NAMES, randomPrompts } from './captions.ts';

/** The text tower, ready to embed prompts. */
export interface TextTower {
  readonly session: Session;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly width: number;
}

/** L for an object's name and a prompt ensemble, [2, width]. */
export async function embedPrompts(
  tower: TextTower,
  object: string,
  prompts: Prompts,
): Promise<Float32Array> {
  const { normal, abnormal } = stateSentences(object, prompts);
  const sentences = [...normal, ...abnormal];
  const { embedding } = await tower.session.run({
    ids: {
      type: 'int64',
      dims: [sentences.length, tower.contextLength],
      data: sentenceIds(tower.tokenizer, sentences, tower.contextLength),
    },
  });
  if (embedding?.type !== 'float32')
    throw new TypeError('the text tower must answer with float32 embeddings');
  return languageTokens(embedding.data, { normal: normal.length, abnormal: abnormal.length }, tower.width);
}

/**
 * Language tokens for training: every name in several random wordings, so that the head learns to work with any.
 * @returns draws L for a picture: mostly under one of its own names, else under a generic one
 */
export async function languagePool(
  tower: TextTower,
  names: Iterable<string>,
  wordings: number,
  seed: string,
): Promise<(names: readonly string[], random: Random) => Float32Array> {
  const pool = new Map<string, Float32Array[]>();
  for (const name of new Set([...names, ...GENERIC_NAMES])) {
    const random = new Random(`${seed}/${name}`);
    const tokens: Float32Array[] = [];
    for (let i = 0; i < wordings; i++) tokens.push(await embedPrompts(tower, name, randomPrompts(random)));
    pool.set(name, tokens);
  }
  return (own, random) => {
    const name = random.pick(own.length > 0 && random.chance(0.6) ? own : GENERIC_NAMES);
    return random.pick(pool.get(name)!);
  };
}
