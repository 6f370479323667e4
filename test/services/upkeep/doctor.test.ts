import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { changeBackupSettings } from '../../../src-main/services/upkeep/backup-schedule.ts';
import { findFaults } from '../../../src-main/services/upkeep/doctor.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { Finding } from '../../../src-shared/finding.ts';
import { tamperWithFile } from '../../store/audit-fixture.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { tempFolder } from '../../temp-folder.ts';
import { backUp, batchWithResults, hashesBelow, inspector, site } from './backup-fixture.ts';

const { signal } = new AbortController();

/** Findings by their case; what depends on the machine is left out. */
async function findingsOf(workspace: Workspace, options: { mend?: boolean; now?: number } = {}) {
  const root = await tempFolder();
  const packs = { packsRoot: root, storeRoot: root, importedRoot: join(workspace.folder, 'models') };
  const { mend = false, now = Date.now() } = options;
  const findings = await findFaults({ workspace, packs, mend, inspector, signal, now });
  const byCase = new Map<string, Finding>(findings.map((finding) => [finding.case, finding]));
  byCase.delete('disk-low');
  return Object.fromEntries(byCase);
}

async function backedUp() {
  const { workspace, backups, folder } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await changeBackupSettings(workspace, { folder: backups, everyHours: null, keep: 3 }, inspector);
  await backUp(workspace, backups);
  return { workspace, backups, folder, batch };
}

test('nothing is found in a sound workspace, and nothing is changed', async () => {
  const { workspace } = await backedUp();
  const before = await hashesBelow(join(workspace.folder, 'artifacts'));
  expect(await findingsOf(workspace, { mend: true })).toEqual({});
  expect(await hashesBelow(join(workspace.folder, 'artifacts'))).toEqual(before);
  expect(await listAudit(workspace, { subject: 'workspace' })).toEqual([]);
});

test('an audit trail that was changed behind its back is found, and not mended', async () => {
  const { workspace } = await backedUp();
  tamperWithFile(workspace, "update audit_events set inspector = 'eve' where id = 2");
  const fault = { severity: 'fault', values: { count: 1 }, mend: 'no', mended: null };
  expect(await findingsOf(workspace)).toMatchObject({ 'trail-broken': fault });
  expect(await findingsOf(workspace, { mend: true })).toMatchObject({ 'trail-broken': fault });
});

test('missing and damaged maps are found by their hashes, and come back from a backup; the damaged one is kept', async () => {
  const { workspace, batch } = await backedUp();
  const [missing, damaged] = batch.artifacts.map(({ finalMap }) => finalMap.sha256);
  await rm(workspace.artifacts.pathOf(missing!));
  const path = workspace.artifacts.pathOf(damaged!);
  const bytes = await readFile(path);
  bytes[3]! ^= 4;
  await writeFile(path, bytes);
  const found = await findingsOf(workspace);
  expect(found).toMatchObject({
    'artifacts-missing': { values: { count: 1, inBackup: 1 }, mend: 'yes', mended: null, severity: 'fault' },
    'artifacts-damaged': { values: { count: 1, inBackup: 1 }, mend: 'yes', mended: null },
  });
  expect(existsSync(workspace.artifacts.pathOf(missing!))).toBe(false);
  expect(await findingsOf(workspace, { mend: true })).toMatchObject({
    'artifacts-missing': { mended: 1 },
    'artifacts-damaged': { mended: 1 },
  });
  for (const hash of [missing!, damaged!]) {
    expect(sha256(await readFile(workspace.artifacts.pathOf(hash)))).toBe(hash);
  }
  expect(Object.values(await hashesBelow(join(workspace.folder, 'quarantine')))).toEqual([sha256(bytes)]);
  expect(await findingsOf(workspace)).toEqual({});
  expect(await listAudit(workspace, { subject: 'workspace' })).toMatchObject([
    { action: 'mended', newValue: { 'artifacts-missing': 1, 'artifacts-damaged': 1 } },
  ]);
});

test('what no backup has whole is not mended, and stays found', async () => {
  const { workspace, backups, batch } = await backedUp();
  const hash = batch.artifacts[0]!.finalMap.sha256;
  await rm(workspace.artifacts.pathOf(hash));
  await writeFile(join(backups, 'contents', hash.slice(0, 2), hash), 'something else');
  expect(await findingsOf(workspace, { mend: true })).toMatchObject({
    'artifacts-missing': { values: { count: 1, inBackup: 0 }, mend: 'no', mended: 0 },
  });
  expect(existsSync(workspace.artifacts.pathOf(hash))).toBe(false);
});

test('a file in quarantine that a result needs comes back; abandoned temporary files go, young ones and others stay', async () => {
  const { workspace, batch } = await backedUp();
  const hash = batch.artifacts[0]!.finalMap.sha256;
  const path = workspace.artifacts.pathOf(hash);
  await mkdir(join(workspace.folder, 'quarantine'));
  await rename(path, join(workspace.folder, 'quarantine', `${hash}.png`));
  const names = ['123-0123456789ab', '124-0123456789ab'];
  const [old, young] = names.map((name) => `${path}.${name}.tmp`);
  for (const file of [old!, young!, `${path}.mine`]) await writeFile(file, 'x');
  const yesterday = new Date(Date.now() - 24 * 60 * 60_000);
  for (const file of [old!, `${path}.mine`]) await utimes(file, yesterday, yesterday);
  expect(await findingsOf(workspace, { mend: true })).toMatchObject({
    'artifacts-in-quarantine': { values: { count: 1 }, mended: 1 },
    'temporary-left': { values: { count: 1 }, mended: 1, severity: 'note' },
  });
  expect([path, old!, young!, `${path}.mine`].map(existsSync)).toEqual([true, false, true, true]);
});

test('images that are gone or have changed are told, and never touched', async () => {
  const { workspace, batch } = await backedUp();
  await rm(batch.files[0]!);
  await writeFile(batch.files[1]!, 'another picture');
  expect(await findingsOf(workspace, { mend: true })).toMatchObject({
    'images-missing': { values: { count: 1 }, paths: [batch.files[0]], mend: 'no' },
    'images-changed': { values: { count: 1 }, paths: [batch.files[1]], mend: 'no' },
  });
  expect(await readFile(batch.files[1]!, 'utf8')).toBe('another picture');
});

test('a clock that was set back behind the history is told', async () => {
  const { workspace } = await backedUp();
  const now = Date.now() - 24 * 60 * 60_000;
  expect(await findingsOf(workspace, { now })).toMatchObject({ 'clock-behind': { severity: 'warning' } });
});

test('rows that refer to nothing are found', async () => {
  const { workspace } = await backedUp();
  await sql`pragma foreign_keys = off`.execute(workspace.db);
  await sql`insert into imports (batch_id, paths, inspector, started_at) values (99, '[]', 'x', 'x')`.execute(
    workspace.db,
  );
  await sql`pragma foreign_keys = on`.execute(workspace.db);
  expect(await findingsOf(workspace)).toMatchObject({
    'references-broken': { values: { problem: expect.stringContaining('imports') }, mend: 'no' },
  });
});

test('backups that are overdue, out of reach or not set are told; so are runs that were cut off and unused maps', async () => {
  const { workspace, backups, folder } = await backedUp();
  await changeBackupSettings(workspace, { folder: backups, everyHours: 1, keep: 3 }, inspector);
  await rename(backups, join(folder, 'away'));
  await workspace.artifacts.put(Buffer.from('of nobody'), 'image/png');
  const run = await batchWithResults(workspace, 'cut off', 2, 1);
  await sql`update runs set owner_pid = 1, owner_host = 'elsewhere', owner_token = 'x', heartbeat_at = '2020-01-01'
    where id = ${run.runId}`.execute(workspace.db);
  expect(await findingsOf(workspace, { now: Date.now() + 3 * 60 * 60_000 })).toMatchObject({
    'backups-overdue': { values: { folder: backups } },
    'backups-unreachable': { values: { folder: backups } },
    'artifacts-unused': { values: { count: 1 } },
    'runs-left': { values: { count: 1 } },
  });
  await changeBackupSettings(workspace, null, inspector);
  expect(await findingsOf(workspace)).toHaveProperty('backups-none');
});
