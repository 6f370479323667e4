import type { RunProgress } from '../../../src-shared/contract/runs.ts';

/** A run's progress. */
export function progressOf(
  changes: { readonly id?: number; readonly status?: RunProgress['run']['status'] } & Partial<
    Pick<RunProgress, 'active' | 'done'>
  > = {},
): RunProgress {
  const { id = 1, status = 'running', active = true, done = 0 } = changes;
  return {
    run: {
      id,
      batchId: 7,
      recipeHash: 'a'.repeat(64),
      packHash: 'b'.repeat(64),
      device: { asked: 'cpu', running: 'cpu' },
      softwareVersion: '0.0.0',
      sampleRanges: { integer: null, float: null },
      scale: null,
      comparison: null,
      status,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: null,
      error: null,
    },
    total: 3,
    done,
    failed: 0,
    active,
    comparing: null,
    rate: null,
    eta: null,
  };
}
