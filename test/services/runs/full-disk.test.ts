import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256 } from '../../../src-main/files/hash.ts';
import { exportBatch } from '../../../src-main/services/exports/export-batch.ts';
import { People } from '../../../src-main/services/people/people.ts';
import { Thumbnails } from '../../../src-main/services/pictures/thumbnails.ts';
import { TilePyramids } from '../../../src-main/services/pictures/tile-pyramids.ts';
import { startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { endingsOf, RunEndings } from '../../../src-main/services/runs/run-endings.ts';
import { Housekeeping } from '../../../src-main/services/upkeep/housekeeping.ts';
import { createBatch, deleteBatch, listBatches } from '../../../src-main/store/batches.ts';
import { addImages, listImages } from '../../../src-main/store/images.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { saveRecipe } from '../../../src-main/store/recipes.ts';
import { keepReserve, releaseReserve } from '../../../src-main/store/reserve.ts';
import { recordOutcome } from '../../../src-main/store/results.ts';
import { releaseClaim } from '../../../src-main/store/run-claims.ts';
import { setRunStatus, startRun } from '../../../src-main/store/run-lifecycle.ts';
import { getRun } from '../../../src-main/store/runs.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import { fakeWorkstation } from '../../api/workstation-fixture.ts';
import { canMount, smallDisk } from '../../small-disk.ts';
import {
  context,
  inspectionResult,
  recipe,
  temporaryFolder,
  temporaryWorkspace,
} from '../../store/fixtures.ts';
import { fakeInference } from './fake-inference.ts';

const inspector = 'ana';

function keeperOf(workspace: Workspace) {
  const thumbnails = new Thumbnails(join(workspace.cacheFolder, 'thumbnails'));
  const keeper = new Housekeeping({
    workspace,
    thumbnails,
    tiles: new TilePyramids(join(workspace.cacheFolder, 'tiles')),
    onBatch: () => {},
    log: () => {},
  });
  return { keeper, thumbnails };
}

async function imported(workspace: Workspace, count: number) {
  const photos = await temporaryFolder();
  const { id } = await createBatch(workspace, { name: 'B' }, inspector);
  const files = Array.from({ length: count }, (_, i) => join(photos, `${i}.png`));
  for (const file of files) await writeFile(file, file);
  const images = files.map((path) => ({ path, contentHash: sha256(path), bytes: path.length }));
  await addImages(workspace, id, images, inspector);
  return id;
}

/** A finished run over one image with a map of so many bytes. */
async function inspected(workspace: Workspace, bytes: number) {
  const batchId = await imported(workspace, 1);
  const { hash } = await saveRecipe(workspace, recipe, { inspector });
  const claim = await startRun(workspace, batchId, hash, context);
  const map = await workspace.artifacts.put(randomBytes(bytes), 'image/png');
  const artifacts = { coarseMap: map, finalMap: map, mask: map };
  const [image] = await listImages(workspace, batchId);
  const result = inspectionResult({ artifacts, contentHash: image!.contentHash! });
  await recordOutcome(workspace, claim, image!.id, { status: 'done', result });
  await setRunStatus(workspace, claim, 'done', inspector);
  releaseClaim(claim);
  return { batchId, runId: claim.runId, map };
}

describe.skipIf(!canMount)('on a full disk', () => {
  test('an image that is sound is not called damaged when its tiles find no room', async () => {
    const disk = await smallDisk(4);
    const folder = await temporaryFolder();
    const raw = { width: 900, height: 900, channels: 3 } as const;
    const bytes = await sharp(randomBytes(900 * 900 * 3), { raw })
      .png()
      .toBuffer();
    const path = join(folder, 'a.png');
    await writeFile(path, bytes);
    const image = {
      ...{ id: 1, batchId: 1, path, bytes: bytes.length, contentHash: sha256(bytes) },
      ...{ width: null, height: null, addedAt: '', range: null },
      ...{ sampleKind: 'none' as const, version: sha256(bytes), page: null },
    };
    await disk.fill();
    const tiles = new TilePyramids(join(disk.folder, 'tiles'));
    await expect(tiles.layout(image)).rejects.toMatchObject({
      code: 'disk-full',
      details: { case: 'disk-full' },
    });
    await rm(join(disk.folder, 'filler'));
    expect(await tiles.layout(image)).toMatchObject({ width: 900, height: 900 });
  });

  test('a run that it stopped knows why, at once and when there is room again', async () => {
    const disk = await smallDisk(8);
    const workspace = await openWorkspace(join(disk.folder, 'ws'), { create: true });
    onTestFinished(() => workspace.close());
    const batchId = await imported(workspace, 200);
    let filled: Promise<void> | undefined;
    const inference = fakeInference({
      onInspect: (name) => {
        if (name === '20.png') filled ??= disk.fill();
      },
    });
    const job = await startBatchRun({ workspace, batchId, recipe, inference, inspector });
    const summary = await job.done;
    await filled;
    expect(summary).toMatchObject({ status: 'interrupted', error: { code: 'disk-full' } });
    expect(await getRun(workspace, job.runId)).toMatchObject({ status: 'running', error: null });
    const fake = endingsOf(workspace).get(job.runId);
    expect(fake).toMatchObject({ status: 'interrupted', error: { code: 'disk-full' } });
    disk.remount('size=16m');
    await keeperOf(workspace).keeper.lookAfterDatabase();
    expect(await getRun(workspace, job.runId)).toMatchObject({
      status: 'interrupted',
      error: { code: 'disk-full' },
    });
    expect(endingsOf(workspace).get(job.runId)).toBeUndefined();
  });

  test('what is removed for good gives room, and pictures that can be made again go first', async () => {
    const disk = await smallDisk(10);
    const workspace = await openWorkspace(join(disk.folder, 'ws'), { create: true });
    onTestFinished(() => workspace.close());
    const { batchId, map } = await inspected(workspace, 2 << 20);
    await deleteBatch(workspace, batchId, true, inspector);
    const { keeper, thumbnails } = keeperOf(workspace);
    await thumbnails.cache.put('a'.repeat(64), randomBytes(1 << 20));
    await disk.fill();
    await expect(createBatch(workspace, { name: 'n'.repeat(100_000) }, inspector)).rejects.toMatchObject({
      code: 'disk-full',
    });
    expect(await keeper.purge(batchId, inspector)).toMatchObject({ batches: 1, bytes: 2 << 20 });
    expect(existsSync(workspace.artifacts.pathOf(map))).toBe(false);
    await createBatch(workspace, { name: 'n'.repeat(100_000) }, inspector);
  });

  test('a workspace opens all the same, with the room that pictures took which can be made again', async () => {
    const disk = await smallDisk(8);
    const folder = join(disk.folder, 'ws');
    const first = await openWorkspace(folder, { create: true });
    await inspected(first, 1000);
    await first.close();
    await mkdir(join(folder, 'cache', 'tiles'), { recursive: true });
    await writeFile(join(folder, 'cache', 'tiles', 'x'), randomBytes(1 << 20));
    await disk.fill();
    const workspace = await openWorkspace(folder);
    onTestFinished(() => workspace.close());
    expect(workspace.isReadOnly).toBe(false);
    expect(await listBatches(workspace)).toHaveLength(1);
    expect(existsSync(join(folder, 'cache'))).toBe(false);
  });

  test('a workspace without anything to spare opens for reading', async () => {
    const disk = await smallDisk(8);
    const folder = join(disk.folder, 'ws');
    const first = await openWorkspace(folder, { create: true });
    const { runId } = await inspected(first, 1000);
    await first.close();
    await disk.fill();
    await expect(openWorkspace(folder)).rejects.toMatchObject({ code: 'disk-full' });
    const workspace = await openWorkspace(folder, { allowReadOnly: true });
    onTestFinished(() => workspace.close());
    expect(workspace.isReadOnly).toBe(true);
    expect(await getRun(workspace, runId)).toMatchObject({ status: 'done' });
  });

  test('the reserve gives its room back, once', async () => {
    const disk = await smallDisk(400);
    await keepReserve(disk.folder);
    disk.remount('size=17m');
    await disk.fill();
    expect(releaseReserve(disk.folder)).toBe(true);
    await writeFile(join(disk.folder, 'note'), randomBytes(15 << 20));
    expect(releaseReserve(disk.folder)).toBe(false);
    // Too small a disk has none to spare.
    await keepReserve(disk.folder);
    expect(releaseReserve(disk.folder)).toBe(false);
  });
});

describe.skipIf(!canMount)('on a disk that cannot be written', () => {
  test('a workspace is looked at and exported; nothing is stored, and that is said', async () => {
    const disk = await smallDisk(16);
    const folder = join(disk.folder, 'ws');
    const first = await openWorkspace(folder, { create: true });
    const { runId, batchId } = await inspected(first, 1000);
    await first.close();
    const before = await readFile(join(folder, 'workspace.sqlite'));
    disk.remount('ro');
    await expect(openWorkspace(folder)).rejects.toMatchObject({ code: 'path-denied' });
    const { workstation, client } = await fakeWorkstation({}, { workspaceFolder: folder });
    expect(workstation.workspace.health.report.problems).toMatchObject([
      { code: 'workspace-read-only', details: { case: 'disk-read-only', folder } },
    ]);
    expect((await client.review.table({ batchId })).columns.score).toEqual([0.9]);
    const judge = client.review.judge({
      runId,
      imageId: 1,
      verdict: 'accept',
      overturnReason: 'x',
      inspector,
    });
    await expect(judge).rejects.toMatchObject({ data: { code: 'workspace-read-only' } });
    const out = await temporaryFolder();
    await exportBatch({ workspaceFolder: folder, formats: ['csv'], folder: out, inspector: 'ana' });
    await workstation.close();
    disk.remount('rw');
    expect(await readFile(join(folder, 'workspace.sqlite'))).toEqual(before);
  });
});

test.skipIf(!canMount)('somebody signs in on a disk that cannot be written', async () => {
  const disk = await smallDisk(16);
  const first = await openWorkspace(disk.folder, { create: true });
  const eva = { name: 'Eva', role: 'engineer', pin: '2468', inspector: 'Eva' } as const;
  await new People({ workspace: first }).add(first, eva);
  await first.close();
  disk.remount('ro');
  const workspace = await openWorkspace(disk.folder, { allowReadOnly: true });
  onTestFinished(() => workspace.close());
  const people = new People({ workspace, log: () => {} });
  expect(await people.signIn('Eva', '2468')).toMatchObject({ inspector: { role: 'engineer' } });
  await expect(people.signIn('Eva', '1357')).rejects.toMatchObject({ code: 'not-permitted' });
});

test('the end of a run that could not be written outlives the program in a note', async () => {
  const workspace = await temporaryWorkspace();
  const batchId = await imported(workspace, 1);
  await workspace.close();
  const patience = { limit: 20 };
  const hasty = await openWorkspace(workspace.folder, { patience });
  const { hash } = await saveRecipe(hasty, recipe, { inspector });
  const claim = await startRun(hasty, batchId, hash, context);
  const other = new Database(join(workspace.folder, 'workspace.sqlite'));
  other.exec('begin immediate');
  const error = { code: 'disk-full', message: 'full' } as const;
  await endingsOf(hasty).write({ claim, status: 'interrupted', inspector, error });
  releaseClaim(claim);
  other.exec('rollback');
  other.close();
  await hasty.db.destroy();

  const again = await openWorkspace(workspace.folder);
  onTestFinished(() => again.close());
  const endings = new RunEndings(again);
  expect(endings.get(claim.runId)).toMatchObject({ error });
  expect(await getRun(again, claim.runId)).toMatchObject({ status: 'running' });
  await endings.retry();
  expect(await getRun(again, claim.runId)).toMatchObject({ status: 'interrupted', error });
  expect(new RunEndings(again).get(claim.runId)).toBeUndefined();
});
