import type { AreaRevision, ClickedPart, NewArea } from '../../../src-shared/contract/areas.ts';
import { failure } from '../../../src-shared/errors.ts';
import { frameFor } from '../../../src-shared/frame.ts';
import { type InspectionArea, isWholeImage, type PartMark } from '../../../src-shared/inspection-area.ts';
import type { ContentHashes } from '../../files/content-hashes.ts';
import { areaCells } from '../../pipeline/area-mask.ts';
import { currentArea, saveArea } from '../../store/areas.ts';
import { getRecipe } from '../../store/recipes.ts';
import { inspectedImage } from '../../store/results.ts';
import type { Workspace } from '../../store/workspace.ts';
import { refuseChanged } from '../pictures/seen-file.ts';
import type { InferencePool } from '../runs/inference-pool.ts';

/**
 * Saves where to look in a product's images, with what the pack says of the part that was clicked.
 * @throws ClipSamError `input-invalid` when nothing would be left to look at, or SAM finds nothing where the part was
 *   clicked; `conflict` when another revision came meanwhile; `image-changed`, `not-found`, and what the inference
 *   process says
 */
export async function saveProductArea(
  tools: { readonly workspace: Workspace; readonly pool: InferencePool; readonly contents: ContentHashes },
  { product, after, draft, inspector }: NewArea,
): Promise<AreaRevision> {
  const { part: drawnPart, ...drawn } = draft;
  const kept = drawnPart === 'kept' ? await currentArea(tools.workspace, product) : undefined;
  const part =
    drawnPart === null || drawnPart === 'kept' ? (kept?.area?.part ?? null) : await clicked(tools, drawnPart);
  const area: InspectionArea = { schemaVersion: 1, ...drawn, part };
  refuseEmpty(area);
  return saveArea(tools.workspace, { product, area: isWholeImage(area) ? null : area, after, inspector });
}

/** @throws ClipSamError `input-invalid` when nothing of an image would be looked at */
export function refuseEmpty(area: InspectionArea): void {
  if (areaCells(area, frameFor(area.width, area.height)).includes(1)) return;
  throw failure(
    'area-empty',
    'The region of interest leaves nothing to look at. Draw it larger, or ignore less.',
  );
}

async function clicked(
  { workspace, pool, contents }: Parameters<typeof saveProductArea>[0],
  { runId, imageId, point, level }: ClickedPart,
): Promise<PartMark> {
  const { path, page, contentHash, imported, recipeHash, range } = await inspectedImage(
    workspace,
    runId,
    imageId,
  );
  if (contentHash === null) {
    throw failure('sam-blind', `Image ${imageId} failed in run ${runId}: SAM has not seen it.`);
  }
  await refuseChanged(contents, { path, seen: contentHash, imported });
  const { recipe } = await getRecipe(workspace, recipeHash);
  const mark = { contentHash, path, page: page?.index ?? null, range, point, level };
  const { inference, release } = await pool.acquire(recipe.pack);
  try {
    const seed = await inference.partSeed({ ...mark, recipe });
    if (seed) return { ...mark, seed };
    throw failure('part-empty', 'SAM finds nothing at that place. Click another place on the part.');
  } finally {
    release();
  }
}
