import { join } from 'node:path';
import { importImages } from '../src-main/services/imports/import-images.ts';
import { importedPacks } from '../src-main/services/packs/pack-imports.ts';
import { createBatch } from '../src-main/store/batches.ts';
import { openWorkspace } from '../src-main/store/open-workspace.ts';
import { saveRecipe } from '../src-main/store/recipes.ts';
import { writePictures } from './cli/run-cli.ts';
import { TINY_RECIPE, writeTinyPack } from './inference/tiny-pack.ts';

/**
 * Fills a new workspace with a batch that the tiny pack inspects: a run of the real inference process that takes a
 * fraction of the time per image which the default pack takes.
 * @returns the batch, and the folder of its pictures
 */
export async function addTinyBatch(folder: string, images: number, name: string) {
  const inspector = 'tiny';
  const workspace = await openWorkspace(folder, { create: true });
  try {
    await writeTinyPack(join(importedPacks(folder), 'tiny@1'));
    const photos = join(folder, 'photos');
    const files = Array.from({ length: images }, (_, i) => `${String(i).padStart(4, '0')}.png`);
    await writePictures(photos, files);
    const { hash: recipeHash } = await saveRecipe(workspace, TINY_RECIPE, { inspector });
    const { id: batchId } = await createBatch(workspace, { name, recipeHash }, inspector);
    await importImages({ workspace, batchId, paths: [photos], inspector });
    return { batchId, photos };
  } finally {
    await workspace.close();
  }
}
