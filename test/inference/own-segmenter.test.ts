import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { encoderImage } from '../../src-main/inference/encoder-image.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { Segmenter } from '../../src-main/inference/segmenter.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
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
