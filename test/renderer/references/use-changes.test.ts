import { expect, it } from 'vitest';
import { canUndo } from '../../../src-renderer/references/use-changes.ts';
import { memoryChange } from './memory-fixture.ts';

it('what counts can be undone once; what waits, was dropped, or undoes something cannot', () => {
  const added = memoryChange(1);
  const undoing = memoryChange(2, { undoes: 1 });
  const dropped = memoryChange(3, { state: 'rejected' });
  const waits = memoryChange(4, { state: 'waiting' });
  expect(canUndo(added, [added])).toBe(true);
  expect(canUndo(added, [undoing, added])).toBe(false);
  for (const change of [undoing, dropped, waits]) expect(canUndo(change, [change])).toBe(false);
});

it('an undoing that was dropped leaves its change to be undone', () => {
  const added = memoryChange(1);
  const dropped = memoryChange(2, { undoes: 1, state: 'rejected' });
  expect(canUndo(added, [dropped, added])).toBe(true);
});
