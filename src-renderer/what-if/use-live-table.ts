import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Refresher } from '../state/refresher.ts';
import { onWorkstationEvent } from '../state/workstation.ts';

/** Milliseconds between two looks at a table that changes: it may be of 100,000 images. */
const PACE = 4000;

export const liveTableKey = (batchId: number) => ['what-if-table', batchId] as const;

/** Asks for the batch's table anew, at a pace, while its run goes on or inspectors judge its images. */
export function useLiveTable(batchId: number, runId: number | undefined): void {
  const queries = useQueryClient();
  useEffect(() => {
    const queryKey = liveTableKey(batchId);
    const refresher = new Refresher(() => queries.invalidateQueries({ queryKey }), PACE);
    const stop = onWorkstationEvent((event) => {
      const isOurs =
        event.kind === 'run'
          ? event.progress.run.batchId === batchId &&
            (event.imageIds.length > 0 || event.progress.run.id !== runId)
          : event.kind === 'reviewed' && event.runId === runId;
      if (isOurs) refresher.ask(batchId);
    });
    return () => {
      stop();
      refresher.stop();
    };
  }, [queries, batchId, runId]);
}
