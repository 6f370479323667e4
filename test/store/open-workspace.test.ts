import { chmod, cp, mkdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createBatch, getBatch, listBatches } from '../../src-main/store/batches.ts';
import { copyDatabase } from '../../src-main/store/database-copies.ts';
import { addImages, listImages } from '../../src-main/store/images.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { type OpenOptions, openWorkspace } from '../../src-main/store/open-workspace.ts';
import { findResult } from '../../src-main/store/results.ts';
import { addVerdict } from '../../src-main/store/verdicts.ts';
import { fromStoredPath, toStoredPath } from '../../src-main/store/workspace.ts';
import { PATIENCE } from '../patience.ts';
import { canMount, smallDisk } from '../small-disk.ts';
import { inspectionResult, temporaryFolder, temporaryWorkspace, workspaceWithResult } from './fixtures.ts';

/** Only guards against hanging. */
const HANGS = { timeout: PATIENCE };

const coded = (code: string) => expect.objectContaining({ code });

describe('opening', () => {
  test('a folder without a workspace is refused, and made only when asked', async () => {
    const folder = join(await temporaryFolder(), 'new');
    await expect(openWorkspace(folder)).rejects.toEqual(coded('workspace-invalid'));
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    const made = await openWorkspace(folder, { create: true });
    await made.close();
    const again = await openWorkspace(folder);
    expect(again.id).toBe(made.id);
    await again.close();
  });

  test('writes are durable and foreign keys are checked', async () => {
    const { db } = await temporaryWorkspace();
    const pragma = async (name: string) =>
      Object.values((await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(db)).rows[0]!)[0];
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  test('another program’s database is refused and left as it is', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'workspace.sqlite');
    const foreign = new Database(file);
    foreign.exec('create table bookmarks (url text)');
    foreign.close();
    const before = await readFile(file);
    await expect(openWorkspace(folder, { create: true })).rejects.toEqual(coded('workspace-invalid'));
    expect(await readFile(file)).toEqual(before);
  });

  test('a text file in place of the database is refused and left as it is', async () => {
    const folder = await temporaryFolder();
    const text = 'This is no database. '.repeat(100);
    await writeFile(join(folder, 'workspace.sqlite'), text);
    await expect(openWorkspace(folder, { create: true })).rejects.toEqual(coded('workspace-invalid'));
    expect(await readFile(join(folder, 'workspace.sqlite'), 'utf8')).toBe(text);
  });

  test.each([
    ['overwritten pages', (size: number) => ({ at: Math.floor(size / 2), junk: 8192 })],
    ['a lost end', (size: number) => ({ cutTo: size - 8192 })],
  ])('a database with %s is reported as damaged', async (_name, damage) => {
    const { workspace } = await workspaceWithResult();
    for (let i = 0; i < 50; i++) await createBatch(workspace, { name: 'x'.repeat(500) }, 'ana');
    const copy = await temporaryFolder();
    await sql`vacuum into ${join(copy, 'workspace.sqlite')}`.execute(workspace.db);
    const file = join(copy, 'workspace.sqlite');
    const bytes = await readFile(file);
    const plan = damage(bytes.length);
    if ('cutTo' in plan) await truncate(file, plan.cutTo);
    else await writeFile(file, bytes.fill(0xa5, plan.at, plan.at + plan.junk));
    await expect(openWorkspace(copy)).rejects.toEqual(coded('workspace-corrupt'));
  });

  test('a newer version’s workspace is refused, naming what is unknown', async () => {
    const folder = await temporaryFolder();
    const future = {
      ...migrations,
      '999-future': { up: async (db: { schema: unknown }) => void db.schema },
    };
    await (await openWorkspace(folder, { create: true, migrations: future })).close();
    await expect(openWorkspace(folder)).rejects.toThrow(/newer version \(999-future\)/);
    await expect(openWorkspace(folder)).rejects.toEqual(coded('workspace-newer'));
  });

  test('what stands in the folder’s or the database’s way is a clear error', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), '');
    await expect(openWorkspace(join(folder, 'file', 'inside'), { create: true })).rejects.toEqual(
      coded('path-denied'),
    );
    await mkdir(join(folder, 'workspace.sqlite'));
    await expect(openWorkspace(folder, { create: true })).rejects.toEqual(coded('path-denied'));
  });
});

describe('migrations', () => {
  test('an older workspace is brought up to date with its data', async () => {
    const folder = await temporaryFolder();
    const { '001-inspection': first } = migrations;
    const old = await openWorkspace(folder, { create: true, migrations: { '001-inspection': first! } });
    await old.db
      .insertInto('batches')
      .values({
        name: 'Before',
        object_name: '',
        part_number: '',
        revision: '',
        lot: '',
        order_number: '',
        created_at: '2024-01-01T00:00:00.000Z',
      })
      .execute();
    await old.close();
    const now = await openWorkspace(folder);
    onTestFinished(() => now.close());
    expect(now.id).toBe(old.id);
    expect((await listBatches(now)).map(({ name }) => name)).toEqual(['Before']);
    expect((await createBatch(now, { name: 'After' }, 'ana')).id).toBe(2);
  });

  test('a workspace of any version before is made what a new one is, and opens again', async () => {
    const names = Object.keys(migrations);
    for (let count = 1; count < names.length; count++) {
      const folder = await temporaryFolder();
      const before = Object.fromEntries(Object.entries(migrations).slice(0, count));
      await (await openWorkspace(folder, { create: true, migrations: before })).close();
      await (await openWorkspace(folder)).close();
      await (await openWorkspace(folder)).close();
    }
  });

  test('one that fails leaves the workspace as it was', async () => {
    const { workspace } = await workspaceWithResult();
    await workspace.close();
    const broken = {
      ...migrations,
      '900-broken': {
        async up(db: typeof workspace.db) {
          await sql`drop table regions`.execute(db);
          await sql`create table results (id integer)`.execute(db);
        },
      },
    };
    await expect(openWorkspace(workspace.folder, { migrations: broken as never })).rejects.toThrow(
      'already exists',
    );
    const again = await openWorkspace(workspace.folder);
    onTestFinished(() => again.close());
    expect(await findResult(again, 1, 1)).toMatchObject({ result: { regions: [{ index: 1 }] } });
  });

  test('two programs may open a new workspace at the same time', async () => {
    const folder = await temporaryFolder();
    const both = await Promise.all([0, 1].map(() => openWorkspace(folder, { create: true })));
    onTestFinished(() => Promise.all(both.map((w) => w.close())).then(() => {}));
    expect(both[0]!.id).toBe(both[1]!.id);
  });
});

test('a copied folder is a whole workspace: images inside it are found at their new place', async () => {
  const { workspace, batch } = await workspaceWithResult();
  const inside = join(workspace.folder, 'photos', '..photos', 'b.png');
  await addImages(workspace, batch.id, [{ path: inside, contentHash: null, bytes: null }], 'ana');
  const ref = await workspace.artifacts.put(Buffer.from('pixels'), 'image/png');
  await workspace.close();
  const elsewhere = join(await temporaryFolder(), 'moved');
  await cp(workspace.folder, elsewhere, { recursive: true });
  await rm(workspace.folder, { recursive: true });
  const copy = await openWorkspace(elsewhere);
  onTestFinished(() => copy.close());
  expect((await listImages(copy, batch.id)).map(({ path }) => path)).toEqual([
    '/photos/a.png',
    join(elsewhere, 'photos', '..photos', 'b.png'),
  ]);
  expect(await readFile(copy.artifacts.pathOf(ref), 'utf8')).toBe('pixels');
  expect(await findResult(copy, 1, 1)).toMatchObject({ status: 'done', result: inspectionResult() });
});

test('stored paths are relative inside the workspace only', async () => {
  const workspace = await temporaryWorkspace();
  for (const path of [
    '/photos/a.png',
    join(workspace.folder, '..', 'sibling.png'),
    `${workspace.folder}2/x.png`,
  ]) {
    expect(toStoredPath(workspace, path)).toBe(path);
  }
  const hostile = join(workspace.folder, 'sub', '..hidden\n<script>.png');
  expect(toStoredPath(workspace, hostile)).toBe('sub/..hidden\n<script>.png');
  expect(fromStoredPath(workspace, toStoredPath(workspace, hostile))).toBe(hostile);
});

describe('while another program is writing', () => {
  async function locked(patience: OpenOptions['patience']) {
    const { workspace, batch } = await workspaceWithResult();
    await workspace.close();
    const ours = await openWorkspace(workspace.folder, { patience });
    onTestFinished(() => ours.close());
    const other = new Database(join(workspace.folder, 'workspace.sqlite'));
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    const judge = () => addVerdict(ours, { runId: 1, imageId: 1, verdict: 'reject', inspector: 'ana' });
    return { ours, other, batch, judge };
  }

  test('a write is tried again without holding the thread or the readers, says that it waits, and ends', async () => {
    const time = { now: 0 };
    const sleeps: PromiseWithResolvers<void>[] = [];
    const sleep = () => {
      const nap = Promise.withResolvers<void>();
      sleeps.push(nap);
      time.now += 300;
      return nap.promise;
    };
    const { ours, other, batch, judge } = await locked({ limit: 60_000, now: () => time.now, sleep });
    const told: boolean[] = [];
    ours.health.onChange(({ isWaiting }) => told.push(isWaiting));
    const verdict = judge();
    for (let i = 0; i < 20; i++) {
      // Others read in the meantime.
      expect(await getBatch(ours, batch.id)).toMatchObject({ name: 'Lot 7' });
      await vi.waitFor(() => expect(sleeps).toHaveLength(i + 1), HANGS);
      if (i === 19) other.exec('rollback');
      sleeps[i]!.resolve();
    }
    expect(await verdict).toMatchObject({ verdict: 'reject' });
    expect(told).toEqual([true, false]);
  });

  test('a write that had to wait too long is reported, and works again afterwards', async () => {
    const { ours, other, batch, judge } = await locked({ limit: 20 });
    await expect(judge()).rejects.toEqual(coded('workspace-locked'));
    expect(await getBatch(ours, batch.id)).toMatchObject({ name: 'Lot 7' });
    other.exec('rollback');
    await judge();
  });

  test('of many writes at once each is stored, one after the other', async () => {
    const { ours, other } = await locked({ limit: 60_000 });
    const made = Array.from({ length: 20 }, (_, i) => createBatch(ours, { name: `B ${i}` }, 'ana'));
    other.exec('rollback');
    await Promise.all(made);
    expect(await listBatches(ours)).toHaveLength(21);
  });
});

describe('a database that is not at its place any more', () => {
  test.each([
    ['deleted', (file: string) => rm(file)],
    ['replaced', async (file: string) => cp(file, `${file}.new`).then(() => rename(`${file}.new`, file))],
    [
      'deleted with its log',
      (file: string) => Promise.all(['', '-wal', '-shm'].map((part) => rm(file + part))),
    ],
    ['without its log', (file: string) => rm(`${file}-wal`)],
  ])('is noticed when it was %s, and takes no writes any more', async (_how, change) => {
    const { workspace, batch } = await workspaceWithResult();
    const file = join(workspace.folder, 'workspace.sqlite');
    expect(workspace.isInPlace()).toBe(true);
    await change(file);
    const verdict = { runId: 1, imageId: 1, verdict: 'reject', inspector: 'ana' } as const;
    await expect(addVerdict(workspace, verdict)).rejects.toEqual(coded('workspace-replaced'));
    expect(workspace.isInPlace()).toBe(false);
    expect(workspace.health.report.problems).toMatchObject([{ code: 'workspace-replaced' }]);
    // What it holds can still be looked at, and saved.
    expect(await getBatch(workspace, batch.id)).toMatchObject({ name: 'Lot 7' });
    const copy = await copyDatabase(workspace, { date: '2026-01-01', isRescue: true });
    const saved = new Database(copy!, { readonly: true });
    expect(saved.prepare('select name from batches').pluck().all()).toEqual(['Lot 7']);
    saved.close();
  });

  test('a transaction that was begun before is not acknowledged', async () => {
    const { workspace } = await workspaceWithResult();
    const stored = workspace.db.transaction().execute(async (db) => {
      await db.insertInto('settings').values({ name: 'x', value: '1' }).execute();
      await rm(join(workspace.folder, 'workspace.sqlite'));
    });
    await expect(stored).rejects.toEqual(coded('workspace-replaced'));
    const one = workspace.db.insertInto('settings').values({ name: 'y', value: '1' }).execute();
    await expect(one).rejects.toEqual(coded('workspace-replaced'));
  });
});

test.skipIf(process.platform === 'win32')(
  'the database is for its owner only, and one that was made for all is mended',
  async () => {
    const modes = async (folder: string) =>
      Promise.all(
        ['', '-wal', '-shm'].map(
          async (part) => (await stat(join(folder, `workspace.sqlite${part}`))).mode & 0o777,
        ),
      );
    const before = process.umask(0);
    onTestFinished(() => void process.umask(before));
    const { workspace } = await workspaceWithResult();
    expect(await modes(workspace.folder)).toEqual([0o600, 0o600, 0o600]);
    await workspace.close();
    await chmod(join(workspace.folder, 'workspace.sqlite'), 0o644);
    const again = await openWorkspace(workspace.folder);
    onTestFinished(() => again.close());
    await createBatch(again, { name: 'B' }, 'ana');
    expect(await modes(workspace.folder)).toEqual([0o600, 0o600, 0o600]);
  },
);

test.skipIf(!canMount)(
  'a full disk is reported; what was stored stays and the workspace goes on',
  async () => {
    const disk = await smallDisk(2);
    const workspace = await openWorkspace(join(disk.folder, 'ws'), { create: true });
    onTestFinished(() => workspace.close());
    const store = () => createBatch(workspace, { name: 'n'.repeat(40_000) }, 'ana');
    let stored = 0;
    const fill = async () => {
      for (; stored < 200; stored++) await store();
    };
    await expect(fill()).rejects.toEqual(coded('disk-full'));
    expect(stored).toBeGreaterThan(2);
    expect(await listBatches(workspace)).toHaveLength(stored);
    disk.remount('size=4m');
    await store();
    expect(await listBatches(workspace)).toHaveLength(stored + 1);
  },
);
