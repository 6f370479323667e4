import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { readFrameImage } from '../../src-main/codec/image-codec.ts';
import { encoderImage, floatPixels } from '../../src-main/inference/encoder-image.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { loadPack } from '../../src-main/inference/pack-loader.ts';
import { decoderModel, runnableFile, visionModel } from '../../src-main/inference/pack-models.ts';
import { Segmenter } from '../../src-main/inference/segmenter.ts';
import { Stopwatch } from '../../src-main/inference/stopwatch.ts';
import type { DecoderPrompts } from '../../src-main/pipeline/decoder-prompts.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { readNpy } from '../twins/npy.ts';

const SAMPLES = fileURLToPath(new URL('../../resources/samples/', import.meta.url));
/** MobileSAM's decoder in the other dialect, too large for this repository; see test/twins/README.md. */
const REAL = fileURLToPath(new URL('../../../shared/twins/mobilesam-decoder/', import.meta.url));

it.skipIf(!existsSync(REAL))(
  'MobileSAM’s decoder gives the same masks in both dialects, on real images',
  async () => {
    const { pack, pathOf } = await loadPack('lite');
    const open = async (model: string | Uint8Array) => {
      const session = await createSession(model, { device: 'cpu', threads: 2 });
      onTestFinished(() => session.release());
      return session;
    };
    const vision = await open(runnableFile(await visionModel(pack, pathOf)).bytes);
    const meta = new Segmenter(
      { decoder: await open(runnableFile(await decoderModel(pack, pathOf)).bytes) },
      pack,
    );
    const segmenter: Pack['segmenter'] = {
      ...pack.segmenter,
      dialect: 'hugging-face',
      boxes: false,
      masks: 'pred_masks',
      qualities: 'iou_scores',
    };
    const decoder = await open(join(REAL, 'prompt_encoder_mask_decoder.onnx'));
    const other = new Segmenter({ decoder }, { ...pack, segmenter });
    const positions = readNpy(join(REAL, 'image_positional_embeddings.npy'));
    const { encoder } = pack.segmenter;
    if (encoder.kind !== 'vision') throw new TypeError('lite has another encoder');

    const files = await readdir(SAMPLES, { recursive: true });
    for (const kind of ['cable', 'pcb', 'tablet']) {
      const name = files
        .filter((file) => file.startsWith(`${kind}/test/`) && /\.(jpe?g|png|webp)$/i.test(file))
        .sort()[0]!;
      const { rgb, ...frame } = await readFrameImage(join(SAMPLES, name), { maxPixels: 1e8, size: 1024 });
      const pixels = floatPixels(await encoderImage(name, frame, rgb, pack), pack);
      const encoded = await vision.run({
        [pack.vision.input]: { type: 'float32', dims: [1, 3, 1024, 1024], data: pixels },
      });
      const tensor = encoded[encoder.tensor]!;
      const prompts = pointsOf(frame.imageWidth, frame.imageHeight);
      const ours = await meta.decode(prompts, { frame, tensors: [tensor] }, new Stopwatch());
      const tensors = [tensor, { type: 'float32' as const, ...positions }];
      const theirs = await other.decode(prompts, { frame, tensors }, new Stopwatch());
      for (const [i, levels] of ours.entries()) {
        const best = Math.max(...levels.map(({ quality }) => quality));
        for (const [level, { logits, quality }] of levels.entries()) {
          const counterpart = theirs[i]![level]!;
          const which = `${name}, prompt ${i}, level ${level}`;
          expect(Math.abs(counterpart.quality - quality), which).toBeLessThan(5e-3);
          expect(farthest(logits, counterpart.logits), which).toBeLessThan(0.02);
          // Where SAM is unsure, a mask has wide borders near 0, which roundings move.
          if (quality === best) expect(overlap(logits, counterpart.logits), which).toBeGreaterThan(0.999);
        }
      }
    }
  },
);

/** One point, two, and one beside the object. */
function pointsOf(width: number, height: number): DecoderPrompts[] {
  const at = (x: number, y: number, label: 0 | 1 = 1) => ({ x: x * width, y: y * height, label });
  return [
    [at(0.5, 0.5)],
    [at(0.3, 0.4), at(0.6, 0.55)],
    [at(0.5, 0.45), at(0.05, 0.05, 0)],
    [at(0.2, 0.8)],
  ].map((points) => ({ points, box: null }));
}

/** Largest difference, as a share of the largest value. */
function farthest(one: Float32Array, other: Float32Array): number {
  let largest = 0;
  let difference = 0;
  one.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - other[i]!));
  });
  return difference / largest;
}

function overlap(one: Float32Array, other: Float32Array): number {
  let both = 0;
  let either = 0;
  one.forEach((value, i) => {
    const [a, b] = [value > 0, other[i]! > 0];
    if (a && b) both++;
    if (a || b) either++;
  });
  return either === 0 ? 1 : both / either;
}
