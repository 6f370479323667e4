import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  backUpIfDue,
  backUpNow,
  backupState,
  changeBackupSettings,
  listBackups,
} from '../../../src-main/services/upkeep/backup-schedule.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { inspector, site } from './backup-fixture.ts';

const HOUR = 60 * 60_000;
const { signal } = new AbortController();

async function scheduled() {
  const { folder, workspace, backups } = await site();
  await changeBackupSettings(workspace, { folder: backups, everyHours: 24, keep: 2 }, 'eva');
  const pass = (now: number) => backUpIfDue(workspace, { inspector, signal, now });
  return { folder, workspace, backups, pass };
}

test('backups are made every so many hours, and as many are kept as the settings say', async () => {
  const { workspace, backups, pass } = await scheduled();
  const now = Date.now();
  expect(await pass(now)).toBe('made');
  expect(await pass(now + HOUR)).toBe('not-due');
  expect(await pass(now + 25 * HOUR)).toBe('made');
  // The time of a backup is the machine's own: the third is due a day after the second was made.
  expect(await pass(now + 25 * HOUR)).toBe('made');
  expect(await listBackups(backups)).toHaveLength(2);
  expect(await backupState(workspace, now)).toMatchObject({
    settings: { folder: backups, everyHours: 24, keep: 2 },
    last: { generation: expect.stringMatching(/^000003-/) },
    isOverdue: false,
  });
  expect((await backupState(workspace, now + 49 * HOUR)).isOverdue).toBe(true);
  expect(await listAudit(workspace, { subject: 'setting' })).toMatchObject([
    { inspector: 'eva', subjectId: 'backup', newValue: { folder: backups, everyHours: 24, keep: 2 } },
  ]);
});

test('a clock that was set back does not put the next backup off, nor make one after the other', async () => {
  const { workspace, pass } = await scheduled();
  const now = Date.now();
  expect(await pass(now)).toBe('made');
  expect(await pass(now - 400 * 24 * HOUR)).toBe('made');
  // What was made now counts, though an earlier row is of a later time.
  const { last } = await backupState(workspace, now);
  expect(last!.generation).toMatch(/^000002-/);
  expect(await pass(Date.parse(last!.madeAt) + HOUR)).toBe('not-due');
});

test('without hours none is made by itself, and without settings none at all', async () => {
  const { workspace, backups, pass } = await scheduled();
  await changeBackupSettings(workspace, { folder: backups, everyHours: null, keep: 2 }, 'eva');
  expect(await pass(Date.now() + 1000 * HOUR)).toBe('not-due');
  expect((await backupState(workspace, Date.now() + 1000 * HOUR)).isOverdue).toBe(false);
  await changeBackupSettings(workspace, null, 'eva');
  expect(await backupState(workspace, Date.now())).toEqual({ settings: null, last: null, isOverdue: false });
  expect(await pass(Date.now())).toBe('not-due');
});

test('one that is asked for while the due one is made waits for its turn, unless it is called off', async () => {
  const { workspace, backups, pass } = await scheduled();
  const calledOff = new AbortController();
  const due = pass(Date.now());
  const asked = backUpNow(workspace, { inspector, signal });
  const other = backUpNow(workspace, { inspector, signal: calledOff.signal });
  calledOff.abort();
  await expect(other).rejects.toMatchObject({ code: 'cancelled' });
  // That one was the last in turn; who comes now still waits for those before it.
  const late = backUpNow(workspace, { inspector, signal });
  expect(await due).toBe('made');
  const { generation } = await asked;
  expect((await late).generation).toMatch(/^000003-/);
  const made = await listBackups(backups);
  expect(made.map((one) => one.problem)).toEqual([null, null]);
  expect([generation, (await late).generation]).toContain(made[0]!.generation);
});

test('one that could not be made is a problem of the workspace until one was made', async () => {
  const { folder, workspace, backups, pass } = await scheduled();
  const now = Date.now();
  await pass(now);
  const away = join(folder, 'unplugged');
  await rename(backups, away);
  expect(await pass(now + 25 * HOUR)).toBe('failed');
  expect(workspace.health.report.problems).toMatchObject([
    { code: 'backup-failed', details: { case: 'backup-not-made', folder: backups } },
  ]);
  expect(await readdir(join(folder, 'disk'))).toEqual([]);
  await rename(away, backups);
  expect(await pass(now + 26 * HOUR)).toBe('made');
  expect(workspace.health.report.problems).toEqual([]);
});
