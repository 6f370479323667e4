import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeGrey16, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { ArtifactStore } from '../../src-main/files/artifact-store.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { askSamAboutImage } from '../../src-main/inference/ask-sam-about-image.ts';
import { type EngineClient, startEngine } from '../../src-main/inference/engine-client.ts';
import type { ImageProgress } from '../../src-main/inference/inference-protocol.ts';
import { inspectImage } from '../../src-main/inference/inspect-image.ts';
import { planTiles, tileCount } from '../../src-main/pipeline/tile-plan.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { InspectionResult } from '../../src-shared/result.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let folder: string;
let artifactRoot: string;
let engine: EngineClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-tiles-'));
  artifactRoot = join(folder, 'artifacts');
  await writeTinyPack(join(folder, 'pack'));
  engine = await startEngine({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 }, (error) => {
    throw error;
  });
});
afterAll(() => rm(folder, { recursive: true }));

/** A dark grainy picture with a bright spot. */
async function writeImage(
  name: string,
  width: number,
  height: number,
  spot: { x: number; y: number; radius: number },
) {
  const grain = noise(4096, 7);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const near = Math.hypot((i % width) - spot.x, Math.floor(i / width) - spot.y) < spot.radius;
    data[3 * i] = near ? 250 : 40 + 8 * grain[i % 4096]!;
    data[3 * i + 1] = near ? 220 : 50;
    data[3 * i + 2] = near ? 20 : 60;
  }
  const path = join(folder, name);
  await writeFile(path, await encodeRgb({ width, height, data }, { format: 'png' }));
  return path;
}

const TILES: Recipe['tiles'] = { mode: 'scale', scale: 0.8, overlap: 0.25 };

function inspect(path: string, recipe: Partial<Recipe>, options: Parameters<typeof inspectImage>[2] = {}) {
  return inspectImage({ path, recipe: { ...TINY_RECIPE, ...recipe }, artifactRoot }, engine, options);
}

async function mapOf(result: InspectionResult, kind: 'coarseMap' | 'finalMap') {
  return decodeGrey16(await readFile(new ArtifactStore(artifactRoot).pathOf(result.artifacts[kind])));
}

/** θ with a small part of the map above it. */
async function thetaFor(path: string, recipe: Partial<Recipe>): Promise<number> {
  const { data } = await mapOf(await inspect(path, { ...recipe, theta: 1 }), 'coarseMap');
  return Float64Array.from(data).sort()[Math.floor(data.length * 0.999)]! / 65535;
}

describe('an image in tiles', () => {
  it('has maps of its own lattice, tiles in its notices, and regions inside of it', async () => {
    const path = await writeImage('large.png', 2000, 1500, { x: 1500, y: 400, radius: 30 });
    const theta = await thetaFor(path, { tiles: TILES });
    const steps: ImageProgress[] = [];
    const result = await inspect(path, { tiles: TILES, theta }, { onProgress: (step) => steps.push(step) });
    const plan = planTiles({ width: 2000, height: 1500 }, TILES!, { inputSize: 1024, grid: 64 })!;
    const tiles = tileCount(plan);
    expect(result).toMatchObject({ width: 2000, height: 1500 });
    expect(result.notices).toEqual([{ code: 'tiled', tiles, scale: 0.8, width: 1280, height: 1280 }]);
    for (const kind of ['coarseMap', 'finalMap'] as const) {
      const { width, height } = await mapOf(result, kind);
      expect([width, height]).toEqual([plan.frame.width, plan.frame.height]);
    }
    expect(result.regions.length).toBeGreaterThan(0);
    for (const { box } of result.regions) {
      expect(box.x + box.width).toBeLessThanOrEqual(2000);
      expect(box.y + box.height).toBeLessThanOrEqual(1500);
    }
    expect(steps.slice(0, tiles)).toEqual(Array.from({ length: tiles }, (_, i) => ({ tile: i + 1, tiles })));
    expect(steps.slice(tiles).every((step) => ('tile' in step ? step.tile : 0) === tiles)).toBe(true);
  });

  it('is never below what the whole image shows', async () => {
    const path = await writeImage('part.png', 1800, 1800, { x: 900, y: 700, radius: 500 });
    const tiled = await inspect(path, { tiles: TILES, theta: 1 });
    const whole = await inspect(path, { theta: 1 });
    expect(tiled.score).toBeGreaterThanOrEqual(whole.score - 2 / 65535);
    const coarse = await mapOf(tiled, 'coarseMap');
    const final = await mapOf(whole, 'finalMap');
    // Both cover the image: the cell at the same place.
    let lower = 0;
    for (let y = 4; y < coarse.height - 4; y += 7) {
      for (let x = 4; x < coarse.width - 4; x += 7) {
        const own = coarse.data[y * coarse.width + x]!;
        const column = Math.floor(((x + 0.5) * final.width) / coarse.width);
        const row = Math.floor(((y + 0.5) * final.height) / coarse.height);
        if (own < final.data[row * final.width + column]! - 1500) lower++;
      }
    }
    expect(lower).toBe(0);
  });

  it('that fits into one tile is inspected as without them, to the last bit', async () => {
    const path = await writeImage('small.png', 900, 700, { x: 300, y: 200, radius: 60 });
    const theta = await thetaFor(path, {});
    const plain = await inspect(path, { theta });
    const tiled = await inspect(path, { theta, tiles: TILES });
    expect(plain.regions.length).toBeGreaterThan(0);
    const { recipeHash: _, timings: __, ...rest } = tiled;
    expect(plain).toMatchObject(rest);
  });

  it('stops between two tiles when it is cancelled', async () => {
    const path = await writeImage('cancelled.png', 2600, 1200, { x: 100, y: 100, radius: 30 });
    const abort = new AbortController();
    const steps: ImageProgress[] = [];
    const onProgress = (step: ImageProgress) => {
      steps.push(step);
      if ('tile' in step && step.tile === 2) abort.abort();
    };
    await expect(inspect(path, { tiles: TILES }, { signal: abort.signal, onProgress })).rejects.toMatchObject(
      {
        code: 'cancelled',
      },
    );
    expect(steps.length).toBeLessThanOrEqual(3);
    // The next one is let in.
    expect((await inspect(path, { tiles: TILES, theta: 1 })).regions).toEqual([]);
  });

  it('waits for the one before it, and lets small ones pass', async () => {
    const large = await writeImage('one.png', 1800, 1200, { x: 100, y: 100, radius: 30 });
    const small = await writeImage('two.png', 600, 500, { x: 100, y: 100, radius: 30 });
    const done: string[] = [];
    const under: string[] = [];
    const go = async (name: string, path: string) => {
      const onProgress = (step: ImageProgress) => 'tile' in step && step.tile === 1 && under.push(name);
      await inspect(path, { tiles: TILES, theta: 1 }, { onProgress });
      done.push(name);
      if (name === 'first') expect(under).toEqual(['first']);
    };
    await Promise.all([go('first', large), go('second', large), go('small', small)]);
    expect(done).toEqual(['small', 'first', 'second']);
    expect(under).toEqual(['first', 'second']);
  });
});

describe('prompts of the inspector’s own, on an image in tiles', () => {
  const recipe = { ...TINY_RECIPE, tiles: TILES };
  const size = { width: 2600, height: 1200 };

  it('are answered in the tile that holds them, at their place in the image', async () => {
    const path = await writeImage('asked.png', 2600, 1200, { x: 2300, y: 1000, radius: 40 });
    const prompts = {
      box: { x: 2250, y: 950, width: 100, height: 100 },
      points: [{ x: 2300, y: 1000, label: 1 as const }],
    };
    const tiled = unpackLevels((await askSamAboutImage({ path, recipe, prompts }, engine)).levels);
    const whole = unpackLevels(
      (await askSamAboutImage({ path, recipe: TINY_RECIPE, prompts }, engine)).levels,
    );
    // The tiny decoder's discs have so many frame pixels, whatever they show: those of a tile are smaller in the image.
    const ratio = 0.8 / (1024 / 2600);
    for (const [k, { area, polygons }] of tiled.entries()) {
      expect(Math.sqrt(whole[k]!.area / area)).toBeCloseTo(ratio, 0);
      const xs = polygons.flatMap(([ring]) => ring!.map(([x]) => x));
      const ys = polygons.flatMap(([ring]) => ring!.map(([, y]) => y));
      expect(Math.min(...xs)).toBeLessThan(2300);
      expect(Math.max(...xs)).toBeGreaterThan(2300);
      expect(Math.min(...ys)).toBeLessThan(1000);
      expect(Math.max(...ys)).toBeGreaterThan(1000);
    }
  });

  it('are the same from the kept embedding, which is not that of other tiles', async () => {
    const path = await writeImage('kept.png', 2600, 1200, { x: 300, y: 300, radius: 40 });
    const prompts = { box: null, points: [{ x: 300, y: 300, label: 1 as const }] };
    const cold = await askSamAboutImage({ path, recipe, prompts }, engine);
    const contentHash = sha256(await readFile(path));
    const gone = { path: join(folder, 'gone.png'), prompts, contentHash, size };
    expect((await askSamAboutImage({ ...gone, recipe }, engine)).levels).toEqual(cold.levels);
    const others = { ...recipe, tiles: { ...TILES!, scale: 0.5 } as typeof TILES };
    await expect(askSamAboutImage({ ...gone, recipe: others }, engine)).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });

  it('are asked of the whole image where no tile holds them', async () => {
    const path = await writeImage('across.png', 2600, 1200, { x: 300, y: 300, radius: 40 });
    const prompts = { box: { x: 100, y: 100, width: 2400, height: 1000 }, points: [] };
    const { levels } = await askSamAboutImage({ path, recipe, prompts }, engine);
    const plain = await askSamAboutImage({ path, recipe: TINY_RECIPE, prompts }, engine);
    expect(levels).toEqual(plain.levels);
  });
});
