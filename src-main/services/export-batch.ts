import type { Batch, Run } from '../../src-shared/batch.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import type { CsvStyle, ExportFormat } from '../../src-shared/export-formats.ts';
import type { ExportEvent } from '../../src-shared/progress.ts';
import type { ExportedFile } from '../reports/export-report.ts';
import { listBatches } from '../store/batches.ts';
import { countOutcomes, listRuns } from '../store/runs.ts';
import { openWorkspace, type Workspace } from '../store/workspace.ts';
import { exportRun } from './export-run.ts';

/**
 * Exports the newest run with results of a batch.
 * @param options.batch id or name of the batch; default: the newest that has results
 * @throws ClipSamError `input-invalid` when there is no such batch or no result in it, and the store's and exports' errors
 */
export async function exportBatch(options: {
  readonly workspaceFolder: string;
  readonly batch?: string;
  readonly formats: readonly ExportFormat[];
  readonly folder: string;
  readonly csv?: CsvStyle;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExportEvent) => void;
}): Promise<{ readonly batch: Batch; readonly files: readonly ExportedFile[] }> {
  const { workspaceFolder, batch: wanted, ...rest } = options;
  const workspace = await openWorkspace(workspaceFolder);
  try {
    const batches = await listBatches(workspace);
    const candidates = batches.filter(
      ({ id, name }) => wanted === undefined || name === wanted || String(id) === wanted,
    );
    for (const batch of candidates) {
      const run = await newestRunWithResults(workspace, batch);
      if (run) return { batch, files: await exportRun({ ...rest, workspace, runId: run.id }) };
    }
    if (candidates.length > 0) {
      throw new ClipSamError(
        'input-invalid',
        'There are no results to export yet. Inspect some images first.',
      );
    }
    const known = batches.map(({ id, name }) => `${id} "${name}"`).join(', ');
    const what = wanted === undefined ? 'batch' : `batch "${wanted}"`;
    throw new ClipSamError(
      'input-invalid',
      `There is no ${what} in ${workspace.folder}. Batches there: ${known || 'none'}.`,
    );
  } finally {
    await workspace.close();
  }
}

async function newestRunWithResults(workspace: Workspace, batch: Batch): Promise<Run | undefined> {
  for (const run of await listRuns(workspace, batch.id)) {
    const { done, failed } = await countOutcomes(workspace, run.id);
    if (done + failed > 0) return run;
  }
  return undefined;
}
