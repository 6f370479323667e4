import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../../src-main/files/hash.ts';
import { GraphBuilder } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { writeSafetensors } from '../../src-main/graph/safetensors.ts';
import { Engine } from '../../src-main/inference/engine.ts';
import type { EngineClient } from '../../src-main/inference/engine-client.ts';
import { createSession } from '../../src-main/inference/ort.ts';
import { type LoadedPack, loadPack } from '../../src-main/inference/pack-loader.ts';
import { readEncoderImage } from '../../src-main/inference/read-encoder-image.ts';
import { frameSide } from '../../src-main/pipeline/fit.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { packFile, TINY_RECIPE, tinySamEncoder, writeTinyPack } from './tiny-pack.ts';

const SIDE = 518;
const GRID = 37;

let folder: string;
let loaded: LoadedPack;
let engine: Engine;

/** A tower that squashes: its tokens are the mean colours of patches, after one row for a class. */
function colourTower(): Uint8Array {
  const b = new GraphBuilder();
  const pixels = b.input('pixels', 'float32', [1, 3, SIDE, SIDE]);
  const patch = SIDE / GRID;
  const means = b.reduceMean(b.reshape(pixels, [1, 3, GRID, patch, GRID, patch]), [3, 5]);
  const tokens = b.reshape(b.transpose(means, [0, 2, 3, 1]), [1, GRID * GRID, 3]);
  b.output('tokens', b.concat([b.reduceMean(tokens, [1], true), tokens], 1));
  return encodeModel(b.build('colour-tower'));
}

/** Embeddings of the words "flawless bolt" and "damaged bolt" in the tiny pack. */
async function languageOf(pack: LoadedPack) {
  const session = await createSession(pack.pathOf('text'), { device: 'cpu' });
  const rows = async (words: readonly number[]) => {
    const data = BigInt64Array.from({ length: 8 }, (_, i) => BigInt(words[i] ?? 0));
    const { embedding } = await session.run({ ids: { type: 'int64', dims: [1, 8], data } });
    return Array.from(embedding!.data as Float32Array);
  };
  return { normal: await rows([4, 2]), abnormal: await rows([5, 2]) };
}

const RECIPE = {
  ...TINY_RECIPE,
  prompts: { normal: ['flawless {}'], abnormal: ['damaged {}'], templates: ['{}'] },
  maxRegions: 8,
};

/** A pack whose map is high where the image is red. */
async function writeRedPack(): Promise<void> {
  const tiny = await writeTinyPack(folder);
  const { normal, abnormal } = await languageOf(await loadPack(folder));
  const away = abnormal.map((value, i) => value - normal[i]!);
  // A token's redness, 0..1 of its patch, less 0.2: along "abnormal − normal" where it is positive.
  const weight = Float32Array.from(away.flatMap((value) => [value, -value / 2, -value / 2]));
  const bias = Float32Array.from(away, (value) => -0.2 * value);
  const head = writeSafetensors(
    new Map([
      ['stage0.weight', { shape: [away.length, 3], data: weight }],
      ['stage0.bias', { shape: [away.length], data: bias }],
    ]),
    { half: false },
  );
  const pack: Pack = {
    ...tiny,
    files: {
      ...tiny.files,
      vision: packFile('colour.onnx', colourTower()),
      sam: packFile('sam.onnx', tinySamEncoder()),
      head: packFile('red.safetensors', head),
    },
    vision: {
      file: 'vision',
      input: 'pixels',
      inputSize: SIDE,
      fit: 'squash',
      interpolation: 'bicubic',
      mean: [0, 0, 0],
      std: [255, 255, 255],
      leadingTokens: 1,
      grid: GRID,
      stages: [{ tensor: 'tokens', width: 3, grid: GRID }],
    },
    segmenter: {
      ...tiny.segmenter,
      encoder: {
        kind: 'own',
        file: 'sam',
        input: 'pixels',
        inputSize: 1024,
        fit: 'longest-side-pad',
        interpolation: 'bilinear',
        mean: [120, 115, 100],
        std: [60, 58, 56],
        outputs: ['embedding'],
      },
    },
    head: { kind: 'linear', file: 'head', scale: 20 },
  };
  await writeFile(join(folder, 'colour.onnx'), colourTower());
  await writeFile(join(folder, 'sam.onnx'), tinySamEncoder());
  await writeFile(join(folder, 'red.safetensors'), head);
  await writeFile(join(folder, 'pack.json'), JSON.stringify(pack));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'clipsam-frames-'));
  await writeRedPack();
  loaded = await loadPack(folder);
  engine = await Engine.open(loaded, { device: 'cpu', threads: 1 });
});
afterAll(() => rm(folder, { recursive: true }));

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A grey picture with a red rectangle, as a file. */
async function picture(width: number, height: number, spot: Spot, orientation = 1): Promise<string> {
  const red = {
    create: { width: spot.width, height: spot.height, channels: 3, background: '#ff0000' },
  } as const;
  const png = await sharp({ create: { width, height, channels: 3, background: '#808080' } })
    .composite([{ input: await sharp(red).png().toBuffer(), left: spot.x, top: spot.y }])
    .withMetadata({ orientation })
    .png()
    .toBuffer();
  const path = join(folder, `${sha256(png).slice(0, 12)}.png`);
  await writeFile(path, png);
  return path;
}

async function regionOf(path: string) {
  const { vision, segmenter, head } = loaded.pack;
  const client = { vision, segmenter, head, frameSide: frameSide(vision) } as EngineClient;
  const { image } = await readEncoderImage({ path, page: 1, recipe: RECIPE, range: undefined }, client);
  const { regions } = await engine.segment(image, RECIPE);
  expect(regions).toHaveLength(1);
  return regions[0]!.prompts;
}

it.each<[string, number, number, Spot]>([
  ['in the middle of a square image', 1000, 1000, { x: 430, y: 510, width: 90, height: 60 }],
  ['at the right border of an image of 20:1', 4000, 200, { x: 3700, y: 60, width: 300, height: 70 }],
  ['at the bottom of an image of 1:20', 200, 4000, { x: 70, y: 3700, width: 60, height: 300 }],
  ['in the corner of a photograph', 1500, 1000, { x: 0, y: 0, width: 120, height: 100 }],
])('what the squashing tower sees is found at its place: %s', async (_name, width, height, spot) => {
  const { box, points } = await regionOf(await picture(width, height, spot));
  // Within a token of the tower, or a cell of the map where that is larger.
  const cell = (4 * Math.max(width, height)) / 1024;
  const [right, down] = [Math.max(cell, width / GRID), Math.max(cell, height / GRID)];
  expect(Math.abs(box.x - spot.x)).toBeLessThanOrEqual(right);
  expect(Math.abs(box.y - spot.y)).toBeLessThanOrEqual(down);
  expect(Math.abs(box.x + box.width - spot.x - spot.width)).toBeLessThanOrEqual(right);
  expect(Math.abs(box.y + box.height - spot.y - spot.height)).toBeLessThanOrEqual(down);
  for (const { x, y } of points) {
    expect(x).toBeGreaterThan(spot.x - right);
    expect(x).toBeLessThan(spot.x + spot.width + right);
    expect(y).toBeGreaterThan(spot.y - down);
    expect(y).toBeLessThan(spot.y + spot.height + down);
  }
});

it('a file that has to be turned is found at the place in the turned image', async () => {
  // Orientation 6: the file's left side is the top of what people see.
  const path = await picture(1200, 400, { x: 100, y: 300, width: 80, height: 60 }, 6);
  const { box } = await regionOf(path);
  // In the turned image of 400 × 1200: x = 400 − 300 − 60, y = 100; within a token and a cell.
  const cell = (4 * 1200) / 1024;
  expect(Math.abs(box.x - 40)).toBeLessThanOrEqual(400 / GRID + cell);
  expect(Math.abs(box.y - 100)).toBeLessThanOrEqual(1200 / GRID + cell);
  expect(Math.abs(box.x + box.width - 100)).toBeLessThanOrEqual(400 / GRID + cell);
  expect(Math.abs(box.y + box.height - 180)).toBeLessThanOrEqual(1200 / GRID + cell);
});
