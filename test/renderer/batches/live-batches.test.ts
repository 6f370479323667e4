import { describe, expect, it } from 'vitest';
import { withRun } from '../../../src-renderer/batches/live-batches.ts';
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
