import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBatch } from '../../src-main/store/batches.ts';
import { addImages, listDuplicates, listImages } from '../../src-main/store/images.ts';
import { migrations } from '../../src-main/store/migrations.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import { temporaryFolder } from './fixtures.ts';
import { recipe } from './results-fixture.ts';

const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => name < '012'));

/** A workspace from before images were pages: three images, a result with a region, a verdict, an annotation, a study. */
async function oldWorkspace() {
  const folder = await temporaryFolder();
  const old = await openWorkspace(folder, { create: true, migrations: before });
  await old.close();
  const hash = 'd'.repeat(64);
  const database = new Database(join(folder, 'workspace.sqlite'));
  const at = '2026-01-01T00:00:00.000Z';
  const insert = (table: string, values: Record<string, unknown>) => {
    const columns = Object.keys(values);
    const marks = columns.map(() => '?').join(', ');
    database
      .prepare(`insert into ${table} (${columns.join(', ')}) values (${marks})`)
      .run(Object.values(values) as never[]);
  };
  const versioned = { hash, json: JSON.stringify(recipe), name: recipe.name, revision: 1 };
  insert('recipes', { ...versioned, author: 'ana', created_at: at });
  const batch = { name: 'B', object_name: '', part_number: '', revision: '', lot: '', order_number: '' };
  insert('batches', { ...batch, created_at: at });
  for (const [i, name] of ['a.tif', 'b.png', 'c.png', 'gone.png'].entries()) {
    const content_hash = 'abca'[i]!.repeat(64);
    insert('images', {
      batch_id: 1,
      path: `/lot/${name}`,
      content_hash,
      bytes: i,
      width: 10 + i,
      height: 5,
      added_at: at,
    });
  }
  database.exec('delete from images where id = 4');
  insert('runs', {
    ...{
      batch_id: 1,
      recipe_hash: hash,
      pack_hash: 'c'.repeat(64),
      device_asked: 'cpu',
      device_running: 'cpu',
    },
    ...{
      software_version: '0',
      status: 'done',
      last_image_id: 3,
      owner_token: 't',
      owner_pid: 1,
      owner_host: 'h',
    },
    ...{ heartbeat_at: at, started_at: at },
  });
  const result = { run_id: 1, image_id: 2, status: 'done', finished_at: at, content_hash: 'b'.repeat(64) };
  insert('results', { ...result, score: 0.9, verdict: 'reject' });
  const region = { result_id: 1, region_index: 1, box: '{}', area: 1, peak: 1, mean: 1 };
  insert('regions', { ...region, polygons: '[]', prompts: '{}', levels: '[]' });
  const said = { run_id: 1, image_id: 2, defect_class: '', comment: '', author: 'ana', created_at: at };
  insert('verdicts', { ...said, verdict: 'reject', overturn_reason: '' });
  insert('annotations', { ...said, kind: 'false-positive', region_index: 1 });
  insert('studies', { batch_id: 1, name: 'S', rounds: 2, seed: 's', author: 'ana', created_at: at });
  insert('study_images', { study_id: 1, image_id: 3 });
  return { folder, database };
}

const TABLES = [
  'batches',
  'runs',
  'results',
  'regions',
  'verdicts',
  'annotations',
  'studies',
  'study_images',
];
const contentOf = (database: Database.Database, table: string) =>
  database.prepare(`select * from ${table} order by 1`).all();

describe('the table of images, made anew', () => {
  test('keeps every row, id, index and reference', async () => {
    const { folder, database } = await oldWorkspace();
    const images = contentOf(database, 'images');
    const others = TABLES.map((table) => contentOf(database, table));
    const indexes = () =>
      database
        .prepare(
          "select name from sqlite_schema where type = 'index' and tbl_name = 'images' and sql is not null order by 1",
        )
        .pluck()
        .all();
    const indexesBefore = indexes();
    const workspace = await openWorkspace(folder);
    onTestFinished(() => workspace.close());

    const added = { pages: 1, page: 0, page_index: null };
    expect(contentOf(database, 'images')).toEqual(
      images.map((row) => expect.objectContaining({ ...(row as object), ...added })),
    );
    for (const [i, table] of TABLES.entries()) {
      expect(contentOf(database, table)).toEqual(
        others[i]!.map((row) => {
          const { author, ...same } = row as { readonly author?: string };
          return expect.objectContaining({ ...same, ...(author !== undefined && { inspector: author }) });
        }),
      );
    }
    expect(indexes()).toEqual(expect.arrayContaining(indexesBefore));
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(database.pragma('foreign_key_check')).toEqual([]);
    database.close();

    // References are enforced again, and the id of the image that went is not given twice.
    const { db } = workspace;
    await expect(sql`delete from images where id = 2`.execute(db)).rejects.toThrow(/FOREIGN KEY/);
    await expect(
      sql`insert into study_images (study_id, image_id) values (1, 99)`.execute(db),
    ).rejects.toThrow(/FOREIGN KEY/);
    await addImages(workspace, 1, [{ path: '/lot/new.png', contentHash: null, bytes: null }], 'ana');
    expect((await listImages(workspace, 1)).map(({ id }) => id)).toEqual([1, 2, 3, 5]);
  });

  test('takes the pages of a file that was one image until now', async () => {
    const { folder, database } = await oldWorkspace();
    database.close();
    const workspace = await openWorkspace(folder);
    onTestFinished(() => workspace.close());
    const file = { path: '/lot/a.tif', contentHash: 'a'.repeat(64), bytes: 0, pages: [0, 2] };
    expect(await addImages(workspace, 1, [file], 'ana')).toMatchObject({
      added: 1,
      unchanged: 1,
      changed: [],
    });
    const pages = (await listImages(workspace, 1)).filter(({ path }) => path === '/lot/a.tif');
    expect(pages).toMatchObject([
      { id: 1, page: { index: 0, number: 1, count: 2 }, width: 10 },
      { id: 5, page: { index: 2, number: 2, count: 2 }, width: null },
    ]);
  });

  test('is left as it was where something refers to what is not there', async () => {
    const { folder, database } = await oldWorkspace();
    database.pragma('foreign_keys = off');
    database.exec('update results set image_id = 77');
    const images = contentOf(database, 'images');
    await expect(openWorkspace(folder)).rejects.toMatchObject({ code: 'workspace-corrupt' });
    expect(contentOf(database, 'images')).toEqual(images);
    expect(database.prepare("select 1 from kysely_migration where name = '012-pages'").all()).toEqual([]);
    database.close();
  });
});

describe('images of a file with several pictures', () => {
  async function batchOf(pages: readonly number[]) {
    const workspace = await openWorkspace(await temporaryFolder(), { create: true });
    onTestFinished(() => workspace.close());
    const { id } = await createBatch(workspace, { name: 'B' }, 'ana');
    const add = (contentHash: string | null, pages: readonly number[], path = '/lot/s.tif') =>
      addImages(workspace, id, [{ path, contentHash, bytes: 1, pages }], 'ana');
    await add('h1', pages);
    const stored = async () =>
      (await listImages(workspace, id)).map(({ id, page, contentHash }) => [id, page, contentHash]);
    return { workspace, id, add, stored };
  }
  const page = (index: number, number: number, count: number) => ({ index, number, count });

  test('are added once', async () => {
    const { add, stored } = await batchOf([0, 1, 2]);
    expect(await add('h1', [0, 1, 2])).toMatchObject({ added: 0, unchanged: 3, changed: [], vanished: [] });
    expect(await stored()).toEqual([
      [1, page(0, 1, 3), 'h1'],
      [2, page(1, 2, 3), 'h1'],
      [3, page(2, 3, 3), 'h1'],
    ]);
  });

  test('become more when the file has more, and those that are gone are named and stay', async () => {
    const { add, stored } = await batchOf([0, 1, 2]);
    expect(await add('h2', [0, 1, 2, 3])).toMatchObject({ added: 1, unchanged: 0, changed: ['/lot/s.tif'] });
    expect(await add('h3', [0, 1])).toMatchObject({
      added: 0,
      changed: ['/lot/s.tif'],
      vanished: ['/lot/s.tif · page 3 of 4', '/lot/s.tif · page 4 of 4'],
    });
    expect(await stored()).toEqual([
      [1, page(0, 1, 2), 'h3'],
      [2, page(1, 2, 2), 'h3'],
      [3, page(2, 3, 4), 'h2'],
      [4, page(3, 4, 4), 'h2'],
    ]);
    expect(await add('h4', [])).toMatchObject({ changed: ['/lot/s.tif'], vanished: { length: 3 } });
    expect((await stored())[0]).toEqual([1, null, 'h4']);
  });

  test('follow their pictures when previews come before them', async () => {
    const { add, stored } = await batchOf([0, 1]);
    await add('h2', [1, 3]);
    expect(await stored()).toEqual([
      [1, page(1, 1, 2), 'h2'],
      [2, page(3, 2, 2), 'h2'],
    ]);
  });

  test('keep what is known of them while the file cannot be read', async () => {
    const { add, stored } = await batchOf([0, 1]);
    const known = await stored();
    expect(await add(null, [])).toMatchObject({
      added: 0,
      changed: [],
      vanished: [],
      unread: ['/lot/s.tif'],
    });
    expect(await stored()).toEqual(known);
  });

  test('are no duplicates of each other; another file with the same content is', async () => {
    const { workspace, id, add } = await batchOf([0, 1]);
    expect(await listDuplicates(workspace, id)).toEqual([]);
    await add('h1', [0, 1], '/lot/copy.tif');
    expect(await listDuplicates(workspace, id)).toEqual([
      { contentHash: 'h1', paths: ['/lot/s.tif', '/lot/copy.tif'] },
    ]);
  });
});
