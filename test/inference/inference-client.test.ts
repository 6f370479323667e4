import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type InferenceClient,
  type InferenceEvent,
  openInference,
} from '../../src-main/inference/inference-client.ts';
import type { ImageProgress } from '../../src-main/inference/inference-protocol.ts';
import type { ProcessHost } from '../../src-main/inference/process-host.ts';
import { FakeHost } from './fake-host.ts';
import { TINY_RECIPE } from './tiny-pack.ts';

let folder: string;
let events: InferenceEvent[];
let inference: InferenceClient;
let host: FakeHost;

async function open(options: Partial<Parameters<typeof openInference>[0]> = {}): Promise<InferenceClient> {
  inference = await openInference({
    packFolder: 'fake',
    device: 'auto',
    host,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return inference;
}

const inspect = (path: string, signal?: AbortSignal) =>
  inference.inspect({ path, recipe: TINY_RECIPE, artifactRoot: folder }, signal);
const deaths = () => events.filter((event) => event.kind === 'died').map(({ reason }) => reason.kind);
const retries = () => events.filter((event) => event.kind === 'retry').map(({ path }) => path);

beforeEach(async () => {
  // Time passes when nothing is left to do but wait.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  vi.setTimerTickMode('nextTimerAsync');
  host = new FakeHost();
  events = [];
  folder = await mkdtemp(join(tmpdir(), 'clipsam-inference-'));
});
afterEach(async () => {
  await inference?.close();
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

describe('a healthy process', () => {
  it('tells its device and pack, and gives every caller its own answer', async () => {
    await open();
    expect(inference.device).toEqual({ asked: 'auto', running: 'cpu' });
    expect(inference.packHash).toBe('hash');
    const paths = Array.from({ length: 20 }, (_, i) => (i % 5 === 0 ? `slow:${i}` : `image-${i}`));
    const results = await Promise.all(paths.map((path) => inspect(path)));
    expect(results.map(({ contentHash }) => contentHash)).toEqual(paths);
  });

  it('hands on the error of an image and goes on', async () => {
    await open();
    await expect(inspect('bad')).rejects.toMatchObject({ code: 'image-unreadable', message: 'Bad image.' });
    await expect(inspect('next')).resolves.toMatchObject({ contentHash: 'next' });
    expect(deaths()).toEqual([]);
  });

  it('is gone after close, and what was under way is cancelled', async () => {
    await open();
    const { pid } = (await inspect('a')) as unknown as { pid: number };
    const waiting = Promise.allSettled([inspect('hang'), inspect('hang'), inspect('queued')]);
    await inference.close();
    expect((await waiting).map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual([
      'cancelled',
      'cancelled',
      'cancelled',
    ]);
    expect(pid).toBe(1);
    expect(host.alive).toEqual(new Set());
    await expect(inspect('late')).rejects.toMatchObject({ code: 'cancelled' });
    expect(deaths()).toEqual(['closed']);
  });
});

describe('cancelling', () => {
  it('rejects at once, under way or queued, and the others are done', async () => {
    await open();
    const controller = new AbortController();
    const doomed = Promise.allSettled([
      inspect('hang', controller.signal),
      inspect('hang', controller.signal),
      inspect('hang', controller.signal),
      inspect('hang', controller.signal),
      inspect('queued', controller.signal),
    ]);
    const other = inspect('other');
    controller.abort();
    for (const outcome of await doomed) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    }
    await expect(other).resolves.toMatchObject({ contentHash: 'other' });
    await expect(inspect('x', AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(deaths()).toEqual([]);
  });
});

describe('a crash', () => {
  it('costs nothing when it does not happen again: the images under way are tried once more', async () => {
    await open();
    const paths = ['slow:1', `once:${join(folder, 'mark')}`, 'slow:2', 'image', 'later'];
    const results = await Promise.all(paths.map((path) => inspect(path)));
    expect(results.map(({ contentHash }) => contentHash)).toEqual(paths);
    expect(deaths()).toEqual(['died']);
    expect(retries()).toContain(paths[1]);
    expect(existsSync(join(folder, 'mark'))).toBe(true);
  });

  it('twice over one image rejects that image and no other', async () => {
    await open();
    const paths = ['slow:1', 'crash', 'slow:2', 'image', 'later'];
    const outcomes = await Promise.allSettled(paths.map((path) => inspect(path)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
    expect(outcomes[1]).toMatchObject({
      reason: { code: 'inference-crashed', message: expect.stringMatching(/SIGKILL.*crash, twice/) },
    });
    expect(deaths()).toEqual(['died', 'died']);
    await expect(inspect('next')).resolves.toMatchObject({ contentHash: 'next' });
  });

  it('over and over opens the breaker: everything is rejected with the reason, nothing is started again', async () => {
    await open();
    const outcomes = await Promise.allSettled(
      ['crash', 'crash', 'crash', 'crash', 'innocent'].map((path) => inspect(path)),
    );
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    expect(outcomes[4]).toMatchObject({
      reason: { code: 'inference-crashed', message: expect.stringContaining('5 times in a row') },
    });
    expect(deaths().length).toBe(5);
    await expect(inspect('next')).rejects.toMatchObject({ code: 'inference-crashed' });
  });
});

describe('a device without memory', () => {
  const running = () => events.flatMap((event) => (event.kind === 'ready' ? [event.device.running] : []));

  it('gives way step by step, and every image is done, that one included', async () => {
    await open({ device: 'cuda' });
    const paths = ['slow:1', 'memory:2', 'slow:2', 'image', 'later'];
    const results = await Promise.all(paths.map((path) => inspect(path)));
    expect(results.map(({ contentHash }) => contentHash)).toEqual(paths);
    expect(deaths()).toEqual(['died', 'died']);
    expect(running()).toEqual(['cuda', 'cuda', 'cpu']);
    expect(inference.device.outOfMemory).toMatchObject({
      step: 2,
      device: 'cuda',
      reason: 'CUDA failure 2: out of memory ; GPU=0',
    });
  });

  it('is forgotten by no later process', async () => {
    await open({ device: 'cuda' });
    await inspect('memory:1');
    await Promise.allSettled([inspect('crash')]);
    await inspect('next');
    expect(inference.device.outOfMemory).toMatchObject({ step: 1 });
  });

  it('is no excuse for an image that fills the CPU’s', async () => {
    await open();
    await expect(inspect('memory:9')).rejects.toMatchObject({ code: 'inference-crashed' });
    expect(deaths()).toEqual(['died', 'died']);
  });
});

describe('a process that does not answer', () => {
  it('is replaced after the time an image may take; only the slow image is rejected', async () => {
    await open({ imageTimeout: 400 });
    const outcomes = await Promise.allSettled([
      inspect('hang'),
      inspect('a'),
      inspect('slow:1'),
      inspect('b'),
    ]);
    expect(outcomes[0]).toMatchObject({
      reason: { code: 'inference-timeout', message: expect.stringContaining('0.4 s') },
    });
    expect(outcomes.slice(1).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(deaths()).toEqual(['timeout']);
  });

  it('has that time for each tile of an image', async () => {
    const inference = await open({ imageTimeout: 400 });
    const steps: ImageProgress[] = [];
    const job = { path: 'tiles', recipe: TINY_RECIPE, artifactRoot: '' };
    // 450 ms in all.
    const result = await inference.inspect(job, undefined, (step) => steps.push(step));
    expect(result).toMatchObject({ contentHash: 'tiles' });
    expect(steps).toEqual([1, 2, 3].map((tile) => ({ tile, tiles: 3 })));
    expect(deaths()).toEqual([]);
  });

  it('has that time for each picture that is prepared to be compared with, also where another image waits for it', async () => {
    const inference = await open({ imageTimeout: 400 });
    const steps: ImageProgress[] = [];
    const job = { recipe: TINY_RECIPE, artifactRoot: '' };
    const waits = inference.inspect({ ...job, path: 'late' });
    const prepares = inference.inspect({ ...job, path: 'prepares' }, undefined, (step) => steps.push(step));
    expect(await Promise.all([waits, prepares])).toMatchObject([
      { contentHash: 'late' },
      { contentHash: 'prepares' },
    ]);
    expect(steps).toEqual([1, 2, 3].map((done) => ({ done, total: 3 })));
    expect(deaths()).toEqual([]);
  });

  it('is killed when its heartbeat stops, and its images count as crashed', async () => {
    await open({ silence: 1000 });
    await expect(inspect('freeze')).rejects.toMatchObject({
      code: 'inference-crashed',
      message: expect.stringContaining('no sign of life'),
    });
    expect(deaths()).toEqual(['unresponsive', 'unresponsive']);
    await expect(inspect('next')).resolves.toMatchObject({ contentHash: 'next' });
  });
});

it('replaces a process above its memory cap between images, losing none', async () => {
  await open({ memoryCapMb: 500 });
  const paths = ['grow', 'slow:1', 'slow:2', 'a', 'b', 'c'];
  const outcomes = await Promise.all(paths.map((path) => inspect(path)));
  expect(outcomes.map(({ contentHash }) => contentHash)).toEqual(paths);
  const later = await inspect('later');
  expect(deaths()).toEqual(['memory-cap']);
  expect(retries()).toEqual([]);
  const pidOf = (result: unknown) => (result as { pid: number }).pid;
  expect(pidOf(later)).not.toBe(pidOf(outcomes[0]));
});

describe('opening', () => {
  it('rejects with what the process says about the pack', async () => {
    await expect(open({ packFolder: 'refuse' })).rejects.toMatchObject({ code: 'pack-not-found' });
  });

  it('gives up a process that dies again and again, quoting its last words', async () => {
    await expect(open({ packFolder: 'crash-at-start' })).rejects.toMatchObject({
      code: 'inference-crashed',
      message: expect.stringMatching(/exit code 7 \(Error: the driver is broken\)/),
    });
    expect(deaths().length).toBe(5);
  });

  it('tries again when the system has no process to give, and says so when it never has', async () => {
    let refusals = 2;
    const scarce: ProcessHost = {
      spawn() {
        if (refusals-- > 0) throw new Error('spawn ENOMEM');
        return host.spawn();
      },
    };
    await open({ host: scarce });
    await expect(inspect('image')).resolves.toMatchObject({ contentHash: 'image' });
    expect(deaths()).toEqual(['not-started', 'not-started']);
    await inference.close();
    refusals = Number.POSITIVE_INFINITY;
    await expect(open({ host: scarce })).rejects.toMatchObject({
      code: 'inference-crashed',
      message: expect.stringContaining('ENOMEM'),
    });
  });

  it('gives up a process that is never ready, without another try', async () => {
    await expect(open({ packFolder: 'never-ready', readyTimeout: 100 })).rejects.toMatchObject({
      code: 'inference-crashed',
      message: expect.stringContaining('not ready'),
      details: { case: 'never-ready' },
    });
    expect(deaths()).toEqual(['start-timeout']);
  });

  it('gives up a process whose pack fills the memory, without another try', async () => {
    await expect(open({ packFolder: 'grow-at-start', openingCapMb: 500 })).rejects.toMatchObject({
      code: 'pack-invalid',
      details: { case: 'pack-too-heavy', pack: 'grow-at-start', megabytes: 500 },
    });
    expect(deaths()).toEqual(['memory-cap']);
  });

  it.each([
    ["V8's heap is full", 'fill-at-start'],
    ['the system has no memory left', 'kill-at-start'],
  ])('gives up a pack at whose opening %s, without another try', async (_name, packFolder) => {
    await expect(open({ packFolder, heapMb: 64 })).rejects.toMatchObject({
      code: 'pack-invalid',
      details: { case: 'pack-too-heavy', pack: packFolder, megabytes: 64 },
    });
    expect(deaths()).toEqual(['died']);
  });
});

it('asks for masks ahead of the images that wait', async () => {
  await open();
  const order: string[] = [];
  const note = (name: string) => () => void order.push(name);
  const images = ['slow:1', 'slow:2', 'slow:3', 'slow:4', 'slow:5', 'slow:6'].map((path) =>
    inspect(path).then(note(path)),
  );
  const prompts = { box: { x: 0, y: 0, width: 5, height: 5 }, points: [] };
  const mask = inference.askSam({ path: 'mask', recipe: TINY_RECIPE, prompts }).then(note('mask'));
  await Promise.all([...images, mask]);
  expect(order.indexOf('mask')).toBeLessThan(order.indexOf('slow:5'));
});

it('what may be asked soon is made ready when nothing else is to be done, and given up when it is no longer wanted', async () => {
  await open();
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  const prepare = (path: string, signal?: AbortSignal) =>
    inference.prepareSam(
      { path, recipe: TINY_RECIPE, contentHash: 'hash', size: { width: 9, height: 9 } },
      signal,
    );
  const first = inspect('slow:0').then(note('slow:0'));
  const left = new AbortController();
  const ahead = prepare('ahead').then(note('ahead'));
  const unwanted = prepare('unwanted', left.signal);
  const images = ['slow:1', 'slow:2', 'slow:3', 'slow:4', 'slow:5'].map((path) =>
    inspect(path).then(note(path)),
  );
  left.abort();
  await expect(unwanted).rejects.toMatchObject({ code: 'cancelled' });
  await Promise.all([first, ahead, ...images]);
  expect(order.at(-1)).toBe('ahead');
  expect(order).toHaveLength(7);
});
