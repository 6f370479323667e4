import { addMadeUpBatches } from '../../store/made-up-batches.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { saveRecipe } from '../../store/recipes.ts';
import { verdictHistory } from '../../store/verdicts.ts';
import type { ChosenRecipe } from '../runs/recipe-pipeline.ts';

/**
 * Makes a workspace with one batch, whose images lie nowhere and have a result and a verdict.
 * @returns the batch's only run and its images
 */
export async function makeBatch(
  folder: string,
  { recipe }: ChosenRecipe,
  images: number,
): Promise<{ readonly recipeHash: string; readonly runId: number; readonly imageIds: readonly number[] }> {
  const workspace = await openWorkspace(folder, { create: true });
  try {
    const { hash } = await saveRecipe(workspace, recipe, { inspector: 'bench' });
    await addMadeUpBatches(workspace, hash, { batches: 1, images });
    const rows = await workspace.db
      .selectFrom('results')
      .select(['run_id', 'image_id'])
      .orderBy('image_id')
      .execute();
    return { recipeHash: hash, runId: rows[0]!.run_id, imageIds: rows.map((row) => row.image_id) };
  } finally {
    await workspace.close();
  }
}

/**
 * Looks for acknowledged verdicts in a workspace that nobody has open.
 * @param acknowledged ids of verdicts by image
 * @returns how many are not there, and how many images have more from their client than they were given
 */
export async function countStored(
  folder: string,
  runId: number,
  acknowledged: ReadonlyMap<number, { readonly id: number; readonly inspector: string }>,
): Promise<{ readonly lost: number; readonly twice: number }> {
  const workspace = await openWorkspace(folder);
  let lost = 0;
  let twice = 0;
  try {
    for (const [imageId, { id, inspector }] of acknowledged) {
      const own = (await verdictHistory(workspace, runId, imageId)).filter(
        (entry) => entry.inspector === inspector,
      );
      if (!own.some((entry) => entry.id === id)) lost++;
      if (own.length > 1) twice++;
    }
  } finally {
    await workspace.close();
  }
  return { lost, twice };
}
