import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher, withRun } from '../../../src-renderer/batches/live-batches.ts';
import type { BatchSummaryRow } from '../../../src-shared/contract/batches.ts';
import { progressOf } from './progress.ts';

describe('withRun', () => {
  const row = { images: 3, run: progressOf({ id: 2, done: 1 }) } as BatchSummaryRow;

  it('takes what is news', () => {
    expect(withRun(row, progressOf({ id: 2, done: 2 })).run?.done).toBe(2);
    expect(withRun({ ...row, run: null }, progressOf({ id: 1 })).run?.run.id).toBe(1);
    expect(withRun(row, progressOf({ id: 3 })).run?.run.id).toBe(3);
  });

  it('hears nothing of an older run', () => {
    expect(withRun(row, progressOf({ id: 1, done: 3 }))).toBe(row);
  });
});

describe('Refresher', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks at once, then at a pace, and once more after the last wish', () => {
    const asked: number[] = [];
    const refresher = new Refresher(async (id) => void asked.push(id), 100);
    for (let i = 0; i < 50; i++) refresher.ask(1);
    expect(asked).toEqual([1]);
    vi.advanceTimersByTime(100);
    expect(asked).toEqual([1, 1]);
    vi.advanceTimersByTime(1000);
    expect(asked).toEqual([1, 1]);
    refresher.ask(1);
    expect(asked).toEqual([1, 1, 1]);
  });

  it('keeps batches apart, and stops', () => {
    const asked: number[] = [];
    const refresher = new Refresher(async (id) => void asked.push(id), 100);
    refresher.ask(1);
    refresher.ask(2);
    refresher.ask(2);
    refresher.stop();
    vi.advanceTimersByTime(1000);
    expect(asked).toEqual([1, 2]);
  });

  it('survives a refusal', async () => {
    const refresher = new Refresher(() => Promise.reject(new Error('gone')), 100);
    refresher.ask(1);
    await vi.advanceTimersByTimeAsync(200);
    refresher.stop();
  });
});
