import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../../src-main/files/hash.ts';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { writeSafetensors } from '../../src-main/graph/safetensors.ts';
import { umciParameters } from '../../src-main/graph/umci.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';

/** The words that the tiny tokeniser knows; a word's place is its token. */
const WORDS = [
  '<pad>',
  '<unk>',
  'bolt',
  'plate',
  'flawless',
  'damaged',
  'a',
  'photo',
  'of',
  'the',
  'with',
  'flaw',
];

export const TINY_CONTEXT = 8;
const TEXT_WIDTH = 6;
export const TEXT_NAMES = { ids: 'ids', output: 'embedding', padding: 0 };
const SIZE = 1024;
const MAP = 256;
const STAGES = [
  { tensor: 'fine/tokens', width: 4, grid: 128 },
  { tensor: 'coarse_1/tokens', width: 4, grid: 64 },
  { tensor: 'coarse_2/tokens', width: 6, grid: 64 },
];

const UMCI = {
  hiddenDim: 8,
  scaleKernels: [3],
  stripKernel: 3,
  paths: { strip: true, scale: true },
  separable: true,
  novelty: [{ stage: 0, sharpness: 10 }],
};

export const TINY_RECIPE: Recipe = {
  schemaVersion: 1,
  name: 'tiny',
  pack: 'tiny',
  object: 'bolt',
  prompts: {
    normal: ['flawless {}'],
    abnormal: ['damaged {}', '{} with flaw'],
    templates: ['{}', 'a photo of the {}'],
  },
  theta: 0.5,
  minRegionArea: 0,
  maxRegions: 3,
  pointsPerRegion: 2,
  lambda: 1,
  warn: 0.4,
  reject: 0.6,
  maxPixels: 10_000_000,
};

/** The entry of a file beside pack.json. */
export function packFile(name: string, content: Uint8Array | string): Pack['files'][string] {
  return {
    source: `pack:${name}`,
    sha256: sha256(content),
    bytes: Buffer.byteLength(content),
    licence: 'MIT',
    provenance: 'made by a test',
  };
}

/**
 * Makes a pack that has all that a real one has, and runs in milliseconds. Its answers mean nothing.
 * @param change edits pack.json before it is written
 */
export async function writeTinyPack(
  folder: string,
  change: (pack: Pack) => unknown = (pack) => pack,
): Promise<Pack> {
  const files = {
    vision: { name: 'vision.onnx', bytes: tinyVision() },
    tokenizer: { name: 'tokenizer.json', bytes: new TextEncoder().encode(JSON.stringify(tinyTokenizer())) },
    text: { name: 'text.onnx', bytes: tinyText() },
    head: { name: 'umci.safetensors', bytes: tinyHead() },
    decoder: { name: 'decoder.onnx', bytes: tinyDecoder() },
  };
  const pack: Pack = {
    schemaVersion: 2,
    id: 'tiny',
    title: 'Tiny',
    version: '1',
    card: 'card.md',
    files: Object.fromEntries(
      Object.entries(files).map(([key, { name, bytes }]) => [key, packFile(name, bytes)]),
    ),
    vision: {
      file: 'vision',
      input: 'pixels',
      inputSize: SIZE,
      fit: 'longest-side-pad',
      interpolation: 'bilinear',
      leadingTokens: 0,
      mean: [120, 115, 100],
      std: [60, 58, 56],
      grid: 64,
      stages: STAGES,
    },
    text: {
      tokenizer: 'tokenizer',
      encoder: 'text',
      width: TEXT_WIDTH,
      contextLength: TINY_CONTEXT,
      ...TEXT_NAMES,
    },
    head: { kind: 'umci', ...UMCI, file: 'head' },
    variants: [],
    segmenter: {
      encoder: { kind: 'vision', tensor: 'embedding' },
      boxes: true,
      decoder: 'decoder',
      dialect: 'meta',
      masks: 'candidates',
      qualities: 'candidate_qualities',
    },
    defaultRecipe: TINY_RECIPE,
  };
  await mkdir(folder, { recursive: true });
  for (const { name, bytes } of Object.values(files)) await writeFile(join(folder, name), bytes);
  await writeFile(join(folder, 'card.md'), '# Tiny\n');
  await writeFile(join(folder, 'pack.json'), JSON.stringify(change(pack)));
  return pack;
}

/** Mean colours of patches through a random layer each. */
function tinyVision(): Uint8Array {
  const b = new GraphBuilder();
  const fine = poolBy(b, b.input('pixels', 'float32', [1, 3, SIZE, SIZE]), 128, 8);
  const coarse = poolBy(b, fine, 64, 2);
  const tokens = (x: Value, grid: number, width: number, seed: number) =>
    b.tanh(
      b.matmul(
        b.reshape(b.transpose(x, [0, 2, 3, 1]), [1, grid * grid, 3]),
        b.initializer(`layer${seed}`, noise(3 * width, seed), [3, width]),
      ),
    );
  STAGES.forEach(({ tensor, width, grid }, i) => {
    b.output(tensor, tokens(grid === 128 ? fine : coarse, grid, width, i + 1));
  });
  const embedding = b.transpose(tokens(coarse, 64, 256, 9), [0, 2, 1]);
  b.output('embedding', b.reshape(embedding, [1, 256, 64, 64]));
  return encodeModel(b.build('tiny-vision'));
}

/** An encoder for SAM alone, with the embedding of the tiny vision tower. */
export function tinySamEncoder(): Uint8Array {
  const b = new GraphBuilder();
  const pixels = b.input('pixels', 'float32', [1, 3, SIZE, SIZE]);
  const rows = b.reshape(b.transpose(poolBy(b, pixels, 64, 16), [0, 2, 3, 1]), [1, 64 * 64, 3]);
  const tokens = b.tanh(b.matmul(rows, b.initializer('layer', noise(3 * 256, 9), [3, 256])));
  b.output('embedding', b.reshape(b.transpose(tokens, [0, 2, 1]), [1, 256, 64, 64]));
  return encodeModel(b.build('tiny-sam'));
}

function poolBy(b: GraphBuilder, x: Value, side: number, by: number): Value {
  return b.reduceMean(b.reshape(x, [1, 3, side, by, side, by]), [3, 5]);
}

/** Discs of four sizes around the mean prompt point, moved a little by the embedding and the labels. */
export function tinyDecoder(): Uint8Array {
  const b = new GraphBuilder();
  const embedding = b.input('image_embeddings', 'float32', [1, 256, 64, 64]);
  const coords = b.input('point_coords', 'float32', [1, 'points', 2]);
  const labels = b.input('point_labels', 'float32', [1, 'points']);
  const mask = b.input('mask_input', 'float32', [1, 1, MAP, MAP]);
  const hasMask = b.input('has_mask_input', 'float32', [1]);
  const size = b.input('orig_im_size', 'float32', [2]);
  const axis = Array.from({ length: MAP }, (_, i) => (i + 0.5) * (SIZE / MAP));
  const centre = b.reduceMean(coords, [1]);
  const offset = (values: Value, at: number) => {
    const d = b.sub(values, b.reshape(b.slice(centre, 1, at, at + 1), [1, 1, 1, 1]));
    return b.mul(d, d);
  };
  const distance = b.add(
    offset(b.constant(axis, [1, 1, 1, MAP]), 0),
    offset(b.constant(axis, [1, 1, MAP, 1]), 1),
  );
  const look = b.add(b.reduceMean(embedding), b.mul(b.reduceMean(labels), b.constant(0.01)));
  const radii = b.mul(b.constant([900, 1600, 4900, 14400], [1, 4, 1, 1]), b.add(look, b.constant(1)));
  const before = b.mul(mask, b.reshape(hasMask, [1, 1, 1, 1]));
  const candidates = b.add(b.mul(b.sub(radii, distance), b.constant(0.001)), before);
  b.output('candidates', candidates);
  b.output('candidate_qualities', b.sigmoid(b.add(b.constant([0.1, 0.5, 1, 2], [1, 4]), look)));
  b.output('masks', b.mul(candidates, b.reshape(b.slice(size, 0, 0, 1), [1, 1, 1, 1])));
  return encodeModel(b.build('tiny-decoder'));
}

function tinyText(): Uint8Array {
  const b = new GraphBuilder();
  const ids = b.input('ids', 'int64', ['n', TINY_CONTEXT]);
  const table = b.initializer('table', noise(WORDS.length * TEXT_WIDTH, 77), [WORDS.length, TEXT_WIDTH]);
  const mean = b.reduceMean(b.gather(table, ids), [1]);
  b.output('embedding', b.div(mean, b.sqrt(b.reduceSum(b.mul(mean, mean), [1], true))));
  return encodeModel(b.build('tiny-text'));
}

function tinyHead(): Uint8Array {
  const stageWidths = STAGES.map(({ width }) => width);
  const parameters = umciParameters({ ...UMCI, stageWidths, textWidth: TEXT_WIDTH });
  const weights = new Map(
    parameters.map(({ name, shape, fan }, i) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const gain = fan > 0 ? 1.5 / Math.sqrt(fan) : 1;
      const data = fan === -1 ? new Float32Array(count).fill(1) : noise(count, 100 + i).map((x) => x * gain);
      return [name, { shape, data }];
    }),
  );
  return writeSafetensors(weights, { half: false });
}

function tinyTokenizer() {
  const vocab = Object.fromEntries(WORDS.map((word, id) => [word, id]));
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab, unk_token: '<unk>' },
  };
}

/** The same numbers in −1..1 for the same seed (mulberry32). */
export function noise(count: number, seed: number): Float32Array {
  let state = seed * 2654435761;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}
