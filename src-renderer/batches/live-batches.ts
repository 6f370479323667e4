import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import type { Api, Client } from '../api/connection.ts';
import { Refresher } from '../state/refresher.ts';
import { onWorkstationEvent, useWorkstation } from '../state/workstation.ts';

/**
 * Keeps the batches on screen up to date: a run's progress is written into what is shown, and its counts are asked
 * for at a pace, for that batch only.
 */
export function useLiveBatches(): void {
  const { api, client } = useWorkstation();
  const queries = useQueryClient();
  useEffect(() => {
    const refresher = new Refresher((batchId) => refresh(queries, api, client, batchId));
    const stop = onWorkstationEvent((event) => {
      if (event.kind === 'run') {
        const { batchId } = event.progress.run;
        patch(queries, api, batchId, (row) => withRun(row, event.progress));
        refresher.ask(batchId);
      }
      if (event.kind === 'reviewed') {
        const shown = queries.getQueriesData<BatchSummaryRow[]>({ queryKey: api.batches.list.key() });
        const batch = shown.flatMap(([, rows]) => rows ?? []).find(({ run }) => run?.run.id === event.runId);
        if (batch) refresher.ask(batch.batch.id);
      }
    });
    return () => {
      stop();
      refresher.stop();
    };
  }, [api, client, queries]);
}

/** A batch with the newest state of its run; an older run's progress says nothing about it. */
export function withRun(row: BatchSummaryRow, progress: RunProgress): BatchSummaryRow {
  return row.run && row.run.run.id > progress.run.id ? row : { ...row, run: progress };
}

async function refresh(queries: QueryClient, api: Api, client: Client, id: number): Promise<void> {
  const fresh = await client.batches.get({ id });
  // The run's own events are never older than what was asked for.
  patch(queries, api, id, (row) => (row.run ? withRun(fresh, row.run) : fresh));
}

function patch(
  queries: QueryClient,
  api: Api,
  batchId: number,
  change: (row: BatchSummaryRow) => BatchSummaryRow,
): void {
  queries.setQueriesData<BatchSummaryRow[]>({ queryKey: api.batches.list.key() }, (rows) =>
    rows?.map((row) => (row.batch.id === batchId ? change(row) : row)),
  );
}
