import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';

/**
 * How far a batch is. `stopped`: the run was interrupted, or its program died; it can go on.
 */
export type BatchState = 'empty' | 'fresh' | 'running' | 'paused' | 'stopped' | 'cancelled' | 'done';

export function batchState({ images, run }: Pick<BatchSummaryRow, 'images' | 'run'>): BatchState {
  if (!run) return images === 0 ? 'empty' : 'fresh';
  const { status } = run.run;
  if (status === 'done' || status === 'cancelled') return status;
  if (status === 'interrupted' || !run.active) return 'stopped';
  return status;
}

/** True while a run holds the batch: it can't be started anew. */
export function isUnfinished(state: BatchState): boolean {
  return state === 'running' || state === 'paused' || state === 'stopped';
}
