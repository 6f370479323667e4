import type { SamPrompts } from '../../../src-shared/contract/review.ts';
import { failure } from '../../../src-shared/errors.ts';
import type { ContentHashes } from '../../files/content-hashes.ts';
import type { SamMasks } from '../../inference/inference-protocol.ts';
import { getRecipe } from '../../store/recipes.ts';
import { inspectedImage } from '../../store/results.ts';
import type { Workspace } from '../../store/workspace.ts';
import { refuseChanged } from '../pictures/seen-file.ts';
import type { InferencePool } from '../runs/inference-pool.ts';

/**
 * Asks SAM about prompts of the inspector's own, on the image as the run saw it. Goes ahead of a run's images.
 * @returns `milliseconds` from the question to the answer, which for the first one may include the start of the process;
 *   `decodeMs`: of these, the bare session time of SAM's decoder
 * @throws ClipSamError `not-found` when the run has no result for the image, `conflict` when it failed there;
 *   `image-changed` when its file did since; what the inference process says
 */
export async function askSam(options: {
  readonly workspace: Workspace;
  readonly pool: InferencePool;
  readonly contents: ContentHashes;
  readonly runId: number;
  readonly imageId: number;
  readonly prompts: SamPrompts;
  readonly signal?: AbortSignal;
}): Promise<SamMasks & { readonly milliseconds: number }> {
  const { workspace, pool, contents, runId, imageId, prompts, signal } = options;
  const start = performance.now();
  const seen = await inspectedImage(workspace, runId, imageId);
  const { path, page, contentHash, imported, recipeHash, range, size } = seen;
  if (contentHash === null) {
    throw failure('sam-blind', `Image ${imageId} failed in run ${runId}: SAM has not seen it.`);
  }
  await refuseChanged(contents, { path, seen: contentHash, imported });
  const { recipe } = await getRecipe(workspace, recipeHash);
  const { inference, release } = await pool.acquire(recipe.pack);
  try {
    const masks = await inference.askSam(
      {
        path,
        page: page?.index,
        recipe,
        contentHash,
        size: size ?? undefined,
        range: range ?? undefined,
        prompts,
      },
      signal,
    );
    return { ...masks, milliseconds: performance.now() - start };
  } finally {
    release();
  }
}
