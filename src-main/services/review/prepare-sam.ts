import type { ContentHashes } from '../../files/content-hashes.ts';
import { getRecipe } from '../../store/recipes.ts';
import { inspectedImage } from '../../store/results.ts';
import type { Workspace } from '../../store/workspace.ts';
import { refuseChanged } from '../pictures/seen-file.ts';
import type { InferencePool } from '../runs/inference-pool.ts';

/**
 * Makes SAM's embedding of an image ahead, as long as nothing else is to be done, where the run's pack has an encoder for
 * SAM alone: asking SAM would take its time.
 * @returns `isNeeded`: false where the pack's vision tower makes the embedding
 * @throws ClipSamError as `askSam`; `cancelled` when the inspector moves on
 */
export async function prepareSam(options: {
  readonly workspace: Workspace;
  readonly pool: InferencePool;
  readonly contents: ContentHashes;
  readonly runId: number;
  readonly imageId: number;
  readonly signal?: AbortSignal;
}): Promise<{ readonly isNeeded: boolean }> {
  const { workspace, pool, contents, runId, imageId, signal } = options;
  const seen = await inspectedImage(workspace, runId, imageId);
  const { path, page, contentHash, imported, recipeHash, range, size } = seen;
  const { recipe } = await getRecipe(workspace, recipeHash);
  if (!(await pool.hasOwnSegmenter(recipe.pack))) return { isNeeded: false };
  if (contentHash === null || !size) return { isNeeded: true };
  await refuseChanged(contents, { path, seen: contentHash, imported });
  const { inference, release } = await pool.acquire(recipe.pack);
  try {
    const job = { path, page: page?.index, recipe, contentHash, size, range: range ?? undefined };
    await inference.prepareSam(job, signal);
    return { isNeeded: true };
  } finally {
    release();
  }
}
