import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRouterClient, ORPCError } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { createRouter } from '../../src-main/api/router.ts';
import { exportBatch } from '../../src-main/services/exports/export-batch.ts';
import { createBatch } from '../../src-main/store/batches.ts';
import { addImages } from '../../src-main/store/images.ts';
import type { ReviewTable } from '../../src-shared/contract/review.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { packLevels, unpackLevels } from '../../src-shared/packed-levels.ts';
import { multiPage, plain } from '../multi-page.ts';
import { listAudit } from '../store/history-fixture.ts';
import { withoutAccess } from '../temp-folder.ts';
import {
  batchOf,
  drain,
  ended,
  fakeWorkstation,
  importedBatch,
  inspected,
  inspector,
} from './workstation-fixture.ts';

/** What a client sees of an error that a user can act on. */
const clipsam = (code: string, message: RegExp | string = /./) =>
  expect.objectContaining({
    code: 'CLIPSAM',
    defined: true,
    data: expect.objectContaining({ code, message: expect.stringMatching(message) }),
  });

describe('errors', () => {
  test('those that a user can act on come as records', async () => {
    const { client, faults } = await fakeWorkstation();
    await expect(client.batches.get({ id: 99 })).rejects.toEqual(clipsam('not-found', /no batch 99/));
    await expect(client.batches.get({ id: 99 })).rejects.toMatchObject({
      data: { details: { case: 'batch-unknown', batch: 99 } },
    });
    await expect(client.runs.start({ batchId: 99, inspector })).rejects.toEqual(clipsam('not-found'));
    await expect(client.review.image({ imageId: 9, runId: null })).rejects.toEqual(clipsam('not-found'));
    await expect(client.packs.verify({ id: '../..' })).rejects.toEqual(clipsam('pack-not-found'));
    expect(faults).toEqual([]);
  });

  test('input that the contract refuses says what is wrong with it', async () => {
    const { client } = await fakeWorkstation();
    const metadata = { name: 'x'.repeat(501) };
    await expect(client.batches.create({ metadata, inspector })).rejects.toEqual(
      clipsam('input-invalid', /metadata\.name: /),
    );
    await expect(client.batches.create({ metadata: { name: 'B' }, inspector: '  ' })).rejects.toEqual(
      clipsam('input-invalid', /say who you are/),
    );
    const prompts = { box: null, points: [{ x: 1, y: 1, label: 0 as const }] };
    await expect(client.review.askSam({ runId: 1, imageId: 1, prompts })).rejects.toEqual(
      clipsam('input-invalid', /a box or a positive point is needed/),
    );
  });

  test('faults of the program are logged, and say nothing about its inside', async () => {
    const { workstation, faults } = await fakeWorkstation();
    const broken = {
      ...workstation,
      get info(): never {
        throw new TypeError('secret of /home/ana');
      },
    };
    const error: unknown = await createRouterClient(createRouter(broken))
      .app.info()
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ORPCError);
    expect(JSON.stringify(error)).not.toMatch(/secret|home|stack/);
    expect(error).toMatchObject({ code: 'INTERNAL_SERVER_ERROR', message: expect.stringMatching(/fault/) });
    expect((error as Error).cause).toBeUndefined();
    expect(String(faults)).toMatch('secret of /home/ana');
  });

  test('recipes that nobody saved are refused', async () => {
    const { client, faults } = await fakeWorkstation();
    const recipeHash = 'a'.repeat(64);
    const unknown = clipsam('not-found', /no recipe aaaa/);
    await expect(client.batches.create({ metadata: { name: 'B', recipeHash }, inspector })).rejects.toEqual(
      unknown,
    );
    const { id } = await client.batches.create({ metadata: { name: 'B' }, inspector });
    await expect(client.batches.update({ id, changes: { recipeHash }, inspector })).rejects.toEqual(unknown);
    const recipe = await client.recipes.default({});
    await expect(client.recipes.save({ recipe, parentHash: recipeHash, inspector })).rejects.toEqual(unknown);
    expect(faults).toEqual([]);
  });

  test('a stream ends with the error as a record', async () => {
    const { client } = await fakeWorkstation();
    await expect(drain(await client.whatIf.thetaProfile({ runId: 5 }))).rejects.toEqual(
      clipsam('not-found', /no run 5/),
    );
    const relative = client.exports.run({ runId: 1, formats: ['csv'], folder: 'exports' });
    await expect(drain(await relative)).rejects.toEqual(clipsam('input-invalid', /full path/));
  });
});

describe('importing', () => {
  test('tells how far it is, duplicates and what could not be read', async () => {
    const fake = await fakeWorkstation();
    const photos = join(fake.folder, 'photos');
    await mkdir(photos);
    for (const name of ['a.png', 'b.png', 'c.png']) await writeFile(join(photos, name), name);
    await writeFile(join(photos, 'copy.png'), 'a.png');
    const { id } = await fake.client.batches.create({ metadata: { name: 'B' }, inspector });
    const gone = join(fake.folder, 'gone');
    const events = await drain(await fake.client.imports.start({ id, paths: [photos, gone], inspector }));
    expect(events[0]).toEqual({ kind: 'listed', total: 4 });
    expect(events.at(-1)).toMatchObject({
      kind: 'finished',
      added: 4,
      unchanged: 0,
      duplicates: [{ paths: [join(photos, 'a.png'), join(photos, 'copy.png')] }],
      unreadable: [{ path: gone, error: { code: 'image-not-found' } }],
    });
    expect(await fake.client.batches.get({ id })).toMatchObject({ images: 4, cover: [1, 2, 3, 4] });
  });

  test.each(['return', 'abort'])('can be cancelled (%s); what was imported stays', async (how) => {
    const fake = await fakeWorkstation();
    const photos = join(fake.folder, 'photos');
    await mkdir(photos);
    await Promise.all(Array.from({ length: 600 }, (_, i) => writeFile(join(photos, `${i}.png`), `${i}`)));
    const { id } = await fake.client.batches.create({ metadata: { name: 'B' }, inspector });
    const abort = new AbortController();
    const input = { id, paths: [photos], inspector };
    const events = await fake.client.imports.start(input, { signal: abort.signal });
    expect((await events.next()).value).toMatchObject({ kind: 'listed', total: 600 });
    expect((await events.next()).value).toMatchObject({ kind: 'imported' });
    expect(fake.workstation.isBusy()).toBe(true);
    if (how === 'return') await events.return?.();
    else {
      abort.abort();
      await expect(drain(events)).rejects.toThrow();
    }
    await expect.poll(() => fake.workstation.isBusy()).toBe(false);
    const { images } = await fake.client.batches.get({ id });
    expect(images).toBeGreaterThan(0);
    expect(images).toBeLessThan(600);
    const again = await drain(await fake.client.imports.start(input));
    expect(again.at(-1)).toMatchObject({ kind: 'finished', added: 600 - images, unchanged: images });
  });

  test('names and metadata are data, whatever is in them', async () => {
    const fake = await fakeWorkstation();
    const photos = join(fake.folder, 'photos');
    const names = [
      '<img src=x onerror=alert(1)>.png',
      '"quotes\' & ampersand.png',
      'new\nline.png',
      'right\u202eto left.png',
      '..png.png',
      '%2e%2e%2fescape.png',
      '大きい.png',
    ];
    await mkdir(photos);
    for (const name of names) await writeFile(join(photos, name), name);
    const html = '<script>alert("x")</script>';
    const metadata = { name: html, lot: '../../etc', partNumber: "'; drop table images; --" };
    const batch = await fake.client.batches.create({ metadata, inspector: html });
    await drain(await fake.client.imports.start({ id: batch.id, paths: [photos], inspector }));
    const { run } = await inspected(fake, batch.id);
    const table = await fake.client.review.table({ batchId: batch.id });
    expect(table.batch).toMatchObject(metadata);
    // A leading dot hides a file.
    expect(table.columns.name.toSorted()).toEqual(names.filter((name) => !name.startsWith('.')).toSorted());
    const exported = await drain(await fake.client.exports.run({ runId: run.id, formats: ['csv'] }));
    const last = exported.at(-1);
    const folder = last?.kind === 'finished' ? last.folder : '';
    expect(folder).toMatch(new RegExp(`^${join(fake.folder, 'exports')}/[^/<>"]+$`));
  });
});

describe('batches', () => {
  test('are listed with what became of them, searched, archived and taken back', async () => {
    const fake = await fakeWorkstation();
    const { client } = fake;
    const { batchId, imageIds } = await importedBatch(fake, 6, 'Gears');
    await importedBatch(fake, 1, 'Bolts');
    const { run } = await inspected(fake, batchId);
    await client.review.judge({ runId: run.id, imageId: imageIds[0]!, verdict: 'reject', inspector });
    await client.review.judge({ runId: run.id, imageId: imageIds[1]!, verdict: 'reject', inspector });
    await client.review.judge({ runId: run.id, imageId: imageIds[1]!, verdict: 'withdrawn', inspector });
    const [bolts, gears] = await client.batches.list({});
    expect(bolts).toMatchObject({ batch: { name: 'Bolts' }, images: 1, run: null, reviewed: 0 });
    expect(gears).toMatchObject({
      batch: { name: 'Gears' },
      images: 6,
      run: { run: { id: run.id, status: 'done' }, total: 6, done: 6, failed: 0, active: false },
      verdicts: { accept: 0, warn: 0, reject: 6 },
      reviewed: 1,
      cover: imageIds.slice(0, 4),
    });
    expect(await client.batches.list({ search: 'gEaR' })).toEqual([gears]);
    await client.batches.archive({ id: batchId, archived: true, inspector });
    expect(await client.batches.list({})).toHaveLength(1);
    expect(await client.batches.list({ show: 'archived' })).toMatchObject([{ batch: { id: batchId } }]);
    await client.batches.archive({ id: batchId, archived: false, inspector });
    expect(await client.batches.list({})).toEqual([bolts, gears]);
  });

  test('deleted ones are out of sight everywhere, and come back as they were', async () => {
    const fake = await fakeWorkstation();
    const { client, workstation } = fake;
    const { batchId, imageIds } = await importedBatch(fake, 3);
    const { run } = await inspected(fake, batchId);
    await client.review.judge({ runId: run.id, imageId: imageIds[0]!, verdict: 'reject', inspector });
    const before = await client.batches.get({ id: batchId });
    const table = await client.review.table({ batchId });

    await client.batches.delete({ id: batchId, deleted: true, inspector });
    expect(await client.batches.list({})).toEqual([]);
    expect(await client.batches.list({ show: 'archived' })).toEqual([]);
    expect(await client.batches.list({ show: 'deleted' })).toMatchObject([
      { batch: { id: batchId }, deletedAt: expect.any(String) },
    ]);
    const deleted = clipsam('conflict', /was deleted. Restore it first/);
    await expect(client.runs.start({ batchId, inspector })).rejects.toEqual(deleted);
    await expect(client.review.table({ batchId })).rejects.toEqual(deleted);
    await expect(client.imports.start({ id: batchId, paths: ['/'], inspector })).rejects.toEqual(deleted);
    await expect(drain(await client.exports.run({ runId: run.id, formats: ['csv'] }))).rejects.toEqual(
      deleted,
    );
    const out = {
      workspaceFolder: workstation.workspace.folder,
      formats: ['csv'] as const,
      folder: fake.folder,
      inspector,
    };
    await expect(exportBatch(out)).rejects.toThrow(/no batch/);

    await client.batches.delete({ id: batchId, deleted: false, inspector });
    expect(await client.batches.get({ id: batchId })).toEqual(before);
    expect(await client.review.table({ batchId })).toEqual(table);
  });

  test('deleted ones are removed for good when asked, also for who stops listening', async () => {
    const fake = await fakeWorkstation();
    const { client } = fake;
    const { batchId, imageIds } = await importedBatch(fake, 3);
    const { run } = await inspected(fake, batchId);
    await client.review.judge({ runId: run.id, imageId: imageIds[0]!, verdict: 'reject', inspector });
    const other = await importedBatch(fake, 2, 'Other');
    await expect(drain(await client.batches.purge({ id: batchId, inspector }))).rejects.toEqual(
      clipsam('not-found', /no deleted batch/),
    );
    await client.batches.delete({ id: batchId, deleted: true, inspector });
    const preview = await client.batches.purgePreview({ id: null });
    expect(preview).toMatchObject({ batches: 1, images: 3, results: 3, verdicts: 1, annotations: 0 });
    const events = await drain(await client.batches.purge({ id: batchId, inspector }));
    expect(events.at(-1)).toEqual({ kind: 'finished', summary: { ...preview, bytes: 0 } });
    expect(await client.batches.list({ show: 'deleted' })).toEqual([]);
    await expect(client.batches.delete({ id: batchId, deleted: false, inspector })).rejects.toEqual(
      clipsam('not-found', /no batch/),
    );

    await client.batches.delete({ id: other.batchId, deleted: true, inspector });
    const unheard = await client.batches.purge({ id: null, inspector });
    await unheard.return?.();
    expect(await client.batches.list({ show: 'deleted' })).toEqual([]);
    expect(await client.batches.purgePreview({ id: null })).toMatchObject({
      batches: 0,
      images: 0,
      bytes: 0,
    });
    expect(fake.faults).toEqual([]);
  });

  test('one that is being inspected is not deleted', async () => {
    const fake = await fakeWorkstation({ hold: () => true });
    const { batchId } = await importedBatch(fake, 30);
    const { run } = await fake.client.runs.start({ batchId, inspector });
    await expect(fake.client.batches.delete({ id: batchId, deleted: true, inspector })).rejects.toEqual(
      clipsam('conflict', /being inspected/),
    );
    await fake.client.runs.cancel({ id: run.id, inspector });
    await fake.client.batches.delete({ id: batchId, deleted: true, inspector });
  });
});

describe('imports that were stopped', () => {
  async function stoppedImport() {
    const fake = await fakeWorkstation();
    const photos = join(fake.folder, 'photos');
    await mkdir(photos);
    for (let i = 0; i < 600; i++) await writeFile(join(photos, `${i}.png`), `${i}`);
    const { id } = await fake.client.batches.create({ metadata: { name: 'Lot 7' }, inspector });
    const events = await fake.client.imports.start({ id, paths: [photos], inspector });
    await events.next();
    await events.next();
    // While it is at work nothing is missing yet.
    expect((await fake.client.batches.get({ id })).stoppedImport).toBeNull();
    await events.return?.();
    return { ...fake, id, photos };
  }

  test('are told with the batch, also after the next start, until the rest is there', async () => {
    const { client, workstation, folder, id, photos } = await stoppedImport();
    const before = await client.batches.get({ id });
    expect(before.images).toBeLessThan(600);
    expect(before.stoppedImport).toMatchObject({ inspector, paths: [photos], more: 0 });
    await workstation.close();
    const again = await fakeWorkstation({}, { workspaceFolder: folder });
    expect(await again.client.batches.list({})).toMatchObject([{ stoppedImport: before.stoppedImport }]);
    const events = await drain(await again.client.imports.start({ id, paths: null, inspector }));
    expect(events.at(-1)).toMatchObject({ added: 600 - before.images, unchanged: before.images });
    expect(await again.client.batches.get({ id })).toMatchObject({ images: 600, stoppedImport: null });
    await expect(drain(await again.client.imports.start({ id, paths: null, inspector }))).rejects.toEqual(
      clipsam('not-found', /No import/),
    );
  });

  test('are forgotten when somebody says so, and the history keeps who', async () => {
    const { client, workstation, id, photos } = await stoppedImport();
    const { images } = await client.batches.get({ id });
    expect(await client.imports.dismiss({ id, inspector: 'bo' })).toMatchObject({
      images,
      stoppedImport: null,
    });
    expect(await listAudit(workstation.workspace, { subject: 'batch', limit: 1 })).toMatchObject([
      { inspector: 'bo', action: 'import left incomplete', oldValue: [{ inspector, paths: [photos] }] },
    ]);
  });

  test('go with their batch', async () => {
    const { client, id } = await stoppedImport();
    await client.batches.delete({ id, deleted: true, inspector });
    await drain(await client.batches.purge({ id, inspector }));
    expect(await client.batches.list({ show: 'deleted' })).toEqual([]);
  });
});

describe('reviewing', () => {
  test('a large table comes in pages, each image once and in the order of the import', async () => {
    const { client, workstation } = await fakeWorkstation();
    const { workspace } = workstation;
    const [first, batch] = [
      await createBatch(workspace, { name: 'A' }, inspector),
      await createBatch(workspace, { name: 'B' }, inspector),
    ];
    const paths = Array.from({ length: 12_000 }, (_, i) => `/photos/${12_000 - i}.png`);
    for (let start = 0; start < paths.length; start += 1000) {
      const images = paths.slice(start, start + 1000).map((path) => ({ path, contentHash: null, bytes: 1 }));
      // Batches that grow at the same time have ids among each other's.
      await addImages(workspace, first.id, images, inspector);
      await addImages(workspace, batch.id, images, inspector);
    }
    const names: string[] = [];
    const sizes: number[] = [];
    let after: number | null = null;
    do {
      const page: ReviewTable = await client.review.table({ batchId: batch.id, after });
      names.push(...page.columns.name);
      sizes.push(page.columns.imageId.length);
      after = page.next;
    } while (after !== null);
    expect(names).toEqual(paths.map((path) => path.slice('/photos/'.length)));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5000);
  });

  test('the table has every image with the verdicts and annotations that count', async () => {
    const failing = new ClipSamError('image-unreadable', 'cut off');
    const fake = await fakeWorkstation({ fail: (name) => (name === '0003.png' ? failing : undefined) });
    const { client } = fake;
    const { batchId, imageIds, names } = await importedBatch(fake, 5);
    const empty = await client.review.table({ batchId });
    expect(empty).toMatchObject({ run: null, columns: { status: Array(5).fill('pending'), name: names } });
    const { run } = await inspected(fake, batchId);
    const of = (i: number) => ({ runId: run.id, imageId: imageIds[i]!, inspector });
    await client.review.judge({ ...of(0), verdict: 'reject', defectClass: 'dent', severity: 'minor' });
    await client.review.judge({ ...of(1), verdict: 'reject' });
    await client.review.judge({ ...of(1), verdict: 'accept', overturnReason: 'glare' });
    await client.review.judge({ ...of(2), verdict: 'uncertain' });
    await client.review.judge({ ...of(2), verdict: 'withdrawn' });
    const annotation = await client.review.annotate({ ...of(1), kind: 'false-positive', regionIndex: 1 });
    const drawn = [
      [
        [
          [1, 1],
          [5, 1],
          [5, 5],
          [1, 1],
        ] as [number, number][],
      ],
    ];
    const missed = await client.review.annotate({
      ...of(1),
      kind: 'missed-defect',
      polygons: drawn,
      defectClass: 'dent',
    });
    await client.review.retract({ id: missed.id, inspector });
    await client.review.annotate({ ...of(2), kind: 'missed-defect', polygons: drawn, defectClass: 'crack' });

    const { columns, recipe } = await client.review.table({ batchId });
    expect(recipe.pack).toBe('lite');
    expect(columns).toEqual({
      imageId: imageIds,
      name: names,
      page: [null, null, null, null, null],
      status: ['done', 'done', 'done', 'failed', 'done'],
      score: [0.9, 0.9, 0.9, null, 0.9],
      model: ['reject', 'reject', 'reject', null, 'reject'],
      notices: [[], [], [], [], []],
      human: ['reject', 'accept', null, null, null],
      defectClass: ['dent', '', '', '', ''],
      severity: ['minor', null, null, null, null],
      overturned: [false, true, false, false, false],
      regions: [1, 1, 1, 0, 1],
      largestLength: [null, null, null, null, null],
      largestArea: [200, 200, 200, null, 200],
      belowLimit: [0, 0, 0, 0, 0],
      falsePositives: [0, 1, 0, 0, 0],
      missedDefects: [0, 0, 1, 0, 0],
      disagreement: [null, null, null, null, null],
    });
    const some = await client.review.rows({ runId: run.id, imageIds: [imageIds[1]!, 999] });
    expect(some).toMatchObject({ imageId: [imageIds[1]], name: ['0001.png'], overturned: [true] });
    const image = await client.review.image({ imageId: imageIds[1]!, runId: run.id });
    expect(image).toMatchObject({
      outcome: { status: 'done', result: { score: 0.9, regions: [{ index: 1 }] } },
      hasTruth: false,
    });
    expect(await client.review.remarks({ imageId: imageIds[1]!, runId: run.id })).toMatchObject({
      verdicts: [{ verdict: 'reject' }, { verdict: 'accept', overturnReason: 'glare' }],
      annotations: [{ id: annotation.id }],
    });
    expect(await client.review.image({ imageId: imageIds[3]!, runId: run.id })).toMatchObject({
      outcome: { status: 'failed', error: { code: 'image-unreadable', message: 'cut off' } },
    });
    expect(await client.runs.failures({ id: run.id })).toEqual([
      {
        imageId: imageIds[3],
        page: null,
        path: expect.stringMatching(/0003\.png$/),
        error: { code: 'image-unreadable', message: 'cut off' },
      },
    ]);
    expect(await client.review.defectClasses()).toEqual(['crack', 'dent']);
  });

  test('an overturned verdict needs a reason, and an image of another batch has no result', async () => {
    const fake = await fakeWorkstation();
    const { batchId, imageIds } = await importedBatch(fake, 1, 'A');
    const other = await importedBatch(fake, 1, 'B');
    const { run } = await inspected(fake, batchId);
    const verdict = { runId: run.id, imageId: imageIds[0]!, verdict: 'accept' as const, inspector };
    await expect(fake.client.review.judge(verdict)).rejects.toEqual(
      clipsam('input-invalid', /reason is needed/),
    );
    const wrong = { runId: run.id, imageId: other.imageIds[0]! };
    await expect(fake.client.review.image(wrong)).rejects.toEqual(clipsam('not-found', /not in the batch/));
    await expect(fake.client.review.remarks(wrong)).rejects.toEqual(clipsam('not-found', /not in the batch/));
    await expect(fake.client.review.table({ batchId: other.batchId, runId: run.id })).rejects.toEqual(
      clipsam('not-found', /no run/),
    );
  });

  test('SAM is asked about the image as the run saw it', async () => {
    const asked: unknown[] = [];
    const triangle = [
      [
        [1.25, 2],
        [8, 2],
        [4, 9.5],
        [1.25, 2],
      ],
    ] as const;
    const levels = [{ level: 1 as const, quality: 0.9, area: 5, polygons: [triangle] }];
    const fake = await fakeWorkstation({
      decode: async (job) => {
        asked.push(job);
        return { levels: packLevels(levels), decodeMs: 7 };
      },
    });
    const { batchId, imageIds, photos } = await importedBatch(fake, 1);
    const { run } = await inspected(fake, batchId);
    const prompts = { box: null, points: [{ x: 3, y: 4, label: 1 as const }] };
    const answer = await fake.client.review.askSam({ runId: run.id, imageId: imageIds[0]!, prompts });
    expect(unpackLevels(answer.levels)).toEqual(levels);
    expect(answer.decodeMs).toBe(7);
    expect(asked).toMatchObject([
      { path: join(photos, '0000.png'), prompts, contentHash: expect.any(String) },
    ]);
  });

  test('SAM is asked about the page that is looked at', async () => {
    const pages: (number | undefined)[] = [];
    const fake = await fakeWorkstation({
      decode: async ({ page }) => {
        pages.push(page);
        return { levels: packLevels([]), decodeMs: 1 };
      },
    });
    const path = join(fake.folder, 'stack.tif');
    await writeFile(path, await multiPage('tiff', [plain(16, 16, [9, 9, 9]), plain(16, 16, [99, 99, 99])]));
    const { batchId, imageIds } = await batchOf(fake, [path]);
    const { run } = await inspected(fake, batchId);
    const prompts = { box: { x: 1, y: 1, width: 5, height: 5 }, points: [] };
    for (const imageId of imageIds) await fake.client.review.askSam({ runId: run.id, imageId, prompts });
    expect(pages).toEqual([0, 1]);
  });
});

describe('exports', () => {
  test('go into a folder of their own in the workspace', async () => {
    const fake = await fakeWorkstation();
    const { batchId } = await importedBatch(fake, 2);
    const { run } = await inspected(fake, batchId);
    const events = await drain(await fake.client.exports.run({ runId: run.id, formats: ['csv', 'json'] }));
    const last = events.at(-1)!;
    if (last.kind !== 'finished') throw new Error('not finished');
    expect(last.folder.startsWith(join(fake.folder, 'exports', `Lot 7-${run.id}-`))).toBe(true);
    expect(last.files.map((file) => file.startsWith(last.folder))).toEqual([true, true]);
  });
});

describe('statistics', () => {
  test('follow what is said of images, and open their galleries', async () => {
    const fake = await fakeWorkstation();
    const { client } = fake;
    const { batchId, imageIds } = await importedBatch(fake, 2);
    const { run } = await inspected(fake, batchId);
    const before = await client.stats.dashboard({});
    expect(before).toMatchObject({
      filter: {},
      batches: 1,
      inspected: 2,
      unreviewed: 2,
      pChart: { by: 'lot' },
    });
    const [imageId] = imageIds as [number, ...number[]];
    await client.review.judge({ runId: run.id, imageId, verdict: 'uncertain', inspector });
    const { human, model } = await client.stats.dashboard({ filter: { batchId }, by: 'day' });
    expect(human).toEqual({ accept: 0, reject: 0, uncertain: 1 });
    const cells = (['accept', 'warn', 'reject'] as const).map((verdict) =>
      client.stats.gallery({ cell: { human: 'uncertain', model: verdict } }),
    );
    const found = (await Promise.all(cells)).flatMap(({ images }) => images);
    expect(found).toMatchObject([{ batchId, runId: run.id, imageId }]);
    expect(model[found[0]!.model]).toBeGreaterThan(0);
    const { folder, files } = await client.stats.export({ formats: ['csv', 'json'] });
    expect(folder.startsWith(join(fake.folder, 'exports', 'statistics-'))).toBe(true);
    expect(files).toContain(join(folder, 'statistics.json'));
    await expect(
      client.stats.dashboard({ filter: { from: '2026-02-01', to: '2026-01-01' } }),
    ).rejects.toEqual(clipsam('input-invalid', /must not be before the first day/));
  });
});

describe('folders', () => {
  test('are listed with their folders and the files that are wanted', async () => {
    const { client, folder } = await fakeWorkstation();
    for (const name of ['part10', 'part2', '.hidden'])
      await mkdir(join(folder, 'x', name), { recursive: true });
    for (const name of [
      'b.PNG',
      'a.jpg',
      'notes.txt',
      '.c.png',
      'pack.json',
      'w.ZIP',
      'other.json',
      'd.heic',
      'e.HEIC',
      'f.pgm',
    ])
      await writeFile(join(folder, 'x', name), '');
    const path = join(folder, 'x');
    expect(await client.app.folder({ path })).toEqual({
      path,
      parent: folder,
      folders: ['part2', 'part10'].map((name) => ({ name, path: join(path, name) })),
      files: ['a.jpg', 'b.PNG'].map((name) => ({ name, path: join(path, name) })),
      passedOver: [
        { ending: '.heic', count: 2 },
        { ending: '.pgm', count: 1 },
      ],
    });
    const { files, passedOver } = await client.app.folder({ path, files: 'packs' });
    expect(passedOver).toEqual([]);
    expect(files.map(({ name }) => name)).toEqual(['pack.json', 'w.ZIP']);
    expect((await client.app.folder({ path: '/' })).parent).toBeNull();
    expect((await client.app.folder({ path: null })).path).toBe(process.env.HOME);
  });

  test('that cannot be read say so', async () => {
    const { client, folder } = await fakeWorkstation();
    await expect(client.app.folder({ path: join(folder, 'gone') })).rejects.toEqual(
      clipsam('image-not-found', /does not exist/),
    );
    await expect(client.app.folder({ path: 'nul\0byte' })).rejects.toEqual(
      clipsam('image-not-found', /^Nothing can be called "[^\0]*nul\ufffdbyte"/),
    );
    const closed = join(folder, 'closed');
    await mkdir(closed);
    await withoutAccess(closed, () =>
      expect(client.app.folder({ path: closed })).rejects.toEqual(
        clipsam('image-unreadable', /permission denied/),
      ),
    );
  });
});

test('1,000 calls at once are all answered', async () => {
  const fake = await fakeWorkstation();
  const { batchId, imageIds } = await importedBatch(fake, 50);
  const { run } = await inspected(fake, batchId);
  const calls = Array.from({ length: 1000 }, (_, i) => {
    const imageId = imageIds[i % 50]!;
    if (i % 4 === 0)
      return fake.client.review.judge({ runId: run.id, imageId, verdict: 'reject', inspector });
    if (i % 4 === 1) return fake.client.review.image({ imageId, runId: run.id });
    if (i % 4 === 2) return fake.client.batches.list({});
    return fake.client.review.rows({ runId: run.id, imageIds: [imageId] });
  });
  expect(await Promise.all(calls)).toHaveLength(1000);
  const judged = Array.from({ length: 250 }, (_, i) => imageIds[(i * 4) % 50]!);
  for (const imageId of new Set(judged)) {
    const { verdicts } = await fake.client.review.remarks({ imageId, runId: run.id });
    expect(verdicts).toHaveLength(judged.filter((id) => id === imageId).length);
    expect(verdicts.map(({ supersedes }) => supersedes)).toEqual([
      null,
      ...verdicts.slice(0, -1).map(({ id }) => id),
    ]);
  }
  expect(fake.faults).toEqual([]);
});

test('a second window sees at once what the first one did', async () => {
  const fake = await fakeWorkstation();
  const { batchId, imageIds } = await importedBatch(fake, 2);
  const { run } = await inspected(fake, batchId);
  const window = await fake.client.app.events();
  expect((await window.next()).value).toMatchObject({ kind: 'device' });
  expect((await window.next()).value).toMatchObject({ kind: 'health', report: { problems: [] } });
  const place = { runId: run.id, imageId: imageIds[1]! };
  await fake.client.review.judge({ ...place, verdict: 'reject', inspector });
  expect((await window.next()).value).toEqual({ kind: 'reviewed', ...place });
  await fake.client.batches.update({ id: batchId, changes: { lot: '8' }, inspector });
  expect((await window.next()).value).toEqual({ kind: 'batch', batchId });
  const recipe = { ...(await fake.client.recipes.default({})), name: 'Stricter', theta: 0.6 };
  const saved = await fake.client.recipes.save({ recipe, parentHash: null, inspector });
  expect((await window.next()).value).toEqual({ kind: 'recipes' });
  expect((await fake.client.recipes.list()).map(({ hash }) => hash)).toContain(saved.hash);
  await window.return?.();
  expect(await window.next()).toMatchObject({ done: true });
});

test('the object that the batch names goes into the recipe of its runs, and a chosen recipe is taken as it is', async () => {
  const fake = await fakeWorkstation();
  const { batchId } = await importedBatch(fake, 1);
  await fake.client.batches.update({ id: batchId, changes: { objectName: 'metal nut' }, inspector });
  expect((await fake.client.review.table({ batchId })).recipe.object).toBe('metal nut');
  await inspected(fake, batchId);
  expect((await fake.client.review.table({ batchId })).recipe.object).toBe('metal nut');
  const recipe = { ...(await fake.client.recipes.default({})), name: 'Mine', object: 'gear' };
  const { hash } = await fake.client.recipes.save({ recipe, parentHash: null, inspector });
  const { run } = await fake.client.runs.start({ batchId, recipeHash: hash, inspector });
  expect(run.recipeHash).toBe(hash);
  await ended(fake.client, run.id, batchId);
  expect((await fake.client.review.table({ batchId })).recipe).toEqual(recipe);
});

test('files that moved keep their results, and images of two folders are told apart by name', async () => {
  const fake = await fakeWorkstation();
  const { workstation, client, folder } = fake;
  const { id } = await createBatch(workstation.workspace, { name: 'Two' }, inspector);
  for (const name of ['left', 'right']) {
    await mkdir(join(folder, 'in', name), { recursive: true });
    await writeFile(join(folder, 'in', name, 'x.png'), name);
  }
  await drain(await client.imports.start({ id, paths: [join(folder, 'in')], inspector }));
  const { run } = await inspected(fake, id);
  await rename(join(folder, 'in'), join(folder, 'moved'));
  const { columns } = await client.review.table({ batchId: id, runId: run.id });
  expect(columns).toMatchObject({ name: ['left/x.png', 'right/x.png'], status: ['done', 'done'] });
  await rm(join(folder, 'moved'), { recursive: true });
});

test('every window hears that the database was deleted, and no verdict is taken any more', async () => {
  const fake = await fakeWorkstation();
  const { batchId, imageIds } = await importedBatch(fake, 1);
  const { run } = await inspected(fake, batchId);
  const window = await fake.client.app.events();
  for (const kind of ['device', 'health']) expect((await window.next()).value).toMatchObject({ kind });
  await rm(join(fake.folder, 'workspace.sqlite'));
  const verdict = { runId: run.id, imageId: imageIds[0]!, verdict: 'reject', inspector } as const;
  await expect(fake.client.review.judge(verdict)).rejects.toMatchObject({
    data: { code: 'workspace-replaced' },
  });
  expect((await window.next()).value).toMatchObject({
    kind: 'health',
    report: { problems: [{ code: 'workspace-replaced', details: { case: 'database-replaced' } }] },
  });
  // What was stored before can still be looked at.
  expect((await fake.client.review.table({ batchId })).columns.imageId).toEqual(imageIds);
});
