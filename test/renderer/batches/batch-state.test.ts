import { expect, it } from 'vitest';
import { batchState } from '../../../src-renderer/batches/batch-state.ts';
import type { RunProgress } from '../../../src-shared/contract/runs.ts';
import { progressOf } from './progress.ts';

const of = (status: RunProgress['run']['status'], active: boolean) =>
  batchState({ images: 3, run: progressOf({ status, active }) });

it('tells a batch without images from one that was not inspected', () => {
  expect(batchState({ images: 0, run: null })).toBe('empty');
  expect(batchState({ images: 3, run: null })).toBe('fresh');
});

it('calls a run whose program died stopped, so that it can go on', () => {
  expect(of('running', true)).toBe('running');
  expect(of('paused', true)).toBe('paused');
  expect(of('running', false)).toBe('stopped');
  expect(of('paused', false)).toBe('stopped');
  expect(of('interrupted', false)).toBe('stopped');
});

it('leaves final runs final', () => {
  expect(of('done', false)).toBe('done');
  expect(of('cancelled', false)).toBe('cancelled');
});
