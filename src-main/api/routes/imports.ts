import type { ImportProgress } from '../../../src-shared/contract/imports.ts';
import { importIntoBatch } from '../../services/imports/batch-imports.ts';
import { getBatch } from '../../store/batches.ts';
import { dismissImports } from '../../store/imports.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';
import { batchSummary } from './batch-summary.ts';

/** Images into a batch, and what becomes of an import that stopped before its end. */
export function importRoutes({ imports }: Implementer, workstation: Workstation) {
  const { workspace } = workstation;
  return {
    start: imports.start.handler(async ({ input: { id, paths, inspector }, context: { acting, stream } }) => {
      await getBatch(workspace, id);
      return stream<ImportProgress>((emit, signal) =>
        workstation.whileBusy(async () => {
          const within = workstation.paths?.sources;
          const options = { workspace, acting, batchId: id, paths, inspector, within, signal, onEvent: emit };
          emit({ kind: 'finished', ...(await importIntoBatch(options)) });
        }),
      );
    }),
    dismiss: imports.dismiss.handler(async ({ input: { id, inspector }, context: { acting } }) => {
      await getBatch(workspace, id);
      await dismissImports(acting, id, inspector);
      return batchSummary(workstation, id);
    }),
  };
}
