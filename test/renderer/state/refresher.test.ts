import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refresher } from '../../../src-renderer/state/refresher.ts';

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
