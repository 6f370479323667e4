import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchLine } from '../../../src-renderer/api/line-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function watched(answers: boolean) {
  let asked = 0;
  let dead = 0;
  const watch = watchLine(
    async () => {
      asked++;
      if (answers) watch.heard();
    },
    () => dead++,
    () => Date.now(),
  );
  return { watch, seen: () => ({ asked, dead }) };
}

it('a line on which something is heard is left alone', () => {
  const { watch, seen } = watched(false);
  for (let i = 0; i < 100; i++) {
    vi.advanceTimersByTime(10_000);
    watch.heard();
  }
  expect(seen()).toEqual({ asked: 0, dead: 0 });
  watch.end();
});

it('a quiet one is asked for a sign of life, again and again, and stays while it gives one', () => {
  const { watch, seen } = watched(true);
  vi.advanceTimersByTime(10 * 60_000);
  expect(seen().asked).toBeGreaterThan(10);
  expect(seen().dead).toBe(0);
  watch.end();
});

it('a dead one is told once', () => {
  const { seen } = watched(false);
  vi.advanceTimersByTime(60_000);
  expect(seen()).toEqual({ asked: 1, dead: 1 });
  vi.advanceTimersByTime(10 * 60_000);
  expect(seen()).toEqual({ asked: 1, dead: 1 });
  expect(vi.getTimerCount()).toBe(0);
});
