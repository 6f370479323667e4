import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EventHub, type Subscription } from '../../src-main/api/event-hub.ts';
import type { WorkstationEvent } from '../../src-shared/contract/app.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const progress = (done: number, id = 1) => ({ run: { id }, done, total: 100 }) as unknown as RunProgress;

/** Takes what is there. */
async function taken(subscription: Subscription): Promise<WorkstationEvent[]> {
  const events: WorkstationEvent[] = [];
  for (;;) {
    const event = await Promise.race([subscription.next(), Promise.resolve('nothing' as const)]);
    if (event === 'nothing' || event === undefined) return events;
    events.push(event);
  }
}

describe('events of a run', () => {
  test('come a few times a second with all images in between, the last one for certain', async () => {
    const hub = new EventHub();
    const window = hub.subscribe();
    const seen: WorkstationEvent[] = [];
    void (async () => {
      for (let event = await window.next(); event; event = await window.next()) seen.push(event);
    })();
    for (let i = 1; i <= 100; i++) {
      hub.publishRun(progress(i), i);
      await vi.advanceTimersByTimeAsync(20);
    }
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.length).toBeLessThanOrEqual(9);
    expect(seen.flatMap((event) => (event.kind === 'run' ? event.imageIds : []))).toEqual(
      Array.from({ length: 100 }, (_, i) => i + 1),
    );
    expect(seen.at(-1)).toMatchObject({ progress: { done: 100 } });
    await vi.advanceTimersByTimeAsync(5000);
    expect(seen.at(-1)).toMatchObject({ progress: { done: 100 } });
  });

  test('that change its state come at once, with the images gathered by then', async () => {
    const hub = new EventHub();
    const window = hub.subscribe();
    hub.publishRun(progress(1), 7);
    hub.publishRun(progress(2));
    expect(await window.next()).toMatchObject({ imageIds: [7], progress: { done: 2 } });
  });

  test('that only tell of a tile wait their turn', async () => {
    const hub = new EventHub();
    const window = hub.subscribe();
    const seen: (WorkstationEvent | undefined)[] = [];
    void window.next().then((event) => seen.push(event));
    for (let i = 1; i <= 5; i++) hub.publishRun(progress(i), undefined, true);
    await vi.advanceTimersByTimeAsync(10);
    expect(seen).toEqual([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toMatchObject([{ imageIds: [], progress: { done: 5 } }]);
  });

  test('of two runs are not mixed', async () => {
    const hub = new EventHub();
    const window = hub.subscribe();
    hub.publishRun(progress(1, 1), 10);
    hub.publishRun(progress(5, 2), 20);
    await vi.advanceTimersByTimeAsync(1000);
    expect(await window.next()).toMatchObject({ progress: { run: { id: 1 } }, imageIds: [10] });
    expect(await window.next()).toMatchObject({ progress: { run: { id: 2 } }, imageIds: [20] });
  });
});

describe('a window', () => {
  test('that does not listen for a while gets what it missed in as few events', async () => {
    const hub = new EventHub();
    const asleep = hub.subscribe([{ kind: 'recipes' }]);
    for (let i = 1; i <= 1000; i++) {
      hub.publish({ kind: 'batch', batchId: i % 3 });
      hub.publish({ kind: 'recipes' });
      hub.publish({ kind: 'run', progress: progress(i), imageIds: [i] });
    }
    const events = await taken(asleep);
    expect(events).toHaveLength(5);
    const run = events.find((event) => event.kind === 'run');
    expect(run?.imageIds).toHaveLength(1000);
    expect(run?.progress.done).toBe(1000);
  });

  test('gets nothing after it closed, and does not disturb the others', async () => {
    const hub = new EventHub();
    const [closed, open] = [hub.subscribe(), hub.subscribe()];
    const waiting = closed.next();
    closed.close();
    expect(await waiting).toBeUndefined();
    hub.publish({ kind: 'recipes' });
    expect(await closed.next()).toBeUndefined();
    expect(await open.next()).toEqual({ kind: 'recipes' });
  });

  test('gets what is pending when the hub closes, and then the end', async () => {
    const hub = new EventHub();
    const window = hub.subscribe();
    hub.publishRun(progress(3), 3);
    hub.close();
    expect(await window.next()).toMatchObject({ kind: 'run', imageIds: [3] });
    expect(await window.next()).toBeUndefined();
  });
});
