import { expect, test } from 'vitest';
import { chooseBatches } from '../../../src-main/services/exports/choose-batch.ts';
import type { Batch } from '../../../src-shared/batch.ts';

const batch = (id: number, name: string): Batch => ({
  id,
  name,
  objectName: '',
  partNumber: '',
  revision: '',
  lot: '',
  order: '',
  recipeHash: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  archivedAt: null,
  sampleRanges: { integer: null, float: null },
  scale: null,
});
const ids = (batches: readonly Batch[], text: string) => chooseBatches(batches, text).map(({ id }) => id);

test('a batch is meant by its name or its id', () => {
  const batches = [batch(2, 'nuts'), batch(1, 'bolts')];
  expect(ids(batches, 'bolts')).toEqual([1]);
  expect(ids(batches, '2')).toEqual([2]);
  expect(ids(batches, 'id:1')).toEqual([1]);
  expect(ids(batches, 'name:nuts')).toEqual([2]);
});

test('several of one name come newest first', () => {
  expect(ids([batch(3, 'nuts'), batch(2, 'bolts'), batch(1, 'nuts')], 'nuts')).toEqual([3, 1]);
});

test('a name that is the id of another batch is refused, and how to say it is told', () => {
  const batches = [batch(2, '7'), batch(1, '2')];
  expect(() => ids(batches, '2')).toThrow(/name of batch 1, and batch 2 is called "7". Say id:2 or name:2/);
  expect(ids(batches, 'id:2')).toEqual([2]);
  expect(ids(batches, 'name:2')).toEqual([1]);
  expect(ids(batches, '1')).toEqual([1]);
  expect(ids(batches, '7')).toEqual([2]);
});

test('a batch whose name is its own id is meant by it', () => {
  expect(ids([batch(2, '2'), batch(1, 'x')], '2')).toEqual([2]);
});

test('a name that looks like the way to say an id can be said too', () => {
  const batches = [batch(2, 'id:1'), batch(1, 'x')];
  expect(() => ids(batches, 'id:1')).toThrow(/Say id:1 or id:2/);
  expect(ids(batches, 'name:id:1')).toEqual([2]);
  expect(ids(batches, 'id:2')).toEqual([2]);
});

test('what is not there is answered with what is', () => {
  expect(() => ids([batch(1, 'bolts')], 'nuts')).toThrow(
    'There is no batch "nuts". Batches there: 1 "bolts".',
  );
});
