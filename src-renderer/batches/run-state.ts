import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';

/**
 * How far a batch is. `stopped`: the run was interrupted, or its program died; it can go on.
 */
export type RunState = 'empty' | 'fresh' | 'running' | 'paused' | 'stopped' | 'cancelled' | 'done';

export function runState({ images, run }: Pick<BatchSummaryRow, 'images' | 'run'>): RunState {
  if (!run) return images === 0 ? 'empty' : 'fresh';
  const { status } = run.run;
  if (status === 'done' || status === 'cancelled') return status;
  if (status === 'interrupted' || !run.active) return 'stopped';
  return status;
}

/** True while a run holds the batch: it can't be started anew. */
export function isUnfinished(state: RunState): boolean {
  return state === 'running' || state === 'paused' || state === 'stopped';
}
