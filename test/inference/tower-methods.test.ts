import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSafetensors } from '../../src-main/graph/safetensors.ts';
import type { EncoderImage } from '../../src-main/inference/encoder-image.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { lackOf, trainedParameters } from '../../src-main/methods/registry.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { MethodName } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { randomLayers, withLayers } from '../methods/layers.ts';
import { tempFolder } from '../temp-folder.ts';
import { writeTwinPack } from '../twins/twin-pack.ts';
import { noise, TINY_RECIPE, writeTinyPack } from './tiny-pack.ts';

const WIDTHS = [4, 4, 6];
const TEXT = 6;

function pictured(key: string, side: number, pixels = noise(3 * side * side, 5)): EncoderImage {
  return { key, frame: frameFor(1024, 700), pixels };
}

async function opened(folder: string) {
  return Engine.open(await loadPack(folder), { device: 'cpu', threads: 1 });
}

const mapOf = async (engine: Engine, image: EncoderImage, name: MethodName) =>
  (await engine.coarseMap(image, { ...TINY_RECIPE, method: { name, refine: false } })).coarse;

/** A tiny pack with layers, and what the tiny tower says of an image. */
async function layeredPack() {
  const folder = await tempFolder();
  const layers = {
    projection: randomLayers(WIDTHS, TEXT, 900),
    'april-gan': randomLayers(WIDTHS, TEXT, 910),
    'sdp-plus': randomLayers(WIDTHS, TEXT, 920),
  };
  const pack = await withLayers(folder, await writeTinyPack(folder), layers);
  return { folder, pack, layers };
}

describe('a pack whose tower has no projection, with layers', () => {
  it('runs every method of its own, each with another map, and says how much was trained', async () => {
    const { folder, pack } = await layeredPack();
    const engine = await opened(folder);
    const image = pictured('a', 1024);
    const seen = new Set<string>();
    for (const name of ['similarity', 'winclip', 'april-gan', 'sdp', 'sdp-plus'] as const) {
      expect(lackOf(name, pack)).toBeUndefined();
      const { width, height, data } = await mapOf(engine, image, name);
      expect([width, height]).toEqual([256, 175]);
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
      seen.add(Array.from(data.subarray(0, 3000)).join());
    }
    expect(seen.size).toBe(5);
    // Layers [6, 4], [6, 4], [6, 6] and 6 numbers each.
    const all = 24 + 24 + 36 + 18;
    const trained = (name: MethodName) => trainedParameters(name, pack);
    expect([trained('similarity'), trained('winclip')]).toEqual([42, 42]);
    expect([trained('sdp'), trained('april-gan'), trained('sdp-plus')]).toEqual([all, all, 2 * all]);
  });

  it('is refused when a file of layers lacks a tensor, or holds what is no number', async () => {
    const folder = await tempFolder();
    const pack = await writeTinyPack(folder);
    const projection = randomLayers(WIDTHS, TEXT, 900);
    const without = new Map([...projection].filter(([name]) => name !== 'stage1.bias'));
    await withLayers(folder, pack, { projection: without });
    await expect(loadPack(folder)).rejects.toMatchObject({
      code: 'model-tensor-unknown',
      message: expect.stringContaining('"stage1.bias"'),
    });
    const broken = randomLayers(WIDTHS, TEXT, 900);
    broken.get('stage2.weight')!.data[7] = Number.NaN;
    await withLayers(folder, pack, { 'sdp-plus': broken });
    await expect(loadPack(folder)).rejects.toMatchObject({
      code: 'model-file-invalid',
      message: expect.stringMatching(/"stage2.weight".*no numbers/),
    });
  });

  it('lacks what it has no layers for', async () => {
    const pack = await writeTinyPack(await tempFolder());
    const lacks = (changed: Pack) =>
      (['similarity', 'winclip', 'sdp', 'sdp-plus', 'april-gan'] as const).map((name) =>
        lackOf(name, changed),
      );
    expect(lacks(pack)).toEqual([
      'no-projection',
      'no-projection',
      'no-projection',
      'no-projection',
      'no-linear-weights',
    ]);
    const projection = { file: 'projection', scale: 1 };
    expect(lacks({ ...pack, methodWeights: { projection } })[3]).toBe('no-linear-weights');
  });
});

describe('a pack of a CLIP tower', () => {
  it('runs WinCLIP, SDP and similarity at another size with nothing trained, the last as the head "none" has it', async () => {
    const folder = await tempFolder();
    const pack = await writeTwinPack(folder, { clip: 'clip-b16', inputSize: 336, head: 'none' });
    const engine = await opened(folder);
    const image = pictured('a', 336);
    const own = await engine.coarseMap(image, TINY_RECIPE);
    const similar = await mapOf(engine, image, 'similarity');
    expect(similar).toEqual(own.coarse);
    for (const name of ['winclip', 'sdp'] as const) {
      expect(lackOf(name, pack)).toBeUndefined();
      expect(trainedParameters(name, pack)).toBe(0);
      const { data } = await mapOf(engine, image, name);
      expect(data.every((value) => value >= 0 && value <= 1)).toBe(true);
      expect(data).not.toEqual(own.coarse.data);
    }
    // The same image once more: the graphs are open, and nothing of the first is left.
    expect(await mapOf(engine, image, 'winclip')).toEqual(await mapOf(engine, image, 'winclip'));
  });

  it('runs APRIL-GAN by its own head as by the same layers beside another head', async () => {
    const [own, beside] = [await tempFolder(), await tempFolder()];
    await writeTwinPack(own, { clip: 'clip-b16', inputSize: 224, head: 'linear' });
    const plain = await writeTwinPack(beside, { clip: 'clip-b16', inputSize: 224, head: 'none' });
    const { weights } = await layersOf(own);
    await withLayers(beside, plain, { 'april-gan': weights, 'sdp-plus': weights }, 100);
    const engines = [await opened(own), await opened(beside)] as const;
    const image = pictured('a', 224);
    const expected = (await engines[0].coarseMap(image, TINY_RECIPE)).coarse;
    expect(await mapOf(engines[0], image, 'april-gan')).toEqual(expected);
    expect(await mapOf(engines[1], image, 'april-gan')).toEqual(expected);
    expect(await mapOf(engines[1], image, 'sdp-plus')).not.toEqual(expected);
  });

  it('is told to list the last block among its stages, where that makes the map', async () => {
    const folder = await tempFolder();
    await writeTwinPack(folder, { clip: 'clip-b16', inputSize: 224, head: 'umci' }, (pack) => ({
      ...pack,
      vision: {
        ...pack.vision,
        stages: pack.vision.stages.with(3, { ...pack.vision.stages[3]!, block: 11 }),
      },
    }));
    const engine = await opened(folder);
    await expect(mapOf(engine, pictured('a', 224), 'similarity')).rejects.toMatchObject({
      code: 'pack-invalid',
      message: expect.stringMatching(/layers\.11.*vision\.stages/),
    });
  });
});

async function layersOf(folder: string) {
  return { weights: readSafetensors(await readFile(join(folder, 'head.safetensors')), 'head') };
}
