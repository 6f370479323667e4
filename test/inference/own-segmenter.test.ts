import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { encodeGrey8 } from '../../src-main/codec/image-codec.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { encoderImage } from '../../src-main/inference/encoder-image.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { openInference } from '../../src-main/inference/inference-client.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { Segmenter } from '../../src-main/inference/segmenter.ts';
import type { DecoderPrompts } from '../../src-main/pipeline/decoder-prompts.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { unpackLevels } from '../../src-shared/packed-levels.ts';
import { tempFolder } from '../temp-folder.ts';
import { type OwnSegmenter, writeOwnSegmenterPack } from './own-segmenter-pack.ts';
import { noise, TINY_RECIPE } from './tiny-pack.ts';

const SAM2: OwnSegmenter = { dialect: 'sam2', fit: 'squash', inputSize: 256, maskSide: 256 };
const FRAME = frameFor(640, 480);

async function opened(options: OwnSegmenter = SAM2) {
  const folder = join(await tempFolder(), 'pack');
  await writeOwnSegmenterPack(folder, options);
  const loaded = await loadPack(folder);
  const engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
  const image = (key: string) => {
    const rgb = Uint8Array.from(noise(FRAME.width * FRAME.height * 3, 5), (value) => 128 + 100 * value);
    return encoderImage(key, FRAME, rgb, loaded.pack);
  };
  return { engine, image };
}

afterEach(() => vi.restoreAllMocks());

it('SAM’s encoder does not run for a good part, and once for one with several regions', async () => {
  const encodes = vi.spyOn(Segmenter.prototype, 'encode');
  const decodes = vi.spyOn(Segmenter.prototype, 'decode');
  const { engine, image } = await opened();
  const good = await engine.segment(await image('part'), { ...TINY_RECIPE, theta: 1 });
  expect(good.regions).toEqual([]);
  expect([encodes.mock.calls.length, decodes.mock.calls.length]).toEqual([0, 0]);
  await engine.coarseMap(await image('part'), TINY_RECIPE);
  await engine.embed(await image('part'), TINY_RECIPE);
  expect(encodes).not.toHaveBeenCalled();

  const highest = good.coarse.data.toSorted().at(-1)!;
  const bad = await engine.segment(await image('part'), { ...TINY_RECIPE, theta: highest * 0.999 });
  expect(bad.regions.length).toBeGreaterThan(0);
  expect([encodes.mock.calls.length, decodes.mock.calls.length]).toEqual([1, 1]);
  await engine.askSam('part', { points: [{ x: 9, y: 9, label: 1 }], box: null });
  expect(encodes).toHaveBeenCalledTimes(1);
});

it('an embedding made ahead is there when SAM is asked, and the oldest make room', async () => {
  const encodes = vi.spyOn(Segmenter.prototype, 'encode');
  const { engine, image } = await opened();
  const asked = { points: [{ x: 9, y: 9, label: 1 as const }], box: null };
  expect(await engine.prepareSam('part')).toBe(false);
  expect(await engine.prepareSam('part', await image('part'))).toBe(true);
  expect(await engine.prepareSam('part')).toBe(true);
  expect((await engine.askSam('part', asked))?.encodeMs).toBe(0);
  expect(encodes).toHaveBeenCalledTimes(1);
  // Three tensors of 256 × 256 numbers each: 85 images in 64 MB.
  const frame = await image('later');
  for (let i = 0; i < 85; i++) await engine.prepareSam(`later-${i}`, { ...frame, key: `later-${i}` });
  expect(await engine.prepareSam('part')).toBe(false);
  expect(await engine.prepareSam('later-0')).toBe(true);
});

it('the process makes it ready from the file, and SAM answers without the file', async () => {
  const folder = await tempFolder();
  await writeOwnSegmenterPack(join(folder, 'pack'), SAM2);
  const path = join(folder, 'image.png');
  const bytes = await encodeGrey8(64, 48, new Uint8Array(64 * 48).fill(200));
  await writeFile(path, bytes);
  const inference = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
  onTestFinished(() => inference.close());
  const size = { width: 64, height: 48 };
  const job = { path, recipe: TINY_RECIPE, contentHash: sha256(bytes), size };
  const prompts = { points: [{ x: 30, y: 20, label: 1 as const }], box: null };
  await inference.prepareSam(job);
  await rm(path);
  expect(unpackLevels((await inference.askSam({ ...job, prompts })).levels)).toHaveLength(3);
  const other = inference.askSam({ ...job, contentHash: sha256('other'), prompts });
  await expect(other).rejects.toMatchObject({ code: expect.stringMatching(/^(image|file)-/) });
});

it('a decoder of another dialect is refused by the inputs it has not', async () => {
  const folder = join(await tempFolder(), 'pack');
  await writeOwnSegmenterPack(folder, SAM2);
  const path = join(folder, 'pack.json');
  const pack = JSON.parse(await readFile(path, 'utf8')) as Pack;
  const claim = async (dialect: Pack['segmenter']['dialect'], outputs: readonly string[]) => {
    const { encoder, ...segmenter } = pack.segmenter;
    const claimed = { ...segmenter, dialect, boxes: false, encoder: { ...encoder, outputs } };
    await writeFile(path, JSON.stringify({ ...pack, segmenter: claimed }));
    return loadPack(folder);
  };
  await expect(claim('hugging-face', ['seen.0', 'seen.1'])).rejects.toMatchObject({
    code: 'model-tensor-unknown',
    message: expect.stringContaining('"sam-decoder.onnx" has no tensor "image_embeddings" (there are'),
  });
  await expect(claim('hugging-face', ['seen.0'])).rejects.toMatchObject({
    code: 'pack-invalid',
    message: expect.stringContaining('gives 1 embedding tensors'),
  });
  await claim('sam2', ['seen.0', 'seen.1', 'seen.2']);
});

describe('a pack whose SAM takes points only', () => {
  const POINTS: OwnSegmenter = { dialect: 'hugging-face', fit: 'squash', inputSize: 256, maskSide: 256 };

  async function inference() {
    const folder = await tempFolder();
    await writeOwnSegmenterPack(join(folder, 'pack'), POINTS);
    const path = join(folder, 'image.png');
    const data = Uint8Array.from(noise(320 * 240, 5), (value) => 128 + 100 * value);
    await writeFile(path, await encodeGrey8(320, 240, data));
    const client = await openInference({ packFolder: join(folder, 'pack'), device: 'cpu', threads: 1 });
    onTestFinished(() => client.close());
    return { client, path, artifactRoot: join(folder, 'artifacts') };
  }

  it('says so with every result that SAM was asked for, and with no other', async () => {
    const { client, path, artifactRoot } = await inference();
    const codes = async (theta: number) => {
      const { regions, notices } = await client.inspect({
        path,
        artifactRoot,
        recipe: { ...TINY_RECIPE, theta },
      });
      return { regions: regions.length > 0, isSaid: notices.some(({ code }) => code === 'points-only') };
    };
    expect(await codes(0.01)).toEqual({ regions: true, isSaid: true });
    expect(await codes(1)).toEqual({ regions: false, isSaid: false });
  });

  it('says what became of an inspector’s box', async () => {
    const { client, path } = await inference();
    const ask = (prompts: DecoderPrompts) => client.askSam({ path, recipe: TINY_RECIPE, prompts });
    const box = { x: 50, y: 60, width: 40, height: 20 };
    const point = { x: 60, y: 70, label: 1 as const };
    expect((await ask({ points: [point], box: null })).boxUse).toBeUndefined();
    expect((await ask({ points: [], box })).boxUse).toBe('as-points');
    const both = await ask({ points: [point], box });
    expect(both.boxUse).toBe('left-out');
    expect(both.levels).toEqual((await ask({ points: [point], box: null })).levels);
  });
});
