import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeGrey8, encodeRgb } from '../../src-main/codec/image-codec.ts';
import { sha256 } from '../../src-main/files/hash.ts';
import { type Pack, packSchema } from '../../src-shared/pack.ts';
import { twinFile } from '../twins/twins.ts';

/** Few, so that the tests take seconds. */
const PROMPTS = { normal: ['perfect {}'], abnormal: ['damaged {}'], templates: ['a photo of a {}.'] };
const LITE = new URL('../../models/lite/pack.json', import.meta.url);

/**
 * Writes a pack without a trained head: the twin of CLIP ViT-B/16, which squashes what it sees, with MobileSAM's real
 * encoder and decoder.
 */
export async function writeTwinPack(folder: string, id = 'twin'): Promise<Pack> {
  const lite = packSchema.parse(JSON.parse(await readFile(LITE, 'utf8')));
  const { encoder, decoder } = lite.files;
  await mkdir(folder, { recursive: true });
  const own = async (twin: string, name: string) => {
    const bytes = await readFile(twinFile(twin));
    await copyFile(twinFile(twin), join(folder, name));
    return {
      ...{ source: `pack:${name}`, sha256: sha256(bytes), bytes: bytes.length },
      licence: 'MIT',
      provenance: 'a twin',
    };
  };
  const { input, inputSize, fit, mean, std } = lite.vision;
  const block = (number: number) => ({ block: number, width: 32, grid: 14 });
  const pack: Pack = {
    schemaVersion: 2,
    ...{ id, title: 'Twin', version: '1', card: 'card.md' },
    files: {
      sam: encoder!,
      decoder: decoder!,
      vision: await own('clip-b16/vision_model.onnx', 'vision.onnx'),
      text: await own('clip-b16/text_model.onnx', 'text.onnx'),
      tokenizer: await own('clip-tokenizer/tokenizer.json', 'tokenizer.json'),
    },
    vision: {
      ...{ file: 'vision', input: 'pixel_values', inputSize: 224, fit: 'squash', interpolation: 'bicubic' },
      mean: [122.7709383, 116.7460125, 104.09373615],
      std: [68.5005327, 66.6321579, 70.32316305],
      leadingTokens: 1,
      grid: 14,
      stages: [3, 6, 9, 12].map(block),
      blockTensor: '/vision_model/encoder/layers.{}/Add_1_output_0',
      imageEmbedding: 'image_embeds',
    },
    text: {
      ...{ tokenizer: 'tokenizer', encoder: 'text', ids: 'input_ids', output: 'text_embeds' },
      ...{ width: 24, contextLength: 77, padding: 49407 },
    },
    segmenter: {
      ...lite.segmenter,
      encoder: {
        ...{ kind: 'own', file: 'sam', input, inputSize, fit, interpolation: 'bilinear', mean, std },
        outputs: ['output'],
      },
    },
    head: { kind: 'none', scale: 100 },
    variants: [],
    defaultRecipe: { ...lite.defaultRecipe, pack: id, prompts: PROMPTS },
  };
  await writeFile(join(folder, 'card.md'), '# Twin\n');
  await writeFile(join(folder, 'pack.json'), JSON.stringify(packSchema.parse(pack)));
  return pack;
}

/** A grainy grey plate of 96 × 64 pixels, with a bright spot when it is defective, in MVTec AD's layout. */
export async function writePlates(
  root: string,
  category: string,
  count: number,
  seed: number,
): Promise<void> {
  const [width, height] = [96, 64];
  const put = async (path: string, bytes: Uint8Array) => {
    await mkdir(dirname(join(root, category, path)), { recursive: true });
    await writeFile(join(root, category, path), bytes);
  };
  for (let i = 0; i < count; i++) {
    const bad = i % 2 === 1;
    const left = 8 + ((i * 17 + seed * 5) % 60);
    const isSpot = (pixel: number) => {
      const [x, y] = [pixel % width, Math.floor(pixel / width)];
      return bad && x >= left && x < left + 20 && y >= 20 && y < 42;
    };
    const data = Uint8Array.from({ length: width * height * 3 }, (_, at) =>
      isSpot(Math.floor(at / 3)) ? 245 : 100 + ((at * 7919 + i * 13 + seed) % 11),
    );
    const png = await encodeRgb({ width, height, data }, { format: 'png' });
    await put(`test/${bad ? 'spot' : 'good'}/${i}.png`, png);
    if (!bad) continue;
    const mask = Uint8Array.from({ length: width * height }, (_, pixel) => (isSpot(pixel) ? 255 : 0));
    await put(`ground_truth/spot/${i}_mask.png`, await encodeGrey8(width, height, mask));
  }
}
