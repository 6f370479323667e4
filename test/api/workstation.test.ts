import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkstation } from '../../src-main/api/workstation.ts';
import { openWorkspace } from '../../src-main/store/open-workspace.ts';
import type { DeviceSurvey } from '../../src-shared/device-survey.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import { temporaryFolder } from '../store/fixtures.ts';
import { listAudit } from '../store/history-fixture.ts';
import { drain, ended, fakeWorkstation, importedBatch, inspected, inspector } from './workstation-fixture.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({
    data: expect.objectContaining({ code: 'conflict', message: expect.stringMatching(message) }),
  });

describe('a workspace', () => {
  test('that is new has the samples, ready to be inspected; one that had a batch never gets them again', async () => {
    const folder = await temporaryFolder();
    const first = await fakeWorkstation({}, { workspaceFolder: folder, samplesFolder: undefined });
    const [samples, ...rest] = await first.client.batches.list({});
    expect(rest).toEqual([]);
    expect(samples).toMatchObject({ batch: { name: 'Bundled samples' }, images: 12, run: null });
    const { columns } = await first.client.review.table({ batchId: samples!.batch.id });
    expect(columns.name[1]).toBe('cable/test/missing_component/000.jpg');
    const bad = await first.client.review.image({ imageId: columns.imageId[1]!, runId: null });
    const good = await first.client.review.image({ imageId: columns.imageId[0]!, runId: null });
    expect([bad.hasTruth, good.hasTruth]).toEqual([true, false]);
    await first.client.batches.delete({ id: samples!.batch.id, deleted: true, inspector });
    await first.workstation.close();
    const second = await fakeWorkstation({}, { workspaceFolder: folder, samplesFolder: undefined });
    expect(await second.client.batches.list({})).toEqual([]);
  });

  test('opens although the samples are missing', async () => {
    const { client, faults } = await fakeWorkstation({}, { samplesFolder: '/nowhere' });
    expect(await client.batches.list({})).toEqual([]);
    expect(faults).toHaveLength(1);
  });

  test('is open in one workstation at a time', async () => {
    const { folder, workstation } = await fakeWorkstation();
    const again = () => openWorkstation({ workspaceFolder: folder, shell: 'browser', samplesFolder: null });
    await expect(again()).rejects.toMatchObject({ code: 'workspace-locked' });
    await workstation.close();
    await (await again()).close();
  });
});

describe('runs', () => {
  test('one is at work at a time; a paused one makes room and goes on later', async () => {
    const fake = await fakeWorkstation({ delay: 10 });
    const { client, workstation } = fake;
    const [a, b] = [await importedBatch(fake, 30, 'A'), await importedBatch(fake, 2, 'B')];
    const both = await Promise.allSettled([
      client.runs.start({ batchId: a.batchId, inspector }),
      client.runs.start({ batchId: b.batchId, inspector }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(both[1]).toMatchObject({ reason: refused(/at work already/) });
    expect(workstation.isBusy()).toBe(true);
    const { run } = (await client.runs.list({ batchId: a.batchId }))[0]!;
    const paused = await client.runs.pause({ id: run.id, inspector });
    expect(paused).toMatchObject({ run: { status: 'paused' }, active: true, rate: null, eta: null });
    expect(workstation.isBusy()).toBe(false);
    expect(await inspected(fake, b.batchId)).toMatchObject({ run: { status: 'done' }, done: 2 });
    expect(await client.runs.resume({ id: run.id, inspector })).toMatchObject({ run: { status: 'running' } });
    expect(await ended(client, run.id, a.batchId)).toMatchObject({ run: { status: 'done' }, done: 30 });
    expect(fake.starts).toHaveLength(1);
  });

  test('tell how far they are, the images that came, and their end', async () => {
    const fake = await fakeWorkstation({ delay: 15 });
    const { batchId, imageIds } = await importedBatch(fake, 90);
    const events = await fake.client.app.events();
    const began = performance.now();
    const { run } = await fake.client.runs.start({ batchId, inspector });
    const seen: number[] = [];
    const progresses: { status: string; done: number; rate: number | null }[] = [];
    for await (const event of events) {
      if (event.kind !== 'run') continue;
      seen.push(...event.imageIds);
      const { progress } = event;
      progresses.push({ status: progress.run.status, done: progress.done, rate: progress.rate });
      expect(progress.total).toBe(90);
      if (!progress.active) break;
    }
    expect(seen.toSorted((x, y) => x - y)).toEqual(imageIds);
    // A few times a second, and at once when it begins and ends.
    expect(progresses.length).toBeLessThanOrEqual(3 + (performance.now() - began) / 300);
    expect(progresses[0]).toEqual({ status: 'running', done: 0, rate: null });
    expect(progresses.at(-1)).toEqual({ status: 'done', done: 90, rate: null });
    expect(progresses.some(({ rate }) => rate !== null && rate > 0)).toBe(true);
    expect((await fake.client.runs.list({ batchId }))[0]).toMatchObject({
      run: { id: run.id },
      active: false,
    });
  });

  test('tell which tile of a large image is looked at, and nothing of it afterwards', async () => {
    let isHeld = true;
    const fake = await fakeWorkstation({ tiles: 130, hold: () => isHeld });
    const { batchId } = await importedBatch(fake, 1);
    const events = await fake.client.app.events();
    await fake.client.runs.start({ batchId, inspector });
    for await (const event of events) {
      if (event.kind !== 'run') continue;
      if (event.progress.tiles) {
        expect(event).toMatchObject({ imageIds: [], progress: { tiles: { tile: 130, tiles: 130 } } });
        isHeld = false;
      }
      if (event.progress.active) continue;
      expect(event.progress.tiles).toBeUndefined();
      break;
    }
    expect(isHeld).toBe(false);
  });

  test('can be cancelled at work, paused and interrupted, and are final then', async () => {
    const fake = await fakeWorkstation({ delay: 10 });
    const { client } = fake;
    const { batchId } = await importedBatch(fake, 30);
    const first = await client.runs.start({ batchId, inspector });
    expect(await client.runs.cancel({ id: first.run.id, inspector })).toMatchObject({
      run: { status: 'cancelled' },
      active: false,
    });
    await expect(client.runs.resume({ id: first.run.id, inspector })).rejects.toEqual(
      refused(/is cancelled/),
    );
    await expect(client.runs.pause({ id: first.run.id, inspector })).rejects.toEqual(
      refused(/not at work here/),
    );
    await expect(client.runs.cancel({ id: first.run.id, inspector })).rejects.toEqual(
      refused(/cancelled already/),
    );
    const second = await client.runs.start({ batchId, inspector });
    await client.runs.pause({ id: second.run.id, inspector: 'Grace' });
    expect(await client.runs.cancel({ id: second.run.id, inspector: 'Linus' })).toMatchObject({
      run: { status: 'cancelled' },
    });
    const history = await listAudit(fake.workstation.workspace, { subject: 'run', subjectId: second.run.id });
    expect(history.map((event) => [event.action, event.inspector])).toEqual([
      ['cancelled', 'Linus'],
      ['paused', 'Grace'],
      ['started', inspector],
    ]);
  });

  test('are interrupted when the workstation closes, and resumed in the next one', async () => {
    const folder = await temporaryFolder();
    const hold = (name: string) => name > '0003.png';
    const first = await fakeWorkstation({ hold }, { workspaceFolder: folder });
    const { batchId } = await importedBatch(first, 40);
    const { run } = await first.client.runs.start({ batchId, inspector });
    await expect.poll(async () => (await first.client.runs.list({ batchId }))[0]!.done).toBe(4);
    await first.workstation.close();
    const second = await fakeWorkstation({}, { workspaceFolder: folder });
    const [left] = await second.client.runs.list({ batchId });
    expect(left).toMatchObject({ run: { id: run.id, status: 'interrupted', error: null }, active: false });
    expect(left!.done).toBe(4);
    await second.client.runs.resume({ id: run.id, inspector });
    expect(await ended(second.client, run.id, batchId)).toMatchObject({ run: { status: 'done' }, done: 40 });
  });

  test('whose program was killed show as interrupted, and can be resumed or cancelled', async () => {
    const folder = await temporaryFolder();
    const preparing = await fakeWorkstation({}, { workspaceFolder: folder });
    const { batchId } = await importedBatch(preparing, 20);
    await preparing.workstation.close();
    for (const then of ['resume', 'cancel'] as const) {
      const script = join(import.meta.dirname, '..', 'services', 'runs', 'batch-child.ts');
      const child = spawn(process.execPath, [script, folder, join(folder, 'log.txt'), '6'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let stored = 0;
      child.stdout.on('data', (chunk) => (stored += String(chunk).split('image').length - 1));
      await expect.poll(() => stored).toBe(6);
      const { client, workstation } = await fakeWorkstation({}, { workspaceFolder: folder });
      const [elsewhere] = await client.runs.list({ batchId });
      expect(elsewhere).toMatchObject({ run: { status: 'running' }, active: false });
      await expect(client.runs.cancel({ id: elsewhere!.run.id, inspector })).rejects.toEqual(
        refused(/being worked on/),
      );
      child.kill('SIGKILL');
      await once(child, 'close');
      const [dead] = await client.runs.list({ batchId });
      expect(dead).toMatchObject({ run: { status: 'interrupted' }, active: false });
      expect((await client.batches.get({ id: batchId })).run).toEqual(dead);
      if (then === 'cancel') {
        expect(await client.runs.cancel({ id: dead!.run.id, inspector })).toMatchObject({
          run: { status: 'cancelled' },
        });
      } else {
        // Started by the child with a recipe and a pack of its own, both of which the fake inference process has.
        await client.runs.resume({ id: dead!.run.id, inspector });
        expect(await ended(client, dead!.run.id, batchId)).toMatchObject({
          run: { status: 'done' },
          done: 20,
        });
      }
      await workstation.close();
    }
  });
});

describe('the device', () => {
  test('is told with its memory, its deaths and why it does not start', async () => {
    let broken = false;
    const gone = new ClipSamError('pack-file-missing', 'The pack is gone.');
    const fake = await fakeWorkstation();
    const { client, starts } = fake;
    expect(await client.device.status()).toMatchObject({ state: 'stopped', asked: 'cpu', report: null });
    const { batchId } = await importedBatch(fake, 1);
    await inspected(fake, batchId);
    expect(await client.device.status()).toMatchObject({
      state: 'ready',
      restarts: 0,
      report: { running: 'cpu' },
    });
    starts[0]!.tell({ kind: 'heartbeat', generation: 1, rssBytes: 500 << 20 });
    starts[0]!.tell({ kind: 'died', generation: 1, reason: { kind: 'not-started', message: 'x' } });
    expect(await client.device.status()).toMatchObject({ state: 'starting', restarts: 1, rssBytes: null });
    starts[0]!.tell({ kind: 'gave-up', error: { code: 'inference-crashed', message: 'Five times.' } });
    expect(await client.device.status()).toMatchObject({
      state: 'failed',
      error: { message: 'Five times.' },
    });
    // The next use starts a new process.
    await inspected(fake, batchId);
    expect(starts).toHaveLength(2);
    expect(await client.device.status()).toMatchObject({ state: 'ready', error: null });

    const failing = await fakeWorkstation(
      {},
      {
        openInference: async () => {
          broken = true;
          throw gone;
        },
      },
    );
    const other = await importedBatch(failing, 1);
    await expect(failing.client.runs.start({ batchId: other.batchId, inspector })).rejects.toMatchObject({
      data: { code: 'pack-file-missing' },
    });
    expect(broken).toBe(true);
    expect(await failing.client.device.status()).toMatchObject({
      state: 'failed',
      error: { code: 'pack-file-missing' },
    });
    expect(failing.workstation.isBusy()).toBe(false);
  });

  test('is surveyed without an inference process of the workspace', async () => {
    const survey: DeviceSurvey = {
      platform: 'linux',
      arch: 'x64',
      distribution: null,
      ortVersion: '1.30.0',
      surveyedAt: '2026-01-01T00:00:00.000Z',
      devices: [
        { device: 'cpu', state: 'works', missing: [], trial: { side: 128, ms: 5, cpuMs: 5 }, reason: null },
      ],
    };
    const { client, starts } = await fakeWorkstation({}, { surveyDevices: async () => survey });
    expect(await client.device.survey()).toEqual(survey);
    expect(starts).toEqual([]);
  });

  test('is chosen for the next start, not while a run is at work or paused', async () => {
    const fake = await fakeWorkstation({ delay: 10 });
    const { client, starts } = fake;
    const { batchId } = await importedBatch(fake, 20);
    const { run } = await client.runs.start({ batchId, inspector });
    await expect(client.device.choose({ device: 'webgpu' })).rejects.toEqual(refused(/at work/));
    await client.runs.pause({ id: run.id, inspector });
    await expect(client.device.choose({ device: 'webgpu' })).rejects.toEqual(refused(/at work/));
    await client.runs.cancel({ id: run.id, inspector });
    expect(await client.device.choose({ device: 'webgpu' })).toMatchObject({
      state: 'stopped',
      asked: 'webgpu',
    });
    await inspected(fake, batchId);
    expect(starts.map(({ device }) => device)).toEqual(['cpu', 'webgpu']);
  });

  test('is tested beside a run through the same process, and another one only when none is at work', async () => {
    let isHeld = true;
    const fake = await fakeWorkstation({ hold: (name) => isHeld && name === '0003.png' });
    const { client, starts } = fake;
    const { batchId } = await importedBatch(fake, 4);
    const { run } = await client.runs.start({ batchId, inspector });
    const events = await drain(await client.packs.selfTest({ pack: 'lite', device: 'cpu' }));
    expect(events.map(({ kind }) => kind)).toEqual(['starting', 'ready', 'finished']);
    expect(events.at(-1)).toMatchObject({
      score: 0.9,
      verdict: 'reject',
      regions: 1,
      timings: { total: 28 },
    });
    expect(starts).toHaveLength(1);
    await expect(drain(await client.packs.selfTest({ pack: 'lite', device: 'webgpu' }))).rejects.toEqual(
      refused(/at work on the device "cpu"/),
    );
    isHeld = false;
    expect(await ended(client, run.id, batchId)).toMatchObject({
      run: { status: 'done' },
      done: 4,
      failed: 0,
    });
    await drain(await client.packs.selfTest({ pack: 'lite', device: 'webgpu' }));
    expect(starts.map(({ device }) => device)).toEqual(['cpu', 'webgpu']);
    expect(await client.device.status()).toMatchObject({ asked: 'cpu', state: 'ready' });
  });
});

test('closing ends streams and work, and leaves a workspace that opens again', async () => {
  const fake = await fakeWorkstation({ hold: () => true });
  const { batchId } = await importedBatch(fake, 20);
  const events = await fake.client.app.events();
  await fake.client.runs.start({ batchId, inspector });
  const rest = drain(events);
  await Promise.all([fake.workstation.close(), fake.workstation.close()]);
  const last = (await rest).findLast((event) => event.kind === 'run');
  expect(last).toMatchObject({ progress: { run: { status: 'interrupted' }, active: false } });
  await expect(fake.client.runs.start({ batchId, inspector })).rejects.toThrow();
  await (await openWorkspace(fake.folder)).close();
});
