import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sha256OfFile } from '../../../src-main/files/hash.ts';
import { importImages } from '../../../src-main/services/imports/import-images.ts';
import { resumeBatchRun, startBatchRun } from '../../../src-main/services/runs/batch-run.ts';
import { createBatch } from '../../../src-main/store/batches.ts';
import { addImages } from '../../../src-main/store/images.ts';
import { openWorkspace } from '../../../src-main/store/open-workspace.ts';
import { listResults } from '../../../src-main/store/results.ts';
import { isRunActive } from '../../../src-main/store/run-claims.ts';
import { countOutcomes, getRun, listRuns } from '../../../src-main/store/runs.ts';
import type { Workspace } from '../../../src-main/store/workspace.ts';
import type { BatchEvent } from '../../../src-shared/batch-event.ts';
import { ClipSamError } from '../../../src-shared/errors.ts';
import type { Notice } from '../../../src-shared/notice.ts';
import { recipe, temporaryFolder, temporaryWorkspace } from '../../store/fixtures.ts';
import { listAudit } from '../../store/history-fixture.ts';
import { type FakeOptions, fakeInference } from './fake-inference.ts';

const inspector = 'ana';

async function batchOf(count: number, workspace?: Workspace) {
  const ws = workspace ?? (await temporaryWorkspace());
  const folder = join(ws.folder, 'photos');
  await mkdir(folder);
  const names = Array.from({ length: count }, (_, i) => `${String(i).padStart(4, '0')}.png`);
  await Promise.all(names.map((name) => writeFile(join(folder, name), name)));
  const { id: batchId } = await createBatch(ws, { name: 'B' }, inspector);
  await importImages({ workspace: ws, batchId, paths: [folder], inspector });
  return { workspace: ws, batchId, folder, names };
}

async function run(
  batch: { workspace: Workspace; batchId: number },
  fake: FakeOptions = {},
  more: { signal?: AbortSignal; onEvent?: (event: BatchEvent) => void } = {},
) {
  const inference = fakeInference(fake);
  const events: BatchEvent[] = [];
  const job = await startBatchRun({
    ...batch,
    recipe,
    inference,
    inspector,
    signal: more.signal,
    onEvent: (event) => {
      events.push(event);
      more.onEvent?.(event);
    },
  });
  return { job, events, inference };
}

const statuses = async (workspace: Workspace, runId: number) =>
  (await listResults(workspace, runId, { limit: 10_000 })).map(({ status }) => status);

describe('a batch run', () => {
  test('stores one result per image, three at a time, and tells how far it is', async () => {
    const batch = await batchOf(20);
    const { job, events, inference } = await run(batch);
    expect(await job.done).toEqual({ runId: 1, status: 'done', total: 20, done: 20, failed: 0 });
    expect(inference.load.most).toBe(3);
    expect(await statuses(batch.workspace, 1)).toEqual(Array(20).fill('done'));
    expect(await getRun(batch.workspace, 1)).toMatchObject({ status: 'done', endedAt: expect.any(String) });
    expect(events[0]).toEqual({ kind: 'started', total: 20, alreadyDone: 0 });
    expect(events.at(-1)).toEqual({ kind: 'finished', status: 'done', done: 20, failed: 0 });
    const counts = events.flatMap((event) => (event.kind === 'image' ? [event.done] : []));
    expect(counts).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const last = events.at(-2)!;
    expect(last.kind === 'image' && last.rate > 0 && last.eta === 0).toBe(true);
  });

  test('tells each tile of an image that is looked at in tiles', async () => {
    const batch = await batchOf(1);
    const { job, events } = await run(batch, { tiles: 3 });
    await job.done;
    expect(events.filter(({ kind }) => kind === 'tile')).toEqual(
      [1, 2, 3].map((tile) => ({ kind: 'tile', imageId: 1, progress: { tile, tiles: 3 } })),
    );
  });

  test('tells how far an image has prepared what it is compared with', async () => {
    const batch = await batchOf(1);
    const { job, events } = await run(batch, { prepares: 2 });
    await job.done;
    expect(events.filter(({ kind }) => kind === 'comparing')).toEqual(
      [1, 2].map((done) => ({ kind: 'comparing', done, total: 2 })),
    );
  });

  test('does not start over files that are away where there are results to lose', async () => {
    const batch = await batchOf(3);
    const first = await run(batch);
    await first.job.done;
    const away = join(batch.workspace.folder, 'away');
    await rename(batch.folder, away);
    const file = join(batch.folder, '0000.png');
    await expect(run(batch)).rejects.toMatchObject({
      code: 'image-unreadable',
      message: expect.stringContaining('None of the 3 images'),
      details: { case: 'batch-away', files: 3, file },
    });
    expect(await listRuns(batch.workspace, batch.batchId)).toHaveLength(1);
    // One that can be read is enough; the others fail one by one.
    await rename(away, batch.folder);
    await rm(file);
    const again = await run(batch);
    expect(await again.job.done).toMatchObject({ status: 'done', done: 2, failed: 1 });
  });

  test('inspects each page of a file as an image of its own', async () => {
    const batch = await batchOf(1);
    const path = join(batch.folder, '0000.png');
    const pages = [0, 2, 5];
    const contentHash = await sha256OfFile(path);
    await addImages(batch.workspace, batch.batchId, [{ path, contentHash, bytes: 8, pages }], inspector);
    const asked: (number | undefined)[] = [];
    const score = new Map<number | undefined, number>([
      [0, 0.1],
      [2, 0.7],
      [5, 0.3],
    ]);
    const { job, events } = await run(batch, {
      onInspect: (_name, { page }) => asked.push(page),
      result: ({ page }) => ({ score: score.get(page)! }),
    });
    expect(await job.done).toMatchObject({ status: 'done', total: 3, done: 3, failed: 0 });
    expect(asked.sort()).toEqual(pages);
    const stored = await listResults(batch.workspace, 1);
    expect(stored.map((one) => [one.image.page?.number, one.status === 'done' && one.result.score])).toEqual([
      [1, 0.1],
      [2, 0.7],
      [3, 0.3],
    ]);
    const told = events.flatMap((event) => (event.kind === 'image' ? [event.outcome.page] : []));
    expect(told).toContainEqual({ index: 5, number: 3, count: 3 });
  });

  test('does not judge a file with several pages by its first', async () => {
    const batch = await batchOf(2);
    const page: Notice = { code: 'page', page: 1, pages: 4 };
    const { job } = await run(batch, {
      result: ({ path }) => (path.endsWith('0001.png') ? { notices: [page] } : {}),
    });
    expect(await job.done).toMatchObject({ done: 1, failed: 1 });
    expect((await listResults(batch.workspace, 1))[1]).toMatchObject({
      error: {
        code: 'image-changed',
        details: { case: 'pages-unknown', file: join(batch.folder, '0001.png'), pages: 4 },
      },
    });
  });

  test('starts over files that nobody has ever read: each of them is reported', async () => {
    const batch = await batchOf(2);
    await rm(batch.folder, { recursive: true });
    const { job } = await run(batch);
    expect(await job.done).toMatchObject({ status: 'done', done: 0, failed: 2 });
  });

  test('records images that fail, with the reason, and goes on', async () => {
    const batch = await batchOf(6);
    const details = { case: 'file-damaged', file: '/in/0002.png' } as const;
    const broken = new ClipSamError('image-unreadable', 'The file is cut off.', { details });
    const first = await run(batch, { fail: (name) => (name === '0002.png' ? broken : undefined) });
    expect(await first.job.done).toMatchObject({ status: 'done', done: 5, failed: 1 });
    const results = await listResults(batch.workspace, 1);
    expect(results[2]).toMatchObject({
      status: 'failed',
      error: { code: 'image-unreadable', message: 'The file is cut off.', details },
    });
  });

  test('keeps a file that changed since the import apart from the one imported', async () => {
    const batch = await batchOf(2);
    const path = join(batch.folder, '0001.png');
    await writeFile(path, 'other content');
    expect(await (await run(batch)).job.done).toMatchObject({ done: 1, failed: 1 });
    const [, changed] = await listResults(batch.workspace, 1);
    expect(changed).toMatchObject({
      status: 'failed',
      error: { code: 'image-changed', details: { file: path } },
    });
    const again = await importImages({ ...batch, paths: [batch.folder], inspector });
    expect(again).toMatchObject({ added: 0, unchanged: 1, changed: [path] });
    expect(await (await run(batch)).job.done).toMatchObject({ done: 2, failed: 0 });
  });

  test('inspects a file that the import could not read, once it can', async () => {
    const { workspace, batchId, folder } = await batchOf(1);
    await addImages(
      workspace,
      batchId,
      [{ path: join(folder, 'late.png'), contentHash: null, bytes: null }],
      inspector,
    );
    await writeFile(join(folder, 'late.png'), 'late');
    expect(await (await run({ workspace, batchId })).job.done).toMatchObject({ done: 2, failed: 0 });
  });
});

describe('pause, cancel, resume', () => {
  test('a paused run does nothing until it is resumed', async () => {
    const batch = await batchOf(12);
    let inspected = 0;
    const { job, events } = await run(batch, { onInspect: () => inspected++ });
    await job.pause();
    const before = inspected;
    expect(before).toBeLessThan(12);
    expect(await getRun(batch.workspace, 1)).toMatchObject({ status: 'paused' });
    expect(await isRunActive(batch.workspace, 1)).toBe(true);
    expect((await countOutcomes(batch.workspace, 1)).done).toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(inspected).toBe(before);
    await job.resume();
    expect(await job.done).toMatchObject({ status: 'done', done: 12 });
    expect(events.map(({ kind }) => kind).filter((kind) => kind !== 'image')).toEqual([
      'started',
      'paused',
      'resumed',
      'finished',
    ]);
  });

  test('a cancelled run keeps what is stored and is final', async () => {
    const batch = await batchOf(30);
    const { job } = await run(
      batch,
      {},
      { onEvent: (e) => e.kind === 'image' && e.done === 5 && job.cancel() },
    );
    const summary = await job.done;
    expect(summary).toMatchObject({ status: 'cancelled', failed: 0 });
    expect(summary.done).toBeLessThan(10);
    expect(await statuses(batch.workspace, 1)).toEqual(Array(summary.done).fill('done'));
    const inference = fakeInference();
    await expect(resumeBatchRun({ ...batch, inference, inspector, runId: 1 })).rejects.toThrow(
      /is cancelled/,
    );
  });

  test('a paused run can be cancelled', async () => {
    const batch = await batchOf(10);
    const { job } = await run(batch);
    await job.pause();
    job.cancel();
    expect(await job.done).toMatchObject({ status: 'cancelled' });
  });

  test('an aborted run is interrupted, and resuming does the rest only', async () => {
    const batch = await batchOf(30);
    const abort = new AbortController();
    const first = await run(
      batch,
      {},
      { signal: abort.signal, onEvent: (e) => e.kind === 'image' && e.done === 7 && abort.abort() },
    );
    const { status, done } = await first.job.done;
    expect(status).toBe('interrupted');
    const seen: string[] = [];
    const job = await resumeBatchRun({
      ...batch,
      inference: fakeInference({ onInspect: (name) => seen.push(name) }),
      inspector,
      runId: 1,
    });
    expect(await job.done).toEqual({ runId: 1, status: 'done', total: 30, done: 30, failed: 0 });
    expect(seen).toEqual(batch.names.slice(done));
  });

  test('resuming retries failures only when asked', async () => {
    const batch = await batchOf(8);
    const abort = new AbortController();
    const broken = new ClipSamError('image-unreadable', 'cut off');
    const first = await run(
      batch,
      { fail: (name) => (name === '0000.png' ? broken : undefined) },
      { signal: abort.signal, onEvent: (e) => e.kind === 'image' && e.done === 4 && abort.abort() },
    );
    await first.job.done;
    const options = { ...batch, inference: fakeInference(), inspector, runId: 1 };
    const stop = new AbortController();
    stop.abort();
    expect(await (await resumeBatchRun({ ...options, signal: stop.signal })).done).toMatchObject({
      status: 'interrupted',
      failed: 1,
    });
    expect(await (await resumeBatchRun({ ...options, retryFailed: true })).done).toMatchObject({
      status: 'done',
      done: 8,
      failed: 0,
    });
    expect((await listAudit(batch.workspace, { subject: 'run' })).map(({ action }) => action)).toEqual([
      'done',
      'resumed',
      'interrupted',
      'resumed',
      'interrupted',
      'started',
    ]);
  });
});

describe('what every image would meet stops the run in good order', () => {
  test('a full disk blames no image', async () => {
    const batch = await batchOf(10);
    const full = new ClipSamError('disk-full', 'The disk is full.');
    const { job, events } = await run(batch, { fail: (name) => (name >= '0004' ? full : undefined) });
    expect(await job.done).toMatchObject({
      status: 'interrupted',
      failed: 0,
      error: { code: 'disk-full', message: 'The disk is full.' },
    });
    expect(events.at(-1)).toMatchObject({
      kind: 'finished',
      status: 'interrupted',
      error: { code: 'disk-full' },
    });
    expect(await getRun(batch.workspace, 1)).toMatchObject({ error: { code: 'disk-full' } });
    const job2 = await resumeBatchRun({ ...batch, inference: fakeInference(), inspector, runId: 1 });
    expect(await job2.done).toMatchObject({ status: 'done', done: 10, failed: 0 });
  });

  test('a locked database: the run is resumable, even though its end could not be written', async () => {
    const folder = await temporaryFolder();
    const workspace = await openWorkspace(folder, { create: true, patience: { limit: 10 } });
    onTestFinished(() => workspace.close());
    const batch = await batchOf(10, workspace);
    const other = new Database(join(folder, 'workspace.sqlite'));
    onTestFinished(() => void other.close());
    const { job } = await run(batch, {
      onInspect: (name) => name === '0005.png' && other.exec('begin immediate'),
    });
    const summary = await job.done;
    expect(summary).toMatchObject({ status: 'interrupted', failed: 0, error: { code: 'workspace-locked' } });
    other.exec('rollback');
    expect(await getRun(workspace, 1)).toMatchObject({ status: 'running' });
    const job2 = await resumeBatchRun({ ...batch, inference: fakeInference(), inspector, runId: 1 });
    expect(await job2.done).toMatchObject({ status: 'done', done: 10 });
  });

  test('an inference process that keeps dying', async () => {
    const batch = await batchOf(20);
    const crash = new ClipSamError('inference-crashed', 'The inference process ended.');
    const { job } = await run(batch, { fail: () => crash });
    const summary = await job.done;
    expect(summary).toMatchObject({ status: 'interrupted', error: { code: 'inference-crashed' } });
    expect(summary.failed).toBeLessThan(10);
  });
});

test('kill -9 in mid-run: resumed, each image has one result and none is lost or repeated', async () => {
  const folder = await temporaryFolder();
  const workspace = await openWorkspace(folder, { create: true });
  onTestFinished(() => workspace.close());
  const { names } = await batchOf(90, workspace);
  const log = join(folder, 'log.txt');
  let stored = 0;
  for (const [most, ...resumed] of [[20], [30, 1]]) {
    const child = startChild([folder, log, most, ...resumed]);
    let told = 0;
    for await (const chunk of child.stdout) {
      told += String(chunk).split('image').length - 1;
      if (told === most) break;
    }
    stored += told;
    const inference = fakeInference();
    await expect(resumeBatchRun({ workspace, inference, inspector, runId: 1 })).rejects.toThrow(
      `being worked on by process ${child.pid}`,
    );
    child.kill('SIGKILL');
    await once(child, 'close');
    const { done } = await countOutcomes(workspace, 1);
    expect(done).toBe(stored);
  }
  expect(await getRun(workspace, 1)).toMatchObject({ status: 'running' });
  const last = startChild([folder, log, 90, 1]);
  last.stdout.resume();
  expect(await once(last, 'close')).toEqual([0, null]);
  expect(await getRun(workspace, 1)).toMatchObject({ status: 'done' });
  const results = await listResults(workspace, 1, { limit: 1000 });
  expect(results.map(({ image }) => image.path)).toEqual(names.map((n) => join(folder, 'photos', n)));
  expect(results.every((result) => result.status === 'done' && result.result.regions.length === 1)).toBe(
    true,
  );
  const inspected = (await readFile(log, 'utf8')).trim().split('\n');
  expect(new Set(inspected).size).toBe(90);
  // Two kills may each cost what was in flight, three images, and nothing else.
  expect(inspected.length - 90).toBeLessThanOrEqual(6);
});

function startChild(args: readonly unknown[]) {
  const script = join(import.meta.dirname, 'batch-child.ts');
  return spawn(process.execPath, [script, ...args.map(String)], { stdio: ['ignore', 'pipe', 'inherit'] });
}
