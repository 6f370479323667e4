import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importImages } from '../../../src-main/services/imports/import-images.ts';
import { getBatchSummary } from '../../../src-main/store/batch-summaries.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { listImages } from '../../../src-main/store/images.ts';
import type { ImportEvent } from '../../../src-shared/contract/imports.ts';
import { multiPage, plain } from '../../multi-page.ts';
import { temporaryFolder, temporaryWorkspace } from '../../store/fixtures.ts';

const inspector = 'ana';

async function emptyBatch() {
  const workspace = await temporaryWorkspace();
  const { id: batchId } = await createBatch(workspace, { name: 'B' }, inspector);
  return { workspace, batchId, folder: await temporaryFolder() };
}

test('5,000 files in 50 folders, without holding the thread for long', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  const originals = await temporaryFolder();
  for (let i = 0; i < 100; i++) writeFileSync(join(originals, `${i}.png`), String(i));
  for (let d = 0; d < 50; d++) {
    mkdirSync(join(folder, String(d)));
    // Hard links, because making so many files takes longer than importing them.
    for (let i = 0; i < 100; i++) linkSync(join(originals, `${i}.png`), join(folder, String(d), `${i}.png`));
  }
  let turns = 0;
  let timer = setImmediate(function count() {
    turns++;
    timer = setImmediate(count);
  });
  const events: ImportEvent[] = [];
  const summary = await importImages({
    workspace,
    batchId,
    paths: [folder],
    inspector,
    onEvent: (e) => events.push(e),
  });
  clearImmediate(timer);
  expect(summary).toMatchObject({ added: 5_000, unchanged: 0, changed: [], unreadable: [] });
  expect(summary.duplicates).toHaveLength(100);
  expect(summary.duplicates[3]?.paths).toEqual(
    Array.from({ length: 50 }, (_, d) => join(folder, String(d), '3.png')),
  );
  expect((await getBatchSummary(workspace, batchId)).images).toBe(5_000);
  expect(events[0]).toEqual({ kind: 'listed', total: 5_000 });
  expect(events.at(-1)).toEqual({ kind: 'imported', done: 5_000, total: 5_000 });
  expect(events.length).toBeGreaterThan(12);
  // Each piece of work lets the others have a turn.
  expect(turns).toBeGreaterThanOrEqual(events.length);
});

test('hostile names are plain data', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  const names = [
    '<script>alert(1)</script>.png'.replaceAll('/', '∕'),
    '=cmd|calc!A1.png',
    'line\nbreak.png',
    "'; drop table images; --.png",
    '..evil.png',
    '零件 ⚙ é.png',
    'a%2e%2e%5c.png',
  ];
  for (const name of names) await writeFile(join(folder, name), name);
  // From the folder only names with an image's ending that are not hidden are taken; named ones always.
  await importImages({ workspace, batchId, paths: names.map((name) => join(folder, name)), inspector });
  const stored = await listImages(workspace, batchId);
  expect(stored.map(({ path }) => path)).toEqual(names.map((name) => join(folder, name)));
});

test('what cannot be read is reported or kept for the run to report; nothing stops the import', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  await writeFile(join(folder, 'good.png'), 'good');
  await writeFile(join(folder, 'empty.png'), '');
  await symlink(join(folder, 'nowhere'), join(folder, 'broken-link.png'));
  const missing = join(folder, 'missing.png');
  const summary = await importImages({ workspace, batchId, paths: [missing, folder, folder], inspector });
  expect(summary).toMatchObject({
    added: 3,
    duplicates: [],
    unreadable: [{ path: missing, error: { code: 'image-not-found' } }],
  });
  const images = await listImages(workspace, batchId);
  expect(images.map(({ path, contentHash }) => [path.split('/').at(-1), contentHash === null])).toEqual([
    ['broken-link.png', true],
    ['empty.png', false],
    ['good.png', false],
  ]);
});

test('a cancelled import keeps what it has, and importing again adds the rest', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  for (let i = 0; i < 500; i++) await writeFile(join(folder, `${i}.png`), String(i));
  const abort = new AbortController();
  const options = { workspace, batchId, paths: [folder], inspector };
  await expect(
    importImages({
      ...options,
      signal: abort.signal,
      onEvent: (e) => e.kind === 'imported' && abort.abort(),
    }),
  ).rejects.toMatchObject({ code: 'cancelled' });
  const kept = (await getBatchSummary(workspace, batchId)).images;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(500);
  expect(await importImages(options)).toMatchObject({ added: 500 - kept, unchanged: kept });
});

test('what looks like a picture and is not read is named, and so are folders of masks', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  await mkdir(join(folder, 'ground_truth'));
  for (const name of ['a.jfif', 'b.pjpeg', 'c.heic', 'd.pgm', 'e.txt'])
    await writeFile(join(folder, name), name);
  expect(await importImages({ workspace, batchId, paths: [folder, folder], inspector })).toMatchObject({
    added: 2,
    passedOver: [join(folder, 'c.heic'), join(folder, 'd.pgm')],
    truthFolders: [join(folder, 'ground_truth')],
  });
  // Named one by one it is taken, and the run says what is wrong with it.
  const named = await importImages({
    workspace,
    batchId,
    paths: [join(folder, 'c.heic'), folder],
    inspector,
  });
  expect(named).toMatchObject({ added: 1, unchanged: 2, passedOver: [join(folder, 'd.pgm')] });
});

test('what is known of files stays while their share is away', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  const share = join(folder, 'share');
  await mkdir(share);
  await mkdir(join(folder, 'lot'));
  for (const name of ['a.png', 'b.png']) {
    await writeFile(join(share, name), name);
    await symlink(join(share, name), join(folder, 'lot', name));
  }
  const options = { workspace, batchId, paths: [join(folder, 'lot')], inspector };
  await importImages(options);
  const before = await listImages(workspace, batchId);
  await rename(share, join(folder, 'away'));
  expect(await importImages(options)).toMatchObject({
    added: 0,
    unchanged: 0,
    changed: [],
    unread: [join(folder, 'lot', 'a.png'), join(folder, 'lot', 'b.png')],
  });
  expect(await listImages(workspace, batchId)).toEqual(before);
  await rename(join(folder, 'away'), share);
  expect(await importImages(options)).toMatchObject({ added: 0, unchanged: 2, changed: [], unread: [] });
});

test('every page of a file is an image; what a file gained or lost is told', async () => {
  const { workspace, batchId, folder } = await emptyBatch();
  const path = join(folder, 'stack.tif');
  const [red, green, blue] = [
    plain(16, 16, [200, 0, 0]),
    plain(16, 16, [0, 200, 0]),
    plain(16, 16, [0, 0, 200]),
  ];
  await writeFile(path, await multiPage('tiff', [red, green]));
  await writeFile(join(folder, 'one.gif'), await multiPage('gif', [red]));
  const options = { workspace, batchId, paths: [folder], inspector };
  expect(await importImages(options)).toMatchObject({ added: 3, duplicates: [] });
  const pages = async () =>
    (await listImages(workspace, batchId)).map(({ path, page }) => [path.split('/').at(-1), page]);
  const first = { index: 0, number: 1, count: 2 };
  expect(await pages()).toEqual([
    ['one.gif', null],
    ['stack.tif', first],
    ['stack.tif', { ...first, index: 1, number: 2 }],
  ]);
  expect(await importImages(options)).toMatchObject({ added: 0, unchanged: 3, vanished: [] });
  await writeFile(path, await multiPage('tiff', [red, green, blue]));
  expect(await importImages(options)).toMatchObject({
    added: 1,
    unchanged: 1,
    changed: [path],
    vanished: [],
  });
  await writeFile(path, await multiPage('tiff', [blue]));
  expect(await importImages(options)).toMatchObject({
    added: 0,
    changed: [path],
    vanished: [`${path} · page 2 of 3`, `${path} · page 3 of 3`],
  });
  expect(await pages()).toEqual([
    ['one.gif', null],
    ['stack.tif', null],
    ['stack.tif', { index: 1, number: 2, count: 3 }],
    ['stack.tif', { index: 2, number: 3, count: 3 }],
  ]);
});
