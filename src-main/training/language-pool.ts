import { Random } from '../../src-shared/random.ts';
import type { Prompts } from '../../src-shared/recipe.ts';
import type { Session } from '../inference/ort.ts';
import { sentenceIds, type Tokenizer } from '../inference/tokenizer.ts';
import { languageTokens, stateSentences } from '../pipeline/language-tokens.ts';
import { GENERIC_NAMES, randomPrompts } from './captions.ts';

/** The text tower, ready to embed prompts. */
export interface SentenceEncoder {
  readonly session: Session;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly width: number;
}

/** L for an object's name and a prompt ensemble, [2, width]. */
export async function embedPrompts(
  tower: SentenceEncoder,
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

/** Language tokens for one picture in training. */
export interface PictureLanguage {
  /** L, [2, width]. */
  readonly tokens: Float32Array;
  /** False when the abnormal phrases name a defect that the picture has not: nothing is to be found then. */
  readonly meant: boolean;
}

/** Shares of defective pictures whose abnormal phrases name their own defect, or another one. */
const OWN_DEFECT = 0.15;
const OTHER_DEFECT = 0.1;
/** A longer list of words says that the defect's kind is not known for sure. */
const SURE_WORDS = 3;

/**
 * Language tokens for training: every name in several random wordings, so that the head learns to work with any;
 * and every defect's name, so that it learns to look for what the phrases name.
 * @returns draws L for a picture, mostly under one of its own names, else under a generic one
 */
export async function languagePool(
  tower: SentenceEncoder,
  pictures: Iterable<{ readonly names: readonly string[]; readonly defects: readonly string[] }>,
  wordings: number,
  seed: string,
): Promise<(names: readonly string[], defects: readonly string[], random: Random) => PictureLanguage> {
  const names = new Set(GENERIC_NAMES);
  const defects = new Set<string>();
  for (const picture of pictures) {
    for (const name of picture.names) names.add(name);
    if (picture.defects.length <= SURE_WORDS) for (const defect of picture.defects) defects.add(defect);
  }
  const pool = new Map<string, Float32Array[]>();
  const add = async (key: string, prompts: (random: Random) => [object: string, Prompts]) => {
    const random = new Random(`${seed}/${key}`);
    const tokens: Float32Array[] = [];
    for (let i = 0; i < wordings; i++) tokens.push(await embedPrompts(tower, ...prompts(random)));
    pool.set(key, tokens);
  };
  for (const name of names) await add(name, (random) => [name, randomPrompts(random)]);
  const namedDefects = [...defects].sort();
  for (const defect of namedDefects) {
    await add(`/${defect}`, (random) => [random.pick(GENERIC_NAMES), randomPrompts(random, defect)]);
  }
  return (own, found, random) => {
    const tokensOf = (key: string) => random.pick(pool.get(key)!);
    const kind = random.next();
    if (found.length > 0 && found.length <= SURE_WORDS && kind < OWN_DEFECT + OTHER_DEFECT) {
      if (kind < OWN_DEFECT) return { tokens: tokensOf(`/${random.pick(found)}`), meant: true };
      const words = new Set(found.flatMap((defect) => defect.split(' ')));
      const others = namedDefects.filter((defect) => !defect.split(' ').some((word) => words.has(word)));
      if (others.length > 0) return { tokens: tokensOf(`/${random.pick(others)}`), meant: false };
    }
    const name = random.pick(own.length > 0 && random.chance(0.6) ? own : [...GENERIC_NAMES]);
    return { tokens: tokensOf(name), meant: true };
  };
}
