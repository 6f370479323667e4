import { readFile } from 'node:fs/promises';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { createSession } from '../inference/ort.ts';
import type { LoadedPack } from '../inference/pack-loader.ts';
import { runnableFile, textModel } from '../inference/pack-models.ts';
import { Stopwatch } from '../inference/stopwatch.ts';
import { floats } from '../inference/tensor-values.ts';
import { TextTower } from '../inference/text-tower.ts';
import { openTokenizer } from '../inference/tokenizer.ts';

/** Gives L, [2, C_t], of a picture whose object has these names, the usual one first. */
export type ObjectLanguage = (names: readonly string[]) => Float32Array;

/** What language a pack's text tower is asked in, and how. */
interface LanguageOptions {
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

/** L of every object, in the phrases of the pack's recipe. @throws ClipSamError `text-too-long`, `cancelled` */
export async function objectLanguage(
  parent: LoadedPack,
  objects: Iterable<string>,
  options: LanguageOptions,
): Promise<ObjectLanguage> {
  return withTextTower(parent, options, async (tower) => {
    const { prompts } = parent.pack.defaultRecipe;
    const tokens = new Map<string, Float32Array>();
    for (const object of new Set(objects)) {
      throwIfCancelled(options.signal);
      const language = await tower.tokens({ object, prompts }, new Stopwatch());
      tokens.set(object, floats({ language }, 'language'));
    }
    return (names) => tokens.get(names[0]!)!;
  });
}

/** Opens a pack's text tower for some work on the CPU. */
export async function withTextTower<T>(
  { pack, pathOf }: LoadedPack,
  { threads }: LanguageOptions,
  work: (tower: TextTower) => Promise<T>,
): Promise<T> {
  const { text } = pack;
  const { bytes, externalFolder } = runnableFile(await textModel(pack, pathOf));
  const session = await createSession(bytes, {
    device: 'cpu',
    ...(externalFolder && { externalFolder }),
    ...(threads && { threads }),
  });
  try {
    const json = await readFile(pathOf(text.tokenizer), 'utf8');
    return await work(new TextTower(session, openTokenizer(json, text.tokenizer), text));
  } finally {
    await session.release();
  }
}
