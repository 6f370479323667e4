import { expect, it } from 'vitest';
import { type RunsAtWork, watchRuns } from '../../src-main/app/run-watch.ts';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';

function step(id: number, active: boolean, done: number, failed = 0, total = 10): WorkstationEvent {
  const progress = { run: { id }, active, done, failed, total, rate: null, eta: null };
  return { kind: 'run', progress, imageIds: [] } as unknown as WorkstationEvent;
}

async function seen(events: readonly WorkstationEvent[]): Promise<RunsAtWork[]> {
  const changes: RunsAtWork[] = [];
  await watchRuns(
    (async function* () {
      yield* events;
    })(),
    (change) => changes.push(change),
  );
  return changes;
}

it('follows a run to its end', async () => {
  expect(await seen([step(1, true, 0), step(1, true, 4, 1), step(1, false, 9, 1)])).toEqual([
    { runs: 1, share: 0 },
    { runs: 1, share: 0.5 },
    { runs: 0, share: 1 },
  ]);
});

it('sums runs, and says nothing about those that others work on', async () => {
  const changes = await seen([
    step(1, true, 5),
    step(2, true, 0, 0, 30),
    step(3, false, 2),
    { kind: 'recipes' },
    step(1, false, 5),
  ]);
  expect(changes).toEqual([
    { runs: 1, share: 0.5 },
    { runs: 2, share: 0.125 },
    { runs: 1, share: 0 },
  ]);
});
