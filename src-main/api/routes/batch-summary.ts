import type { BatchSummaryRow, StoppedImport } from '../../../src-shared/contract/batches.ts';
import { stoppedImports } from '../../services/imports/batch-imports.ts';
import { getBatchSummary, type ListedBatch, listBatchSummaries } from '../../store/batch-summaries.ts';
import type { Workstation } from '../workstation.ts';

/** One batch as the list of batches shows it. @throws ClipSamError `not-found` */
export async function batchSummary(workstation: Workstation, batchId: number): Promise<BatchSummaryRow> {
  const summary = await getBatchSummary(workstation.workspace, batchId);
  return toSummary(workstation, summary, await stoppedImports(workstation.workspace));
}

/** Those that are searched for. */
export async function batchSummaries(
  workstation: Workstation,
  search: Parameters<typeof listBatchSummaries>[1],
): Promise<BatchSummaryRow[]> {
  const stopped = await stoppedImports(workstation.workspace);
  const summaries = await listBatchSummaries(workstation.workspace, search);
  return summaries.map((summary) => toSummary(workstation, summary, stopped));
}

function toSummary(
  { runControl }: Workstation,
  summary: ListedBatch,
  stopped: ReadonlyMap<number, StoppedImport>,
): BatchSummaryRow {
  return {
    ...summary,
    stoppedImport: stopped.get(summary.batch.id) ?? null,
    run: summary.run && runControl.toProgress(summary.run),
  };
}
