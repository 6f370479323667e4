import type { WorkstationEvent } from '../../src-shared/contract/app.ts';

/** How far the runs at work are, all together. */
export interface RunsAtWork {
  readonly runs: number;
  /** Share of their images that are done or failed, 0..1; 1 when there is no run. */
  readonly share: number;
}

/**
 * Follows the workstation's events until they end.
 * @param onChange called at every step of a run, and once when the last one has ended
 */
export async function watchRuns(
  events: AsyncIterable<WorkstationEvent>,
  onChange: (atWork: RunsAtWork) => void,
): Promise<void> {
  const active = new Map<number, { readonly gone: number; readonly total: number }>();
  for await (const event of events) {
    if (event.kind !== 'run') continue;
    const { run, done, failed, total } = event.progress;
    const wasActive = active.delete(run.id);
    if (event.progress.active) active.set(run.id, { gone: done + failed, total });
    if (wasActive || event.progress.active) onChange(sumOf([...active.values()]));
  }
}

function sumOf(active: readonly { readonly gone: number; readonly total: number }[]): RunsAtWork {
  const total = active.reduce((sum, run) => sum + run.total, 0);
  const gone = active.reduce((sum, run) => sum + run.gone, 0);
  return { runs: active.length, share: total === 0 ? 1 : gone / total };
}
