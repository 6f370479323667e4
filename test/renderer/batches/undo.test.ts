import { expect, it } from 'vitest';
import { rememberStep, undoStep } from '../../../src-renderer/batches/undo.ts';

it('takes back the newest step first, each once, or the one that is named', async () => {
  const undone: string[] = [];
  for (const id of ['a', 'b', 'c']) rememberStep(id, async () => undone.push(id));
  expect(await undoStep('b')).toBe(true);
  expect(await undoStep('b')).toBe(false);
  expect(await undoStep()).toBe(true);
  expect(await undoStep()).toBe(true);
  expect(await undoStep()).toBe(false);
  expect(undone).toEqual(['b', 'c', 'a']);
});
