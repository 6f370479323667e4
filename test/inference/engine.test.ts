import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import { buildUmciGraph } from '../../src-main/graph/umci.ts';
import { umciMatrices } from '../../src-main/graph/umci-feeds.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { createSession, type Tensor, type Tensors } from '../../src-main/inference/ort.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { TINY_CONTEXT, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

let folder: string;
let loaded: LoadedPack;
let engine: Engine;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-engine-'));
  await writeTinyPack(folder);
  loaded = await loadPack(folder);
  engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

/** A frame of 1024 × 700 content pixels: dark, with a bright spot. */
function spotted(key: string, spotX: number) {
  const frame = frameFor(2048, 1400);
  const pixels = new Float32Array(3 * 1024 * 1024);
  for (let c = 0; c < 3; c++)
    for (let y = 0; y < frame.height; y++)
      for (let x = 0; x < frame.width; x++) {
        const near = Math.hypot(x - spotX, y - 300) < 90;
        pixels[c * 1024 * 1024 + y * 1024 + x] = near ? 2 - c : Math.sin(x / 50) * 0.2 - 1;
      }
  return { key, frame, pixels };
}

const f32 = (dims: number[], data: Float32Array): Tensor => ({ type: 'float32', dims, data });

async function runFile(entry: string, feeds: Tensors): Promise<Tensors> {
  const session = await createSession(loaded.pathOf(entry), { device: 'cpu', threads: 1 });
  const outputs = await session.run(feeds);
  await session.release();
  return outputs;
}

/** A θ with some of the map above it. */
function quantile(values: Float32Array, share: number): number {
  return Float32Array.from(values).sort()[Math.floor(values.length * share)]!;
}

describe('segmenting', () => {
  it('is quiet when nothing is above θ: a map in 0..1 on the cropped lattice and no SAM call', async () => {
    const { coarse, regions, timings } = await engine.segment(spotted('a', 400), {
      ...TINY_RECIPE,
      theta: 1,
    });
    // 1024 × 700 content pixels in cells of 4.
    expect([coarse.width, coarse.height]).toEqual([256, 175]);
    expect(coarse.data.length).toBe(256 * 175);
    expect(coarse.data.every((value) => value >= 0 && value <= 1)).toBe(true);
    expect(new Set(coarse.data).size).toBeGreaterThan(100);
    expect(regions).toEqual([]);
    expect(timings.decode).toBe(0);
    expect(timings.encode).toBeGreaterThan(0);
    expect(timings.umci).toBeGreaterThan(0);
  });

  it('asks SAM about each region with the embedding of this very image', async () => {
    const image = spotted('b', 400);
    const { pixels } = image;
    const quiet = await engine.segment({ ...image, pixels: pixels.slice() }, { ...TINY_RECIPE, theta: 1 });
    const theta = quantile(quiet.coarse.data, 0.97);
    const { coarse, regions } = await engine.segment(image, { ...TINY_RECIPE, theta });
    expect(coarse.data).toEqual(quiet.coarse.data);
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.length).toBeLessThanOrEqual(TINY_RECIPE.maxRegions);

    const { embedding } = await runFile('vision', { pixels: f32([1, 3, 1024, 1024], pixels) });
    for (const { region, prompts, levels } of regions) {
      expect(coarse.data[region.peak.y * coarse.width + region.peak.x]).toBeCloseTo(region.peak.value, 6);
      // Image pixels are twice the frame's here.
      const rows = [
        ...prompts.points.map(({ x, y }) => [x / 2, y / 2, 1]),
        [prompts.box.x / 2, prompts.box.y / 2, 2],
        [(prompts.box.x + prompts.box.width) / 2, (prompts.box.y + prompts.box.height) / 2, 3],
      ];
      const answer = await runFile('decoder', {
        image_embeddings: embedding!,
        point_coords: f32([1, rows.length, 2], Float32Array.from(rows.flatMap(([x, y]) => [x!, y!]))),
        point_labels: f32([1, rows.length], Float32Array.from(rows.map(([, , label]) => label!))),
        mask_input: f32([1, 1, 256, 256], new Float32Array(256 * 256)),
        has_mask_input: f32([1], new Float32Array(1)),
        orig_im_size: f32([2], Float32Array.of(1400, 2048)),
      });
      const candidates = answer.candidates!.data as Float32Array;
      const qualities = answer.candidate_qualities!.data as Float32Array;
      expect(levels.length).toBe(3);
      levels.forEach(({ logits, quality }, i) => {
        const token = i + 1;
        expect(quality).toBeCloseTo(qualities[token]!, 5);
        const expected = candidates.subarray(token * 65536, (token + 1) * 65536);
        const worst = logits.reduce((max, value, at) => Math.max(max, Math.abs(value - expected[at]!)), 0);
        expect(worst).toBeLessThan(1e-3);
      });
    }
  });

  it('gives the coarse map alone, the same one, and keeps the embedding', async () => {
    const image = spotted('c', 300);
    const pixels = image.pixels.slice();
    const { coarse, timings } = await engine.coarseMap(image, TINY_RECIPE);
    expect(timings.encode).toBeGreaterThan(0);
    const answer = await engine.askSam('c', { points: [{ x: 600, y: 600, label: 1 }], box: null });
    expect(answer?.encodeMs).toBe(0);
    expect((await engine.segment({ ...image, pixels }, TINY_RECIPE)).coarse).toEqual(coarse);
  });

  it('feeds UMCI the cropped, pooled stages and the averaged sentences', async () => {
    const image = spotted('u', 400);
    const { vision, text, head } = loaded.pack;
    if (head.kind !== 'umci') throw new TypeError('the tiny pack has another head');
    const stages = await runFile('vision', { pixels: f32([1, 3, 1024, 1024], image.pixels) });
    const content = { width: 64, height: 44, mapWidth: 256, mapHeight: 175 };
    const feeds: Record<string, Tensor> = { ...umciMatrices(head, content) };
    vision.stages.forEach(({ tensor, width, grid }, i) => {
      const tokens = stages[tensor!]!.data as Float32Array;
      const data = new Float32Array(44 * 64 * width);
      const k = grid / 64;
      for (let y = 0; y < 44 * k; y++)
        for (let x = 0; x < grid; x++)
          for (let c = 0; c < width; c++) {
            const to = (Math.floor(y / k) * 64 + Math.floor(x / k)) * width + c;
            data[to]! += tokens[(y * grid + x) * width + c]! / k ** 2;
          }
      feeds[`stage_${i}`] = f32([44, 64, width], data);
    });
    // Word numbers of the tiny tokeniser: bolt 2, flawless 4, damaged 5, a 6, photo 7, of 8, the 9, with 10, flaw 11.
    const normal = [
      [4, 2],
      [6, 7, 8, 9, 4, 2],
    ];
    const abnormal = [
      [5, 2],
      [6, 7, 8, 9, 5, 2],
      [2, 10, 11],
      [6, 7, 8, 9, 2, 10, 11],
    ];
    const L: number[] = [];
    for (const sentences of [normal, abnormal]) {
      const sum = new Array<number>(text.width).fill(0);
      for (const words of sentences) {
        const row = Array.from({ length: TINY_CONTEXT }, (_, i) => BigInt(words[i] ?? 0));
        const ids: Tensor = { type: 'int64', dims: [1, TINY_CONTEXT], data: BigInt64Array.from(row) };
        const { embedding } = await runFile('text', { ids });
        (embedding!.data as Float32Array).forEach((value, i) => {
          sum[i]! += value;
        });
      }
      L.push(...sum.map((value) => value / Math.hypot(...sum)));
    }
    feeds.text = f32([2, text.width], Float32Array.from(L));
    const weights = readSafetensors(await readFile(loaded.pathOf('head')));
    const shape = { ...head, stageWidths: vision.stages.map(({ width }) => width), textWidth: text.width };
    const session = await createSession(encodeModel(buildUmciGraph(shape, weights)), { device: 'cpu' });
    const expected = (await session.run(feeds)).coarse!.data as Float32Array;
    const { coarse } = await engine.segment(image, { ...TINY_RECIPE, theta: 1 });
    const worst = coarse.data.reduce((max, value, i) => Math.max(max, Math.abs(value - expected[i]!)), 0);
    expect(worst).toBeLessThan(1e-5);
  });

  it('hears the words: another object name gives another map', async () => {
    const recipe = { ...TINY_RECIPE, theta: 1 };
    const bolt = await engine.segment(spotted('c', 500), recipe);
    const plate = await engine.segment(spotted('c', 500), { ...recipe, object: 'plate' });
    const again = await engine.segment(spotted('c', 500), recipe);
    expect(again.coarse.data).toEqual(bolt.coarse.data);
    expect(plate.coarse.data).not.toEqual(bolt.coarse.data);
  });

  it('never sees the padding', async () => {
    const recipe = { ...TINY_RECIPE, theta: 1 };
    const image = spotted('d', 500);
    const dirty = { ...image, pixels: image.pixels.slice() };
    // Below the last token that touches the content (44 × 16 = 704 rows).
    for (let c = 0; c < 3; c++) dirty.pixels.fill(5, c * 2 ** 20 + 704 * 1024, (c + 1) * 2 ** 20);
    const clean = await engine.segment(image, recipe);
    expect((await engine.segment(dirty, recipe)).coarse.data).toEqual(clean.coarse.data);
  });

  it('refuses a sentence that the text encoder cannot hold, naming it', async () => {
    const object = Array.from({ length: TINY_CONTEXT }, () => 'bolt').join(' ');
    await expect(engine.segment(spotted('e', 500), { ...TINY_RECIPE, object })).rejects.toMatchObject({
      code: 'text-too-long',
      message: expect.stringContaining('bolt bolt'),
    });
  });

  it('takes an overflow for an error, never for a perfect part', async () => {
    const image = spotted('overflow', 500);
    image.pixels[300 * 1024 + 500] = Number.NaN;
    await expect(engine.segment(image, TINY_RECIPE)).rejects.toMatchObject({
      code: 'inference-failed',
      message: expect.stringContaining('"coarse"'),
    });
  });

  it('stops between two sessions when it is cancelled', async () => {
    await expect(engine.segment(spotted('f', 500), TINY_RECIPE, AbortSignal.abort())).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});

describe('prompts of the operator', () => {
  const prompts = {
    box: { x: 100, y: 100, width: 400, height: 300 },
    points: [{ x: 300, y: 250, label: 1 as const }],
  };

  it('are answered from the kept embedding, without the image', async () => {
    const image = spotted('g', 700);
    const fresh = await engine.askSam('g', prompts, { ...image, pixels: image.pixels.slice() });
    const kept = await engine.askSam('g', prompts);
    expect(kept).toEqual({ ...fresh, encodeMs: 0, decodeMs: kept?.decodeMs });
    expect(fresh?.encodeMs).toBeGreaterThan(0);
    expect(kept?.decodeMs).toBeGreaterThan(0);
    expect(kept?.levels.map(({ logits }) => logits.length)).toEqual([65536, 65536, 65536]);
  });

  it('keep 64 MB of embeddings only: those of the last 16 images', async () => {
    await engine.askSam('oldest', prompts, spotted('oldest', 100));
    for (let i = 0; i < 16; i++) await engine.askSam(`later-${i}`, prompts, spotted(`later-${i}`, 100));
    expect(await engine.askSam('oldest', prompts)).toBeUndefined();
    expect(await engine.askSam('later-0', prompts)).toBeDefined();
  });
});

it('says which tensor a broken pack lacks', async () => {
  const pack = { ...loaded.pack, segmenter: { ...loaded.pack.segmenter, masks: 'no_such_tensor' } };
  const broken: LoadedPack = { ...loaded, pack };
  await expect(Engine.open(broken, { device: 'cpu' })).rejects.toMatchObject({
    code: 'model-tensor-unknown',
    message: expect.stringContaining('no_such_tensor'),
  });
});
