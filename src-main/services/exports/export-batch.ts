import type { Batch } from '../../../src-shared/batch.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import type { Run } from '../../../src-shared/run.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { listBatches } from '../../store/batches.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { countOutcomes, listRuns } from '../../store/runs.ts';
import type { Workspace } from '../../store/workspace.ts';
import { ContentHashes } from '../pictures/seen-file.ts';
import { chooseBatches } from './choose-batch.ts';
import { type ExportOptions, type ExportOutcome, exportRun } from './export-run.ts';

/**
 * Exports the newest run of a batch in which images were inspected; where there is none, the newest in which all
 * failed.
 * @param options.batch name or id of the batch, as {@link chooseBatches} reads it; default: the newest that has results
 * @returns `passedOver`: newer runs in which every image failed
 * @throws ClipSamError `not-found` when there is no such batch, `conflict` when it has no result,
 *   and the store's and exports' errors
 */
export async function exportBatch(
  options: Omit<ExportOptions, 'workspace' | 'contents' | 'runId'> & {
    readonly workspaceFolder: string;
    readonly batch?: string;
    /** For the history, where the workspace can be written. */
    readonly inspector: string;
  },
): Promise<
  ExportOutcome & { readonly batch: Batch; readonly run: Run; readonly passedOver: readonly Run[] }
> {
  const { workspaceFolder, batch: wanted, inspector, ...rest } = options;
  const workspace = await openWorkspace(workspaceFolder, { allowReadOnly: true });
  try {
    const batches = await listBatches(workspace);
    const candidates = wanted === undefined ? batches : chooseBatches(batches, wanted);
    for (const batch of candidates) {
      const chosen = await newestRunWithResults(workspace, batch);
      if (!chosen) continue;
      const contents = new ContentHashes();
      const subjectId = chosen.run.id;
      const outcome = await exportRun({ ...rest, inspector, workspace, contents, runId: subjectId });
      const newValue = { formats: rest.formats, folder: outcome.folder };
      const event = { inspector, action: 'exported', subject: 'run', subjectId, newValue } as const;
      // The files are there, whatever becomes of the entry in the history.
      if (!workspace.isReadOnly) await recordAuditEvent(workspace, event).catch(() => {});
      return { batch, ...chosen, ...outcome };
    }
    if (candidates.length > 0) {
      throw new ClipSamError('conflict', 'There are no results to export yet. Inspect some images first.');
    }
    throw new ClipSamError('not-found', `There is no batch in ${workspace.folder}.`);
  } finally {
    await workspace.close();
  }
}

async function newestRunWithResults(
  workspace: Workspace,
  batch: Batch,
): Promise<{ readonly run: Run; readonly passedOver: readonly Run[] } | undefined> {
  const onlyFailed: Run[] = [];
  for (const run of await listRuns(workspace, batch.id)) {
    const { done, failed } = await countOutcomes(workspace, run.id);
    if (done > 0) return { run, passedOver: onlyFailed };
    if (failed > 0) onlyFailed.push(run);
  }
  const [newest] = onlyFailed;
  return newest && { run: newest, passedOver: [] };
}
