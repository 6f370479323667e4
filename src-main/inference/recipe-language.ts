import type { Recipe } from '../../src-shared/recipe.ts';
import { stateSentences } from '../pipeline/language-tokens.ts';
import { type PackExaminer, packExaminer } from './pack-examiner.ts';
import { resolvePackFile, sourceInPack } from './pack-files.ts';
import { describePack } from './pack-loader.ts';

/** Knows what it has read: a process that opens a recipe's pack again does not have it read again. */
const sharedExaminer = packExaminer();

/**
 * Refuses a recipe whose words the pack's text tower cannot take, before any image is asked about.
 * @param examiner reads them
 * @throws ClipSamError `text-too-long`, `recipe-invalid`, `pack-invalid`
 */
export async function checkLanguage(
  packFolder: string,
  { object, prompts }: Recipe,
  examiner: PackExaminer = sharedExaminer,
): Promise<void> {
  const { pack, folder, reference } = await describePack(packFolder);
  const { tokenizer: file, contextLength } = pack.text;
  const path = await resolvePackFile(sourceInPack(pack.files[file]!), folder);
  const { normal, abnormal } = stateSentences(object, prompts);
  await examiner.words({ pack: reference, path, file, contextLength, sentences: [...normal, ...abnormal] });
}
