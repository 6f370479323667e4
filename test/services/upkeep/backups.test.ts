import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { BackupStore } from '../../../src-main/services/upkeep/backup-folder.ts';
import { listBackups } from '../../../src-main/services/upkeep/backup-schedule.ts';
import { restoreBackup } from '../../../src-main/services/upkeep/restore-backup.ts';
import { verifyBackup } from '../../../src-main/services/upkeep/verify-backup.ts';
import { openSnapshot } from '../../../src-main/store/database-snapshot.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { findDamage } from '../../../src-main/store/page-check.ts';
import { listResults } from '../../../src-main/store/results.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import { lockBackups } from '../../../src-main/store/workspace-lock.ts';
import type { BackupEvent } from '../../../src-shared/contract/backups.ts';
import { canMount, smallDisk } from '../../small-disk.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { allRows, backUp, batchWithResults, hashesBelow, inspector, site } from './backup-fixture.ts';

const { signal } = new AbortController();
const verify = (folder: string, generation?: string) => verifyBackup({ folder, generation, signal });
const restore = (backups: string, folder: string, options: { inPlace?: boolean; generation?: string } = {}) =>
  restoreBackup({ backups, folder, inPlace: false, inspector, signal, ...options });
const none = { count: 0, paths: [] };
const contentsOf = async (backups: string) => Object.keys(await hashesBelow(join(backups, 'contents')));

/** Changes one bit in the middle of a file. */
async function flipBit(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 1;
  await writeFile(path, bytes);
}

test('what was backed up while a run was at work comes back row by row and byte by byte, and opens', async () => {
  const { folder, workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot 7', 30, 10);
  await addVerdict(workspace, {
    runId: batch.runId,
    imageId: batch.images[0]!.id,
    verdict: 'reject',
    inspector,
  });
  await mkdir(join(workspace.folder, 'models', 'own'), { recursive: true });
  await writeFile(join(workspace.folder, 'models', 'own', 'pack.json'), '{}');
  await mkdir(join(workspace.folder, 'models', '.incoming'));
  await writeFile(join(workspace.folder, 'models', '.incoming', 'part'), 'half');
  // The run goes on between the steps of the backup.
  const during: Promise<unknown>[] = [];
  let next = 10;
  const onEvent = () => void (next < 30 && during.push(batch.record(next++)));
  const made = await backUp(workspace, backups, { onEvent });
  await Promise.all(during);
  expect(next).toBeGreaterThan(11);
  expect(made.counts).toMatchObject({ missing: 0, damaged: 0, imagesOutside: 0, copied: made.counts.files });

  const copy = openSnapshot(join(backups, 'generations', made.generation, 'workspace.sqlite'));
  const rows = await allRows(copy);
  await copy.close();
  const finished = rows.results!.length;
  expect(finished).toBeGreaterThanOrEqual(10);
  const target = join(folder, 'restored');
  const restored = await restore(backups, target);
  expect(restored).toMatchObject({ generation: made.generation, lost: none, aside: undefined });
  const again = await openWorkspace(target);
  onTestFinished(() => again.close());
  const rowsAgain = await allRows(again);
  // Opening it, and who restored it, is written down; nothing else differs.
  for (const table of ['marks', 'audit_events']) {
    expect(rowsAgain[table]!.slice(0, rows[table]!.length)).toEqual(rows[table]);
  }
  const others = (all: Record<string, unknown[]>) => ({ ...all, marks: [], audit_events: [] });
  expect(others(rowsAgain)).toEqual(others(rows));
  const results = await listResults(again, batch.runId);
  expect(results).toHaveLength(finished);
  for (const result of results) {
    if (result.status === 'failed') throw new Error('failed');
    for (const { sha256: hash } of Object.values(result.result.artifacts)) {
      expect(sha256(await readFile(again.artifacts.pathOf(hash)))).toBe(hash);
    }
  }
  const before = await hashesBelow(workspace.folder);
  const after = await hashesBelow(target);
  for (const [path, hash] of Object.entries(after)) {
    if (/^(photos|models|artifacts\/..\/)/.test(path)) expect([path, hash]).toEqual([path, before[path]]);
  }
  for (const path of Object.keys(before).filter((name) => /^photos/.test(name)))
    expect(after).toHaveProperty([path]);
  expect(Object.keys(after).filter((path) => path.startsWith('models'))).toEqual(['models/own/pack.json']);
  expect(await listAudit(again, { subject: 'backup', limit: 1 })).toMatchObject([
    { action: 'restored', subjectId: made.generation },
  ]);
  expect(await listAudit(workspace, { subject: 'backup', limit: 1 })).toMatchObject([
    { action: 'made', inspector, newValue: { folder: backups, files: made.counts.files } },
  ]);
  await batch.finish();
});

test('contents of a backup are what their names say, as another program reads them', async () => {
  const { workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await backUp(workspace, backups);
  const paths = await contentsOf(backups);
  const list = paths.map((path) => `${path.slice(3)}  ${path}\n`).join('');
  const folder = join(backups, 'contents');
  const check = spawnSync('sha256sum', ['--check', '--strict', '--quiet'], { cwd: folder, input: list });
  if (check.error) console.warn('SKIPPED: sha256sum is missing');
  else expect([check.status, String(check.stdout)]).toEqual([0, '']);
  // Three images; a coarse and a final map of each; the mask that they share.
  expect(paths).toHaveLength(3 + 6 + 1);
});

test('a second backup copies only what is new; with the oldest backup goes only what no other has', async () => {
  const { workspace, backups } = await site();
  const first = await batchWithResults(workspace, 'first');
  await first.finish();
  const one = await backUp(workspace, backups, { keep: 2 });
  const two = await backUp(workspace, backups, { keep: 2 });
  expect(two.counts).toMatchObject({ files: one.counts.files, copied: 0, copiedBytes: 0 });
  const second = await batchWithResults(workspace, 'second', 1);
  await second.finish();
  // An image that is not there any more is in later backups no longer.
  const gone = sha256(await readFile(first.files[0]!));
  await rm(first.files[0]!);
  const three = await backUp(workspace, backups, { keep: 2 });
  expect(three.counts).toMatchObject({ copied: 3, missing: 1 });
  expect((await listBackups(backups)).map(({ generation }) => generation)).toEqual([
    three.generation,
    two.generation,
  ]);
  expect(await contentsOf(backups)).toContain(`${gone.slice(0, 2)}/${gone}`);
  const four = await backUp(workspace, backups, { keep: 2 });
  expect(await contentsOf(backups)).not.toContain(`${gone.slice(0, 2)}/${gone}`);
  expect(await verify(backups)).toMatchObject({
    generation: four.generation,
    damaged: none,
    missing: none,
    database: null,
  });
  expect(await verify(backups, three.generation)).toMatchObject({ missing: none });
});

test('an image that was written anew is copied again, one that was not is not read', async () => {
  const { workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await backUp(workspace, backups);
  const [image] = batch.files;
  const other = 'x'.repeat((await readFile(image!)).length);
  await writeFile(image!, other);
  const second = await backUp(workspace, backups);
  expect(second.counts.copied).toBe(1);
  expect(await contentsOf(backups)).toContain(`${sha256(other).slice(0, 2)}/${sha256(other)}`);
});

test('a folder serves one workspace, holds nothing else, and is not within the workspace', async () => {
  const { folder, workspace, backups } = await site();
  await backUp(workspace, backups);
  const other = await openWorkspace(join(folder, 'other'), { create: true });
  onTestFinished(() => other.close());
  await expect(backUp(other, backups)).rejects.toMatchObject({ details: { case: 'backup-of-other' } });
  const taken = join(folder, 'taken');
  await mkdir(taken);
  await writeFile(join(taken, 'letter.txt'), 'Dear');
  await expect(backUp(workspace, taken)).rejects.toMatchObject({ details: { case: 'backup-foreign' } });
  for (const inside of [join(workspace.folder, 'backups'), workspace.folder, folder]) {
    await expect(backUp(workspace, inside)).rejects.toMatchObject({ details: { case: 'backup-inside' } });
  }
  await expect(backUp(workspace, 'relative')).rejects.toMatchObject({ details: { case: 'not-a-full-path' } });
  expect(await readdir(taken)).toEqual(['letter.txt']);
});

test('a disk that is not connected leaves an empty folder: nothing is written there', async () => {
  const { folder, workspace, backups } = await site();
  await backUp(workspace, backups);
  const { id } = JSON.parse(await readFile(join(backups, 'clipsam-backup.json'), 'utf8'));
  await rename(backups, join(folder, 'unplugged'));
  await mkdir(backups);
  await expect(backUp(workspace, backups, { folderId: id })).rejects.toMatchObject({
    code: 'backup-failed',
    details: { case: 'backup-gone' },
  });
  expect(await readdir(backups)).toEqual([]);
  await rm(backups, { recursive: true });
  await expect(backUp(workspace, backups, { folderId: id })).rejects.toMatchObject({
    details: { case: 'backup-gone' },
  });
  expect(existsSync(backups)).toBe(false);
});

test('a disk that goes away in the middle is told; the earlier backup is usable afterwards, and the next goes on', async () => {
  const { folder, workspace, backups } = await site();
  const first = await batchWithResults(workspace, 'first');
  await first.finish();
  const one = await backUp(workspace, backups);
  const second = await batchWithResults(workspace, 'second', 20);
  await second.finish();
  const away = join(folder, 'unplugged');
  let events = 0;
  const pulled = backUp(workspace, backups, {
    onEvent: ({ step }) => {
      if (step === 'files' && events++ === 3) execFileSync('mv', [backups, away]);
    },
  });
  await expect(pulled).rejects.toMatchObject({
    code: 'backup-failed',
    details: { case: 'backup-unreachable' },
  });
  expect(existsSync(backups)).toBe(false);
  await rename(away, backups);
  expect(await verify(backups)).toMatchObject({
    generation: one.generation,
    damaged: none,
    missing: none,
    database: null,
  });
  const two = await backUp(workspace, backups);
  expect(two.counts.copied).toBeLessThan(20 * 3);
  expect(await verify(backups)).toMatchObject({
    generation: two.generation,
    damaged: none,
    missing: none,
    database: null,
  });
});

test('flipped bits are found, told when restoring, and mended by the next backup', async () => {
  const { folder, workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await backUp(workspace, backups);
  const hash = batch.artifacts[0]!.coarseMap.sha256;
  const path = `artifacts/${hash.slice(0, 2)}/${hash}.png`;
  await flipBit(join(backups, 'contents', hash.slice(0, 2), hash));
  const { lost } = await restore(backups, join(folder, 'restored'));
  expect(lost).toEqual({ count: 1, paths: [path] });
  expect(existsSync(join(folder, 'restored', path))).toBe(false);
  expect((await verify(backups)).damaged).toEqual({ count: 1, paths: [path] });
  // It was set aside: now it is missing, until the workspace gives it again.
  expect((await verify(backups)).missing).toEqual({ count: 1, paths: [path] });
  expect((await backUp(workspace, backups)).counts.copied).toBe(1);
  expect(await verify(backups)).toMatchObject({ damaged: none, missing: none });
});

test.each(['workspace.sqlite', 'manifest.json', 'files.jsonl'])(
  'a backup whose %s was changed by hand is never restored; an earlier one is',
  async (name) => {
    const { folder, workspace, backups } = await site();
    const batch = await batchWithResults(workspace, 'lot');
    await batch.finish();
    const one = await backUp(workspace, backups);
    const two = await backUp(workspace, backups);
    await flipBit(join(backups, 'generations', two.generation, name));
    const target = join(folder, 'restored');
    await expect(restore(backups, target)).rejects.toMatchObject({ details: { case: 'backup-altered' } });
    expect(existsSync(target)).toBe(false);
    if (name === 'workspace.sqlite') expect((await verify(backups)).database).not.toBeNull();
    else await expect(verify(backups)).rejects.toMatchObject({ details: { case: 'backup-altered' } });
    expect(await restore(backups, target, { generation: one.generation })).toMatchObject({ lost: none });
    // What a broken list names is not known: no content goes.
    const contents = await contentsOf(backups);
    await backUp(workspace, backups, { keep: 1 });
    for (const content of contents) expect(await contentsOf(backups)).toContain(content);
  },
);

test('a list that names files outside the workspace is refused', async () => {
  const { folder, workspace, backups } = await site();
  const { generation } = await backUp(workspace, backups);
  const about = JSON.parse(await readFile(join(backups, 'clipsam-backup.json'), 'utf8'));
  const store = new BackupStore(backups, about);
  const { hash: _, ...manifest } = await store.manifest(generation);
  const evil = `${JSON.stringify({ path: '../evil', sha256: 'a'.repeat(64), bytes: 1 })}\n`;
  const part = await store.begin('000002-2026-01-01T000000Z');
  await writeFile(store.pathOf(part, 'list'), evil);
  await writeFile(store.pathOf(part, 'database'), await readFile(store.pathOf(generation, 'database')));
  const list = { sha256: sha256(evil), bytes: evil.length };
  await store.complete(part, { ...manifest, generation: '000002-2026-01-01T000000Z', list });
  await expect(restore(backups, join(folder, 'restored'))).rejects.toMatchObject({
    details: { case: 'backup-altered' },
  });
});

test('what the workspace has lost or damaged, an earlier backup keeps; what none has is told', async () => {
  const { workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  const pathOf = (index: number) => workspace.artifacts.pathOf(batch.artifacts[index]!.finalMap);
  await flipBit(pathOf(0));
  await rm(pathOf(1));
  const one = await backUp(workspace, backups);
  expect(one.counts).toMatchObject({ damaged: 1, missing: 1 });
  await flipBit(pathOf(2));
  const two = await backUp(workspace, backups);
  expect(two.counts).toMatchObject({ damaged: 1, missing: 1, files: one.counts.files });
  await rm(pathOf(2));
  expect((await backUp(workspace, backups)).counts).toMatchObject({ files: one.counts.files });
  const hash = batch.artifacts[2]!.finalMap.sha256;
  expect(sha256(await readFile(join(backups, 'contents', hash.slice(0, 2), hash)))).toBe(hash);
});

test('in place, what stood there is kept beside it; else a folder with something in it is refused', async () => {
  const { folder, workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await backUp(workspace, backups);
  await workspace.close();
  await writeFile(join(workspace.folder, 'notes.txt'), 'mine');
  await expect(restore(backups, workspace.folder)).rejects.toMatchObject({
    details: { case: 'restore-taken' },
  });
  const { aside } = await restore(backups, workspace.folder, { inPlace: true });
  expect(aside).toBe(`${workspace.folder}.before-1`);
  expect(await readFile(join(aside!, 'notes.txt'), 'utf8')).toBe('mine');
  await expect(restore(backups, join(folder, 'disk'), { inPlace: true })).rejects.toMatchObject({
    details: { case: 'restore-taken' },
  });
  const again = await openWorkspace(workspace.folder);
  expect(await listResults(again, batch.runId)).toHaveLength(3);
  await again.close();
});

test('two at once: the second is told to wait, and what the first makes is whole', async () => {
  const { workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot');
  await batch.finish();
  await backUp(workspace, backups);
  const lock = lockBackups(backups);
  const busy = { code: 'conflict', details: { case: 'backup-busy' } };
  await expect(backUp(workspace, backups)).rejects.toMatchObject(busy);
  await expect(verify(backups)).rejects.toMatchObject(busy);
  lock.release();
  const both = await Promise.allSettled([backUp(workspace, backups), backUp(workspace, backups)]);
  const refused = both.filter(({ status }) => status === 'rejected');
  for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toMatchObject(busy);
  expect(await verify(backups)).toMatchObject({ damaged: none, missing: none, database: null });
});

test('with a clock that was set back, the later backup is still the newer one', async () => {
  const { workspace, backups } = await site();
  const one = await backUp(workspace, backups);
  const about = JSON.parse(await readFile(join(backups, 'clipsam-backup.json'), 'utf8'));
  const next = await new BackupStore(backups, about).nextGeneration(new Date('2001-01-01T00:00:00Z'));
  expect(next).toBe('000002-2001-01-01T000000Z');
  await rename(
    join(backups, 'generations', one.generation),
    join(backups, 'generations', '000009-2099-01-01T000000Z'),
  );
  const two = await backUp(workspace, backups);
  expect(two.generation).toMatch(/^000010-/);
  expect((await listBackups(backups))[0]!.generation).toBe(two.generation);
});

test('a database that is read while another program writes is the one of a single moment', async () => {
  const { folder, workspace } = await site();
  const file = join(workspace.folder, 'workspace.sqlite');
  const write = `
    import Database from 'better-sqlite3';
    const database = new Database(${JSON.stringify(file)}, { timeout: 30000 });
    database.exec('create table pairs (id integer primary key, a integer, b integer, filler text)');
    const add = database.prepare("insert into pairs (a, b, filler) values (?, ?, hex(zeroblob(2000)))");
    database.transaction(() => { for (let i = 0; i < 2000; i++) add.run(i, i); })();
    console.log('ready');
    for (let i = 0; ; i++) database.transaction(() => { add.run(i, i); database.exec('update pairs set a = a + 1, b = b + 1 where id < 50'); })();`;
  const writer = spawn(process.execPath, ['--input-type=module', '-e', write], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void writer.kill('SIGKILL'));
  await new Promise((resolve) => writer.stdout.once('data', resolve));
  let steps = 0;
  await workspace.snapshotTo(join(folder, 'copy.sqlite'), { onProgress: () => steps++ });
  writer.kill('SIGKILL');
  expect(steps).toBeGreaterThan(2);
  expect(await findDamage(join(folder, 'copy.sqlite'))).toBeUndefined();
  const copy = openSnapshot(join(folder, 'copy.sqlite'));
  const { rows } = await sql<{ n: number }>`select count(*) as n from pairs where a <> b`.execute(copy.db);
  expect(rows[0]!.n).toBe(0);
  await copy.close();
});

/** Makes a backup in a program of its own that dies at the given event of a step. @returns whether it died */
function killedAt(
  workspace: string,
  backups: string,
  [step, event]: readonly [BackupEvent['step'], number],
): boolean {
  const at = (path: string) => JSON.stringify(new URL(`../../../src-main/${path}`, import.meta.url).href);
  const code = `
    const { openWorkspace } = await import(${at('store/open-workspace.ts')});
    const { makeBackup } = await import(${at('services/upkeep/make-backup.ts')});
    const workspace = await openWorkspace(${JSON.stringify(workspace)});
    let events = 0;
    const onEvent = ({ step }) => {
      if (step === '${step}' && events++ === ${event}) process.kill(process.pid, 'SIGKILL');
    };
    const { signal } = new AbortController();
    await makeBackup({ workspace, folder: ${JSON.stringify(backups)}, keep: 2, inspector: 'ana', signal, onEvent });
    await workspace.close();`;
  // A file of its own: threads inherit what -e needs.
  const file = join(workspace, '..', `backup-${step}-${event}.mjs`);
  writeFileSync(file, code);
  const { status, signal: killed, stderr } = spawnSync(process.execPath, [file]);
  if (killed !== 'SIGKILL' && status !== 0) throw new Error(String(stderr));
  return killed === 'SIGKILL';
}

test('killed at many points, the earlier backup is usable each time, and the next goes on with what was copied', async () => {
  const { workspace, backups } = await site();
  const first = await batchWithResults(workspace, 'first');
  await first.finish();
  const one = await backUp(workspace, backups);
  const second = await batchWithResults(workspace, 'second', 8);
  await second.finish();
  let copied = 0;
  const points = [
    ['database', 0],
    ['files', 0],
    ['files', 3],
    ['files', 7],
    ['verifying', 0],
    ['verifying', 1],
  ] as const;
  for (const point of points) {
    // With nothing left to copy there is nothing to read again.
    if (point[0] === 'verifying') await rm(join(backups, 'contents'), { recursive: true });
    expect([point, killedAt(workspace.folder, backups, point)]).toEqual([point, true]);
    if (point[0] === 'verifying') continue;
    expect(await verify(backups)).toMatchObject({
      generation: one.generation,
      damaged: none,
      missing: none,
      database: null,
    });
    const now = (await contentsOf(backups)).length;
    expect(now).toBeGreaterThanOrEqual(copied);
    copied = now;
  }
  const two = await backUp(workspace, backups);
  // What the one that was killed last had copied need not be copied again.
  expect(two.counts.copied).toBe(0);
  expect(await verify(backups)).toMatchObject({
    generation: two.generation,
    damaged: none,
    missing: none,
    database: null,
  });
  expect((await readdir(join(backups, 'generations'))).sort()).toEqual(
    [one.generation, two.generation].sort(),
  );
  expect(await readdir(join(backups, 'incoming'))).toEqual([]);
}, 120_000);

test('a restore that was cut off goes on, and its folder counts only when it is whole', async () => {
  const { folder, workspace, backups } = await site();
  const batch = await batchWithResults(workspace, 'lot', 6);
  await batch.finish();
  const { generation } = await backUp(workspace, backups);
  const target = join(folder, 'restored');
  for (const stop of [1, 5, 12, 20]) {
    const ending = new AbortController();
    let events = 0;
    const cut = restoreBackup({
      backups,
      folder: target,
      inPlace: false,
      inspector,
      signal: ending.signal,
      onProgress: () => void (events++ === stop && ending.abort()),
    });
    await expect(cut).rejects.toMatchObject({ code: 'cancelled' });
    expect(existsSync(target)).toBe(false);
  }
  // What power that failed leaves of a file.
  const staging = `${target}.restoring-${generation}`;
  const [some] = batch.artifacts;
  const half = join(staging, 'artifacts', some!.mask.sha256.slice(0, 2), `${some!.mask.sha256}.png`);
  if (existsSync(half)) await writeFile(half, 'ma');
  await appendFile(join(staging, 'workspace.sqlite'), 'x');
  expect(await restore(backups, target)).toMatchObject({ lost: none });
  expect(existsSync(staging)).toBe(false);
});

test.skipIf(!canMount)(
  'on a full disk the backup does not count, and the earlier one is as it was',
  async () => {
    const { workspace } = await site();
    const first = await batchWithResults(workspace, 'first');
    await first.finish();
    const disk = await smallDisk(8);
    const backups = join(disk.folder, 'backups');
    const one = await backUp(workspace, backups);
    await disk.fill();
    const second = await batchWithResults(workspace, 'second', 8);
    await second.finish();
    await expect(backUp(workspace, backups)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await verify(backups)).toMatchObject({
      generation: one.generation,
      damaged: none,
      missing: none,
      database: null,
    });
    // Room for the database, not for the files.
    await rm(join(disk.folder, 'filler'));
    const { bavail, bsize } = statfsSync(disk.folder);
    const size = statSync(join(backups, 'generations', one.generation, 'workspace.sqlite')).size;
    await writeFile(join(disk.folder, 'filler'), Buffer.alloc(bavail * bsize - size - 40_000));
    await expect(backUp(workspace, backups)).rejects.toMatchObject({ code: 'disk-full' });
    expect((await listBackups(backups)).map(({ generation }) => generation)).toEqual([one.generation]);
    await rm(join(disk.folder, 'filler'));
    const two = await backUp(workspace, backups);
    expect(await verify(backups)).toMatchObject({
      generation: two.generation,
      damaged: none,
      missing: none,
      database: null,
    });
  },
);
