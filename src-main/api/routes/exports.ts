import { basename } from 'node:path';
import type { ExportProgress } from '../../../src-shared/contract/exports.ts';
import { exportRunInto } from '../../services/exports/export-run.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import type { Implementer } from '../implementer.ts';
import type { Workstation } from '../workstation.ts';

/** A run's results and verdicts as files. */
export function exportRoutes({ exports }: Implementer, workstation: Workstation) {
  const { workspace, contents, exportFolders, downloads, log } = workstation;
  return {
    run: exports.run.handler(
      ({ input: { folder, download: isDownload, ...input }, context: { inspector, stream, acting } }) =>
        stream<ExportProgress>((onEvent, signal) =>
          workstation.whileBusy(async () => {
            const options = { workspace: acting, inspector, contents, ...input, signal, onEvent };
            const { files, summary, download, ...outcome } = isDownload
              ? await downloads.make(
                  { owner: inspector, action: 'exports.run' },
                  async (into) => {
                    const made = await exportRunInto(into, { ...options, subfolder: true });
                    return { ...made, name: basename(made.folder) };
                  },
                  signal,
                )
              : { ...(await exportRunInto(folder, options)), download: null };
            if (!download) exportFolders.add(outcome.folder);
            const { formats } = input;
            // The files are there, whatever becomes of the note.
            await recordAuditEvent(workspace, {
              inspector,
              action: 'exported',
              subject: 'run',
              subjectId: input.runId,
              newValue: download ? { formats, download: download.name } : { formats, folder: outcome.folder },
            }).catch(log);
            const written = files.map(({ path }) => (download ? basename(path) : path));
            const shown = { folder: download ? '' : outcome.folder, files: written };
            onEvent({ kind: 'finished', summary, ...shown, download });
          }),
        ),
    ),
  };
}
