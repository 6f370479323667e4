import type { ExportProgress } from '../../../src-shared/contract/exports.ts';
import { exportRunInto } from '../../services/exports/export-run.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** A run's results and verdicts as files. */
export function exportRoutes({ exports }: Implementer, workstation: Workstation) {
  const { workspace, contents, exportFolders, log } = workstation;
  return {
    run: exports.run.handler(({ input: { folder, ...input }, context: { inspector, stream, acting } }) =>
      stream<ExportProgress>((onEvent, signal) =>
        workstation.whileBusy(async () => {
          const options = { workspace: acting, inspector, contents, ...input, signal, onEvent };
          const { files, ...outcome } = await exportRunInto(folder, options);
          exportFolders.add(outcome.folder);
          // The files are there, whatever becomes of the note.
          await recordAuditEvent(workspace, {
            inspector,
            action: 'exported',
            subject: 'run',
            subjectId: input.runId,
            newValue: { formats: input.formats, folder: outcome.folder },
          }).catch(log);
          onEvent({ kind: 'finished', ...outcome, files: files.map(({ path }) => path) });
        }),
      ),
    ),
  };
}
