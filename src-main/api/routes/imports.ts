import type { ImportProgress } from '../../../src-shared/contract/imports.ts';
import { getBatch } from '../../store/batches.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';
import { batchSummary } from './batch-summary.ts';

/** Images into a batch, and what becomes of an import that stopped before its end. */
export function importRoutes({ imports: procedures }: Implementer, workstation: Workstation) {
  const { workspace, imports } = workstation;
  return {
    start: procedures.start.handler(
      async ({ input: { id, paths, inspector }, context: { acting, stream } }) => {
        await getBatch(workspace, id);
        return stream<ImportProgress>((emit, signal) =>
          workstation.whileBusy(async () => {
            const options = { batchId: id, paths, inspector, acting, signal, onEvent: emit };
            emit({ kind: 'finished', ...(await imports.run(options)) });
          }),
        );
      },
    ),
    dismiss: procedures.dismiss.handler(async ({ input: { id, inspector }, context: { acting } }) => {
      await getBatch(workspace, id);
      await imports.dismiss(acting, id, inspector);
      return batchSummary(workstation, id);
    }),
  };
}
