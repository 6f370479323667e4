import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Session } from '../../src-main/inference/ort.ts';
import { Stopwatch } from '../../src-main/inference/stopwatch.ts';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

/** A session that takes so many milliseconds. */
const session = (ms: number) =>
  ({
    async run() {
      vi.advanceTimersByTime(ms);
      return {};
    },
  }) as unknown as Session;

it('counts for a step what work takes besides the sessions within it', async () => {
  const clock = new Stopwatch();
  await clock.rest('regions', async () => {
    vi.advanceTimersByTime(5);
    await clock.run('decode', session(30), {});
    await clock.rest('compare', async () => {
      vi.advanceTimersByTime(7);
      await clock.run('umci', session(11), {});
    });
    vi.advanceTimersByTime(2);
  });
  expect(clock.timings).toEqual({ encode: 0, umci: 11, compare: 7, regions: 7, decode: 30 });
});

it('counts what others took for the same beside the time that passes', async () => {
  const first = new Stopwatch();
  await first.run('encode', session(40), {});
  const { result, timings } = await first.measure(async () => {
    await first.run('decode', session(30), {});
    return 'made';
  });
  expect([result, timings]).toEqual(['made', { encode: 0, umci: 0, compare: 0, regions: 0, decode: 30 }]);
  const second = new Stopwatch();
  await second.rest('regions', async () => {
    second.addKnown(timings);
    vi.advanceTimersByTime(4);
  });
  expect(second.timings).toEqual({ encode: 0, umci: 0, compare: 0, regions: 4, decode: 30 });
});
