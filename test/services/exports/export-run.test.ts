import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { exportRun } from '../../../src-main/services/exports/export-run.ts';
import { ContentHashes } from '../../../src-main/services/pictures/seen-file.ts';
import { addAnnotation } from '../../../src-main/store/annotations.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages } from '../../../src-main/store/images.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { listReports } from '../../../src-main/store/reports.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { startRun } from '../../../src-main/store/run-lifecycle.ts';
import { addVerdict } from '../../../src-main/store/verdicts.ts';
import {
  context,
  inspectionResult,
  recipe,
  temporaryFolder,
  temporaryWorkspace,
} from '../../store/fixtures.ts';

async function runOf(paths: readonly string[], stored: number) {
  const workspace = await temporaryWorkspace();
  const batch = await createBatch(workspace, { name: 'B' }, 'ana');
  const images = paths.map((path) => ({ path, contentHash: null, bytes: null }));
  await addImages(workspace, batch.id, images, 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const claim = await startRun(workspace, batch.id, hash, context);
  for (let id = 1; id <= stored; id++) {
    await recordOutcome(workspace, claim, id, { status: 'done', result: inspectionResult() });
  }
  return { workspace, runId: claim.runId };
}

test('what inspectors said goes out with the results; names are relative to the images’ folder', async () => {
  const { workspace, runId } = await runOf(['/data/line 1/a.png', '/data/line 12/b.png'], 2);
  const base = { runId, inspector: 'ana' };
  await addVerdict(workspace, { ...base, imageId: 2, verdict: 'uncertain' });
  await addVerdict(workspace, { ...base, imageId: 2, verdict: 'accept', overturnReason: 'dust' });
  await addAnnotation(workspace, { ...base, imageId: 2, kind: 'false-positive', regionIndex: 1 });
  const folder = join(await temporaryFolder(), 'new', 'folder');
  const {
    files: [file],
  } = await exportRun({
    inspector: 'ana',
    workspace,
    contents: new ContentHashes(),
    runId,
    formats: ['json'],
    folder,
  });
  const { results, imageRoot } = JSON.parse(await readFile(file!.path, 'utf8'));
  expect(imageRoot).toBe('/data');
  expect(results).toMatchObject([
    { partId: 'line 1/a.png', resultContent: { humanVerdict: null, annotations: [] } },
    {
      partId: 'line 12/b.png',
      jobId: `${workspace.id}/1`,
      resultContent: { humanVerdict: { verdict: 'accept' }, annotations: [{ kind: 'false-positive' }] },
    },
  ]);
});

test('more results than a page are all exported, once and in order', async () => {
  const names = Array.from({ length: 450 }, (_, i) => `${i}.png`);
  const { workspace, runId } = await runOf(
    names.map((name) => `/data/${name}`),
    450,
  );
  const {
    files: [file],
  } = await exportRun({
    inspector: 'ana',
    workspace,
    contents: new ContentHashes(),
    runId,
    formats: ['csv'],
    folder: await temporaryFolder(),
  });
  const rows = (await readFile(file!.path, 'utf8')).trim().split('\r\n').slice(1);
  expect(rows.map((row) => row.split(',')[0])).toEqual(names);
});

test('every format says of each image whether its file still is what was inspected', async () => {
  const photos = await temporaryFolder();
  const names = ['changed.png', 'gone.png', 'same.png'];
  for (const name of names) await writeFile(join(photos, name), name);
  const workspace = await temporaryWorkspace();
  const batch = await createBatch(workspace, { name: 'B' }, 'ana');
  const images = names.map((name) => ({ path: join(photos, name), contentHash: sha256(name), bytes: 1 }));
  await addImages(workspace, batch.id, images, 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const { runId, ...claim } = await startRun(workspace, batch.id, hash, context);
  for (const [i, name] of names.entries()) {
    const result = inspectionResult({ contentHash: sha256(name) });
    await recordOutcome(workspace, { runId, ...claim }, i + 1, { status: 'done', result });
  }
  await writeFile(join(photos, 'changed.png'), 'another part');
  await rm(join(photos, 'gone.png'));
  const folder = await temporaryFolder();
  const formats = ['csv', 'json', 'coco'] as const;
  const { files, summary } = await exportRun({
    inspector: 'ana',
    workspace,
    contents: new ContentHashes(),
    runId,
    formats,
    folder,
  });
  expect(summary).toEqual({ images: 3, failed: 0, changed: 1, missing: 1, pending: 0 });
  const [csv, json, coco] = await Promise.all(files.map(({ path }) => readFile(path, 'utf8')));
  const [header, ...rows] = csv!
    .trim()
    .split('\r\n')
    .map((row) => row.split(','));
  const states = ['changed', 'missing', 'same'];
  expect(rows.map((row) => row[header!.indexOf('file_now')])).toEqual(states);
  expect(
    JSON.parse(json!).results.map((r: { resultContent: { fileNow: string } }) => r.resultContent.fileNow),
  ).toEqual(states);
  expect(JSON.parse(coco!).images.map((image: { file_now: string }) => image.file_now)).toEqual(states);
});

test('a run without results, and one that is not there, are refused', async () => {
  const { workspace, runId } = await runOf(['/data/a.png'], 0);
  const folder = join(workspace.folder, 'out');
  await mkdir(folder);
  const options = { workspace, contents: new ContentHashes(), formats: ['csv'] as const, folder };
  await expect(exportRun({ inspector: 'ana', ...options, runId })).rejects.toThrow(/no results yet/);
  await expect(exportRun({ inspector: 'ana', ...options, runId: 99 })).rejects.toMatchObject({
    code: 'not-found',
  });
});

test('pages of a file are images of their own in every export, with names that differ', async () => {
  const workspace = await temporaryWorkspace();
  const batch = await createBatch(workspace, { name: 'B' }, 'ana');
  const file = { path: '/data/a/stack.tif', contentHash: 'a'.repeat(64), bytes: 1, pages: [0, 1] };
  await addImages(workspace, batch.id, [file, { ...file, path: '/data/b.png', pages: [] }], 'ana');
  const { hash } = await saveRecipe(workspace, recipe, { inspector: 'ana' });
  const claim = await startRun(workspace, batch.id, hash, context);
  for (const id of [1, 2, 3]) {
    await recordOutcome(workspace, claim, id, { status: 'done', result: inspectionResult() });
  }
  const folder = await temporaryFolder();
  await exportRun({
    inspector: 'ana',
    workspace,
    contents: new ContentHashes(),
    runId: claim.runId,
    formats: ['csv', 'json', 'coco'],
    folder,
  });
  const names = ['a/stack.tif · page 1 of 2', 'a/stack.tif · page 2 of 2', 'b.png'];
  const [head, ...rows] = (await readFile(join(folder, 'results.csv'), 'utf8')).slice(1).trim().split('\r\n');
  const columns = head!.split(',');
  const cells = rows.map((row) => row.split(','));
  const column = (name: string) => cells.map((row) => row[columns.indexOf(name)]);
  expect(column('image')).toEqual(names);
  expect(column('page')).toEqual(['1', '2', '1']);
  expect(column('pages')).toEqual(['2', '2', '1']);
  const { results } = JSON.parse(await readFile(join(folder, 'results.json'), 'utf8'));
  expect(results.map((one: { partId: string }) => one.partId)).toEqual(names);
  expect(results[1].resultContent).toMatchObject({ path: '/data/a/stack.tif', page: 2, pages: 2 });
  const coco = JSON.parse(await readFile(join(folder, 'coco.json'), 'utf8'));
  expect(coco.images).toMatchObject([
    { file_name: names[0], path: '/data/a/stack.tif', page: 1, pages: 2 },
    { file_name: names[1], path: '/data/a/stack.tif', page: 2, pages: 2 },
    { file_name: names[2] },
  ]);
  expect(new Set(coco.images.map((image: { key: string }) => image.key)).size).toBe(3);
});

test('a PDF report is filed each time, and its copy replaced; not where nothing can be stored', async () => {
  const { workspace, runId } = await runOf(['/data/a.png'], 1);
  const folder = await temporaryFolder();
  const options = { workspace, runId, inspector: 'ana', contents: new ContentHashes(), folder };
  for (const [i, language] of (['en', 'zh-CN'] as const).entries()) {
    const { files } = await exportRun({ ...options, formats: ['pdf', 'csv'], language });
    expect(files.map(({ path }) => path)).toEqual([join(folder, 'results.csv'), join(folder, 'report.pdf')]);
    const [report] = await listReports(workspace);
    expect(report).toMatchObject({ number: `R-00000${i + 1}`, options: { template: 'batch', language } });
    expect(sha256(await readFile(join(folder, 'report.pdf')))).toBe(report!.file);
  }
  const manifest = JSON.parse(await readFile(join(folder, 'clipsam-export.json'), 'utf8'));
  expect(manifest.files.map(({ path }: { path: string }) => path).sort()).toEqual([
    'report.pdf',
    'results.csv',
  ]);
  const readOnly = { ...workspace, isReadOnly: true };
  const empty = await temporaryFolder();
  await expect(
    exportRun({ ...options, workspace: readOnly, folder: empty, formats: ['pdf'] }),
  ).rejects.toMatchObject({ code: 'workspace-read-only', details: { case: 'report-read-only' } });
  const signal = AbortSignal.abort();
  await expect(exportRun({ ...options, folder: empty, formats: ['pdf'], signal })).rejects.toMatchObject({
    code: 'cancelled',
  });
  expect(await readdir(empty)).toEqual([]);
  expect(await listReports(workspace)).toHaveLength(2);
});
