import { readFile } from 'node:fs/promises';
import type { Recipe } from '../../src-shared/recipe.ts';
import { stateSentences } from '../pipeline/language-tokens.ts';
import { placeInPack, resolvePackFile } from './pack-files.ts';
import { describePack } from './pack-loader.ts';
import { openTokenizer, sentenceIds } from './tokenizer.ts';

/**
 * Refuses a recipe whose words the pack's text tower cannot take, before any image is asked about.
 * @throws ClipSamError `text-too-long`, `recipe-invalid`
 */
export async function checkLanguage(packFolder: string, { object, prompts }: Recipe): Promise<void> {
  const { pack, folder } = await describePack(packFolder);
  const { tokenizer: key, contextLength } = pack.text;
  const path = await resolvePackFile(placeInPack(pack.files[key]!), folder);
  const tokenizer = openTokenizer(await readFile(path, 'utf8'), key);
  const { normal, abnormal } = stateSentences(object, prompts);
  sentenceIds(tokenizer, [...normal, ...abnormal], contextLength);
}
