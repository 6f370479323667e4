import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inBackupTurn } from '../../../src-main/services/upkeep/backup-turns.ts';

test('who is called off while waiting leaves the others in their turns', async () => {
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  const calledOff = new AbortController();
  const work = (name: string) => async () => void done.push(name);
  const one = inBackupTurn('/backups', undefined, () => first.promise.then(work('one')));
  const two = inBackupTurn('/backups', calledOff.signal, work('two'));
  calledOff.abort();
  await expect(two).rejects.toMatchObject({ code: 'cancelled' });
  const three = inBackupTurn('/backups/', undefined, work('three'));
  await inBackupTurn('/elsewhere', undefined, work('elsewhere'));
  await setImmediate();
  expect(done).toEqual(['elsewhere']);
  first.resolve();
  await Promise.all([one, three]);
  expect(done).toEqual(['elsewhere', 'one', 'three']);
});

test('work that fails gives its turn on', async () => {
  const failed = inBackupTurn('/backups', undefined, () => Promise.reject(new Error('full')));
  const next = inBackupTurn('/backups', undefined, async () => 'made');
  await expect(failed).rejects.toThrow('full');
  expect(await next).toBe('made');
});
