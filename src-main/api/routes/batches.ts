import type { PurgeProgress } from '../../../src-shared/contract/batches.ts';
import { setSampleRange } from '../../services/pictures/sample-ranges.ts';
import { archiveBatch, changeScale, createBatch, deleteBatch, updateBatch } from '../../store/batches.ts';
import { getRecipe } from '../../store/recipes.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';
import { batchSummaries, batchSummary } from './batch-summary.ts';

/** Batches from their creation until they are removed for good. */
export function batchRoutes({ batches }: Implementer, workstation: Workstation) {
  const { workspace, housekeeping } = workstation;
  const checkRecipe = async (recipeHash: string | null | undefined) => {
    if (recipeHash) await getRecipe(workspace, recipeHash);
  };
  return {
    list: batches.list.handler(({ input }) => batchSummaries(workstation, input)),
    get: batches.get.handler(({ input }) => batchSummary(workstation, input.id)),
    create: batches.create.handler(async ({ input: { metadata, inspector }, context: { acting } }) => {
      await checkRecipe(metadata.recipeHash);
      return createBatch(acting, metadata, inspector);
    }),
    update: batches.update.handler(async ({ input: { id, changes, inspector }, context: { acting } }) => {
      await checkRecipe(changes.recipeHash);
      return updateBatch(acting, id, changes, inspector);
    }),
    changeSampleRange: batches.changeSampleRange.handler(
      async ({ input: { id, ...change }, context: { acting } }) => {
        await setSampleRange(acting, { batchId: id, ...change });
        return batchSummary(workstation, id);
      },
    ),
    changeScale: batches.changeScale.handler(
      async ({ input: { id, scale, inspector }, context: { acting } }) => {
        await changeScale(acting, id, scale, inspector);
        return batchSummary(workstation, id);
      },
    ),
    archive: batches.archive.handler(({ input: { id, archived, inspector }, context: { acting } }) =>
      archiveBatch(acting, id, archived, inspector),
    ),
    delete: batches.delete.handler(({ input: { id, deleted, inspector }, context: { acting } }) =>
      deleteBatch(acting, id, deleted, inspector),
    ),
    purgePreview: batches.purgePreview.handler(({ input }) => housekeeping.preview(input.id)),
    purge: batches.purge.handler(({ input: { id, inspector }, context: { acting, stream } }) =>
      stream<PurgeProgress>((emit) =>
        workstation.whileBusy(async () => {
          const onProgress = (progress: { readonly done: number; readonly total: number }) =>
            emit({ kind: 'removing', ...progress });
          const summary = await housekeeping.purge(id, inspector, onProgress, acting);
          emit({ kind: 'finished', summary });
        }),
      ),
    ),
  };
}
