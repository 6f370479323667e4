import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Thumbnails } from '../../../src-main/services/pictures/thumbnails.ts';
import { TilePyramids } from '../../../src-main/services/pictures/tile-pyramids.ts';
import { Housekeeping } from '../../../src-main/services/upkeep/housekeeping.ts';
import {
  checkDatabase,
  databaseCopies,
  restoreDatabase,
} from '../../../src-main/services/upkeep/workspace-care.ts';
import { createBatch, listBatches } from '../../../src-main/store/batches.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { lockWorkspace } from '../../../src-main/store/workspace-lock.ts';
import { temporaryFolder, temporaryWorkspace, workspaceWithResult } from '../../store/fixtures.ts';

const DAY = 24 * 60 * 60_000;

function keeperOf(workspace: Workspace, time: { now: number }) {
  return new Housekeeping({
    workspace,
    thumbnails: new Thumbnails(join(workspace.folder, 'cache', 'thumbnails')),
    tiles: new TilePyramids(join(workspace.folder, 'cache', 'tiles')),
    onBatch: () => {},
    log: (error) => {
      throw error;
    },
    clock: { now: () => time.now, elapsed: () => 0 },
  });
}

const fileOf = ({ folder }: { readonly folder: string }) => join(folder, 'workspace.sqlite');

async function removeDatabase(workspace: Workspace) {
  for (const part of ['', '-wal', '-shm']) await rm(fileOf(workspace) + part, { force: true });
}

async function namesIn(folder: string) {
  const workspace = await openWorkspace(folder);
  onTestFinished(() => workspace.close());
  return (await listBatches(workspace)).map(({ name }) => name).sort();
}

describe('copies of the database', () => {
  test('are made once a day, and the last three are kept', async () => {
    const workspace = await temporaryWorkspace();
    const time = { now: Date.parse('2026-03-01T08:00:00Z') };
    const keeper = keeperOf(workspace, time);
    for (let day = 0; day < 5; day++) {
      await createBatch(workspace, { name: `Day ${day}` }, 'ana');
      await keeper.tidy();
      await createBatch(workspace, { name: `Evening ${day}` }, 'ana');
      await keeper.tidy();
      time.now += DAY;
    }
    const copies = databaseCopies(workspace.folder);
    expect(copies.map(({ date }) => date)).toEqual(['2026-03-05', '2026-03-04', '2026-03-03']);
    const names = copies.map(({ path }) => {
      const copy = new Database(path, { readonly: true });
      const rows = copy.prepare('select count(*) from batches').pluck().get();
      copy.close();
      return rows;
    });
    expect(names).toEqual([9, 7, 5]);
    expect(await readdir(join(workspace.folder, 'database-copies'))).toHaveLength(3);
  });

  test('take the place of a lost database, with all that was there that day; no map goes', async () => {
    const { workspace } = await workspaceWithResult();
    const time = { now: Date.now() };
    const artifact = await workspace.artifacts.put(Buffer.from('map'), 'image/png');
    await keeperOf(workspace, time).tidy();
    await createBatch(workspace, { name: 'Later' }, 'ana');
    await workspace.close();
    await removeDatabase(workspace);
    await expect(openWorkspace(workspace.folder)).rejects.toMatchObject({
      code: 'workspace-incomplete',
      details: { case: 'database-missing', files: 1, copies: 1 },
    });
    expect(await restoreDatabase(workspace.folder)).toEqual({ aside: undefined, restored: 0 });
    expect(await namesIn(workspace.folder)).toEqual(['Lot 7']);
    expect(existsSync(workspace.artifacts.pathOf(artifact))).toBe(true);
  });

  test('what stands in their place is kept beside them, with its log', async () => {
    const workspace = await temporaryWorkspace();
    await createBatch(workspace, { name: 'Monday' }, 'ana');
    await keeperOf(workspace, { now: Date.now() }).tidy();
    await createBatch(workspace, { name: 'Tuesday' }, 'ana');
    await workspace.close();
    const before = await readFile(fileOf(workspace));
    const { aside } = await restoreDatabase(workspace.folder);
    expect(await readFile(aside!)).toEqual(before);
    expect(await namesIn(workspace.folder)).toEqual(['Monday']);
  });

  test('one that is damaged, or of a workspace that is open, is not put back', async () => {
    const workspace = await temporaryWorkspace();
    await createBatch(workspace, { name: 'Monday' }, 'ana');
    await keeperOf(workspace, { now: Date.now() }).tidy();
    const lock = lockWorkspace(workspace.folder);
    await expect(restoreDatabase(workspace.folder)).rejects.toMatchObject({ code: 'workspace-locked' });
    lock.release();
    await workspace.close();
    const [copy] = databaseCopies(workspace.folder);
    const bytes = await readFile(copy!.path);
    await writeFile(copy!.path, bytes.fill(0xa5, bytes.length / 2, bytes.length / 2 + 8192));
    await expect(restoreDatabase(workspace.folder)).rejects.toMatchObject({ code: 'workspace-corrupt' });
    expect(await namesIn(workspace.folder)).toEqual(['Monday']);
    await expect(restoreDatabase(await temporaryFolder())).rejects.toMatchObject({ code: 'not-found' });
  });

  test('what a program still holds of a database that was deleted is saved, and restored first', async () => {
    const workspace = await temporaryWorkspace();
    const keeper = keeperOf(workspace, { now: Date.now() });
    await createBatch(workspace, { name: 'Monday' }, 'ana');
    await keeper.tidy();
    await createBatch(workspace, { name: 'Tuesday' }, 'ana');
    await removeDatabase(workspace);
    await keeper.lookAfterDatabase();
    await keeper.lookAfterDatabase();
    await workspace.close();
    expect(databaseCopies(workspace.folder).map(({ isRescue }) => isRescue)).toEqual([true, false]);
    await restoreDatabase(workspace.folder);
    expect(await namesIn(workspace.folder)).toEqual(['Monday', 'Tuesday']);
  });
});

describe('a database that was tampered with', () => {
  const changed = async (statement: string) => {
    const { workspace } = await workspaceWithResult();
    await workspace.close();
    const other = new Database(fileOf(workspace));
    other.exec(statement);
    other.close();
    return workspace.folder;
  };

  test.each([
    ['a dropped table', 'drop table verdicts', 'table verdicts is missing'],
    ['a dropped trigger', 'drop trigger verdicts_no_update', 'trigger verdicts_no_update is missing'],
    [
      'a trigger of somebody else',
      'create trigger thief after insert on results begin delete from settings; end',
      'trigger thief is foreign',
    ],
    [
      'a trigger that was changed',
      `drop trigger verdicts_no_update; create trigger verdicts_no_update before update on verdicts begin select 1; end`,
      'trigger verdicts_no_update was changed',
    ],
    [
      'an index that forbids what is allowed',
      'create unique index odd on batches (name)',
      'index odd is foreign',
    ],
  ])('%s is noticed at the start', async (_name, statement, problem) => {
    const folder = await changed(statement);
    await expect(openWorkspace(folder)).rejects.toMatchObject({
      code: 'workspace-corrupt',
      details: { case: 'schema-changed', problem: expect.stringContaining(problem) },
    });
  });

  test('a table that somebody added does no harm', async () => {
    expect(await namesIn(await changed('create table notes (text text)'))).toEqual(['Lot 7']);
  });

  test('an index that does not say what its table says is found by reading all pages, and no copy is made of it', async () => {
    const { workspace } = await workspaceWithResult();
    const keeper = keeperOf(workspace, { now: Date.now() });
    expect(await keeper.checkDatabase()).toBeUndefined();
    await workspace.close();
    // The path stands in the table and in an index; the start of the program does not compare them.
    const bytes = await readFile(fileOf(workspace));
    const at = bytes.indexOf('/photos/a.png');
    expect(bytes.indexOf('/photos/a.png', at + 1)).toBeGreaterThan(at);
    await writeFile(fileOf(workspace), bytes.fill('x', at + 8, at + 9));
    const again = await openWorkspace(workspace.folder);
    onTestFinished(() => again.close());
    const later = keeperOf(again, { now: Date.now() });
    await later.tidy();
    expect(again.health.report.problems).toMatchObject([
      { code: 'workspace-corrupt', details: { case: 'pages-damaged' } },
    ]);
    expect(databaseCopies(again.folder)).toEqual([]);
    expect(await checkDatabase(again.folder)).toMatch(/missing from index/);
  });
});
