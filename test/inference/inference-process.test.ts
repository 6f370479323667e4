import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb, readFrameImage, readRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import {
  type InferenceClient,
  type InferenceEvent,
  openInference,
} from '../../src-main/inference/inference-client.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { forkHost } from '../../src-main/inference/process-host.ts';
import { frameTensor } from '../../src-main/pipeline/frame.ts';
import { fuseMasks } from '../../src-main/pipeline/mask-fusion.ts';
import type { DeviceRequest } from '../../src-shared/device.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { until } from '../until.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let folder: string;
let packFolder: string;
let artifactRoot: string;
let engine: Engine;
let vision: Awaited<ReturnType<typeof loadPack>>['pack']['vision'];
/** For all that leave the process as it was. */
let inference: InferenceClient;
const opened: InferenceClient[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-process-'));
  packFolder = join(folder, 'pack');
  artifactRoot = join(folder, 'artifacts');
  await writeTinyPack(packFolder);
  const loaded = await loadPack(packFolder);
  vision = loaded.pack.vision;
  engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
  inference = await openInference({ packFolder, device: 'cpu', threads: 1 });
});
afterEach(async () => {
  for (const inference of opened.splice(0)) await inference.close();
});
afterAll(async () => {
  await inference?.close();
  await rm(folder, { recursive: true });
});

async function open(options: Partial<Parameters<typeof openInference>[0]> = {}): Promise<InferenceClient> {
  const inference = await openInference({ packFolder, device: 'cpu', threads: 1, ...options });
  opened.push(inference);
  return inference;
}

/** A dark noisy picture with a bright spot at a place of its own. */
async function writeImage(index: number, width = 320, height = 200): Promise<string> {
  const grain = noise(width * height, index + 1);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const near = Math.hypot((i % width) - 40 - index * 20, Math.floor(i / width) - 90) < 25;
    data[3 * i] = near ? 250 : 40 + 8 * grain[i]!;
    data[3 * i + 1] = near ? 220 - 10 * index : 50;
    data[3 * i + 2] = near ? 20 : 60 + 10 * index;
  }
  const path = join(folder, `image-${index}.png`);
  await writeFile(path, await encodeRgb({ width, height, data }, { format: 'png' }));
  return path;
}

async function encoderImage(path: string) {
  const options = { maxPixels: TINY_RECIPE.maxPixels, size: vision.inputSize };
  const { rgb, contentHash, ...frame } = await readFrameImage(path, options);
  return { key: contentHash, frame, pixels: frameTensor(rgb, frame, vision.mean, vision.std) };
}

/** A recipe whose θ lies inside this image's coarse map, so that there are regions. */
async function recipeFor(path: string): Promise<Recipe> {
  const { coarse } = await engine.segment(await encoderImage(path), { ...TINY_RECIPE, theta: 1 });
  const theta = Float32Array.from(coarse.data).sort()[Math.floor(coarse.data.length * 0.97)]!;
  return { ...TINY_RECIPE, theta };
}

/** The pipeline step by step, in this process. */
async function byHand(path: string, recipe: Recipe) {
  const image = await encoderImage(path);
  const { key: contentHash, frame } = image;
  const { coarse, regions } = await engine.segment(image, recipe);
  const fusion = fuseMasks({ coarse, frame, regions, theta: recipe.theta, lambda: recipe.lambda });
  return { contentHash, coarse, ...fusion };
}

function worstDifference(values: Uint16Array, map: Float32Array): number {
  expect(values.length).toBe(map.length);
  return values.reduce((worst, value, i) => Math.max(worst, Math.abs(value / 65535 - map[i]!)), 0);
}

describe('inspecting', () => {
  it('gives what the pipeline gives step by step, and keeps maps and mask', async () => {
    const path = await writeImage(0);
    const recipe = await recipeFor(path);
    const result = await inference.inspect({ path, recipe, artifactRoot });
    const expected = await byHand(path, recipe);
    expect(result.regions.length).toBeGreaterThan(0);
    expect(result.regions).toEqual(expected.regions);
    expect(result).toMatchObject({
      contentHash: expected.contentHash,
      width: 320,
      height: 200,
      score: expected.score,
      device: { asked: 'cpu', running: 'cpu' },
      packHash: inference.packHash,
    });
    expect(result.recipeHash).toMatch(/^[0-9a-f]{64}$/);
    expect(result.timings.decode).toBeGreaterThan(0);

    const store = new ArtifactStore(artifactRoot);
    const { coarseMap, finalMap, mask } = result.artifacts;
    const coarse = await decodeGrey16(await readFile(store.pathOf(coarseMap)));
    expect(worstDifference(coarse.data, expected.coarse.data)).toBeLessThan(1 / 65535);
    const final = await decodeGrey16(await readFile(store.pathOf(finalMap)));
    expect(worstDifference(final.data, expected.finalMap.data)).toBeLessThan(1 / 65535);
    const pixels = await readRgb(store.pathOf(mask), { maxPixels: 1e6 });
    expect(Uint8Array.from(pixels.data.filter((_, i) => i % 3 === 0))).toEqual(expected.mask);
  });

  it('keeps one map when nothing was refined: final = coarse', async () => {
    const path = await writeImage(0);
    const result = await inference.inspect({ path, recipe: { ...TINY_RECIPE, theta: 1 }, artifactRoot });
    expect(result.regions).toEqual([]);
    expect(result.artifacts.finalMap).toEqual(result.artifacts.coarseMap);
    expect(result.timings.decode).toBe(0);
  });

  it('never mixes up images that are under way together, nor loses one to a kill -9', async () => {
    const paths = await Promise.all(Array.from({ length: 5 }, (_, i) => writeImage(i)));
    const recipe = await recipeFor(paths[0]!);
    const expected = [];
    for (const path of paths) expected.push(await byHand(path, recipe));
    expect(new Set(expected.map(({ score }) => score)).size).toBe(5);
    const events: InferenceEvent[] = [];
    const mortal = await open({ onEvent: (event) => events.push(event) });
    let done = 0;
    const results = await Promise.all(
      paths.map(async (path) => {
        const result = await mortal.inspect({ path, recipe, artifactRoot });
        if (++done === 2) {
          const ready = events.find((event) => event.kind === 'ready');
          if (ready?.pid) process.kill(ready.pid, 'SIGKILL');
        }
        return result;
      }),
    );
    expect(results.map(({ contentHash }) => contentHash)).toEqual(
      expected.map(({ contentHash }) => contentHash),
    );
    expect(results.map(({ score }) => score)).toEqual(expected.map(({ score }) => score));
    expect(results.map(({ regions }) => regions)).toEqual(expected.map(({ regions }) => regions));
    expect(events.filter(({ kind }) => kind === 'died').length).toBe(1);
    expect(events.filter(({ kind }) => kind === 'ready').length).toBe(2);
  });

  it('hands on what is wrong with a file', async () => {
    const path = join(folder, 'text.png');
    await writeFile(path, 'not an image');
    const job = { path, recipe: TINY_RECIPE, artifactRoot };
    await expect(inference.inspect(job)).rejects.toMatchObject({ code: 'image-unreadable' });
    await expect(inference.inspect({ ...job, path: '/nowhere.png' })).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });

  it('cancels what is under way and goes on with the next', async () => {
    const path = await writeImage(0);
    const controller = new AbortController();
    const job = { path, recipe: TINY_RECIPE, artifactRoot };
    const doomed = inference.inspect(job, controller.signal);
    setImmediate(() => controller.abort());
    await expect(doomed).rejects.toMatchObject({ code: 'cancelled' });
    await expect(inference.inspect(job)).resolves.toMatchObject({ width: 320 });
  });
});

describe('masks on demand', () => {
  const prompts = {
    box: { x: 20, y: 60, width: 60, height: 60 },
    points: [{ x: 40, y: 90, label: 1 as const }],
  };

  it('are the same from the kept embedding and from the file', async () => {
    const path = await writeImage(7);
    const cold = await inference.askSam({ path, recipe: TINY_RECIPE, prompts });
    const { contentHash } = await inference.inspect({ path, recipe: TINY_RECIPE, artifactRoot });
    const gone = join(folder, 'gone.png');
    const warm = await inference.askSam({ path: gone, recipe: TINY_RECIPE, prompts, contentHash });
    expect(warm.levels).toEqual(cold.levels);
    const levels = unpackLevels(cold.levels);
    expect(levels.map(({ level }) => level)).toEqual([1, 2, 3]);
    // The tiny decoder's discs are 40, 70 and 120 frame pixels wide or more: 3.2 frame pixels per image pixel.
    const areas = levels.map(({ area }) => area);
    expect(areas[0]).toBeGreaterThan(0);
    expect(areas).toEqual(areas.toSorted((a, b) => a - b));
    expect(levels[0]!.polygons.length).toBe(1);
  });

  it('are not taken from an embedding of the same file with other grey values', async () => {
    const path = await writeImage(8);
    const range = { low: 0, high: 4095 };
    const { contentHash } = await inference.inspect({ path, recipe: TINY_RECIPE, artifactRoot, range });
    const job = { path: join(folder, 'gone.png'), recipe: TINY_RECIPE, prompts, contentHash };
    await expect(inference.askSam({ ...job, range })).resolves.toBeDefined();
    for (const other of [undefined, { low: 0, high: 1023 }]) {
      await expect(inference.askSam({ ...job, range: other })).rejects.toMatchObject({
        code: 'image-not-found',
      });
    }
  });

  it('are refused for a file that has changed', async () => {
    const path = await writeImage(0);
    const job = { path, recipe: TINY_RECIPE, prompts, contentHash: '0'.repeat(64) };
    await expect(inference.askSam(job)).rejects.toMatchObject({ code: 'image-changed' });
  });
});

describe('the pack', () => {
  it('is refused with the reason when a file was changed', async () => {
    const broken = join(folder, 'broken');
    await writeTinyPack(broken);
    await writeFile(join(broken, 'vision.onnx'), 'x');
    await expect(open({ packFolder: broken })).rejects.toMatchObject({ code: 'pack-hash-mismatch' });
  });
});

it('ends with its parent, however that died', async () => {
  const script = fileURLToPath(new URL('./orphan-parent.ts', import.meta.url));
  const parent = spawn(process.execPath, [script, packFolder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString().trim());
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !isAlive(pid));
});

describe('devices', () => {
  const withoutDriver = (device: DeviceRequest) =>
    open({ device, host: forkHost(undefined, { ...process.env, VK_ICD_FILENAMES: '/no/driver.json' }) });

  it('fall back to the CPU with the reason when a GPU is asked for and there is no driver', async () => {
    const inference = await withoutDriver('webgpu');
    expect(inference.device).toMatchObject({ asked: 'webgpu', running: 'cpu' });
    expect(inference.device.fallbackReason).toMatch(/^webgpu: .*adapter/);
    const path = await writeImage(0);
    const result = await inference.inspect({ path, recipe: TINY_RECIPE, artifactRoot });
    expect(result.device).toEqual(inference.device);
  });

  it('choose the CPU by themselves when no GPU works', async () => {
    const inference = await withoutDriver('auto');
    expect(inference.device).toMatchObject({ asked: 'auto', running: 'cpu' });
    expect(inference.device.fallbackReason).toContain('webgpu: ');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
