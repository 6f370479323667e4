import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { encodeModel } from '../../src-main/graph/model.ts';
import { ModelProtoSchema } from '../../src-main/graph/onnx_pb.js';
import { writeSafetensors } from '../../src-main/graph/safetensors.ts';
import { umciParameters } from '../../src-main/graph/umci.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { packFile, TEXT_NAMES, TINY_RECIPE } from './tiny-pack.ts';

type Sizes = readonly (number | string)[];

/** An ONNX file whose outputs are copies of its first input; only names and stated shapes matter. */
export function onnxFile(
  inputs: Record<string, Sizes>,
  inner: Record<string, Sizes>,
  output: string,
): Uint8Array {
  const info = ([name, sizes]: [string, Sizes]) => ({
    name,
    type: {
      value: { case: 'tensorType' as const, value: { elemType: 1, shape: { dim: sizes.map(dimension) } } },
    },
  });
  const all = Object.entries(inner).map(info);
  const proto = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      name: 'tiny',
      node: all.map(({ name }) => ({ opType: 'Identity', input: [Object.keys(inputs)[0]!], output: [name] })),
      input: Object.entries(inputs).map(info),
      output: all.filter(({ name }) => name === output),
      valueInfo: all.filter(({ name }) => name !== output),
    },
  });
  return encodeModel({ name: 'tiny', proto });
}

function dimension(size: number | string) {
  return {
    value:
      typeof size === 'number'
        ? ({ case: 'dimValue', value: BigInt(size) } as const)
        : ({ case: 'dimParam', value: size } as const),
  };
}

export const encoderFile = (stageWidth = 8) =>
  onnxFile(
    { image: ['batch', 3, 32, 32] },
    { stage1: ['batch', 16, stageWidth], embedding: ['batch', 6, 4, 4] },
    'embedding',
  );

const decoderFile = onnxFile(
  {
    image_embeddings: [1, 6, 4, 4],
    point_coords: [1, 'points', 2],
    point_labels: [1, 'points'],
    mask_input: [1, 1, 16, 16],
    has_mask_input: [1],
  },
  { masks4: [1, 4, 16, 16], scores4: [1, 4], masks: [1, 1, 16, 16] },
  'masks',
);

const textEncoderFile = onnxFile({ ids: ['sentences', 12] }, { embedding: ['sentences', 5] }, 'embedding');

const tokenizerFile = JSON.stringify({
  version: '1.0',
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  model: { type: 'BPE', vocab: { a: 0 }, merges: [] },
});

const umci = {
  hiddenDim: 4,
  scaleKernels: [3],
  stripKernel: 3,
  paths: { strip: true, scale: true },
  separable: true,
  novelty: [{ stage: 0, sharpness: 10 }],
};

/** Weights of the head, all of them `value`. */
export function umciFile(value: number): Uint8Array {
  const parameters = umciParameters({ ...umci, stageWidths: [8], textWidth: 5 });
  const weights = parameters.map(({ name, shape }) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value);
    return [name, { shape, data }] as const;
  });
  return writeSafetensors(new Map(weights), { half: true });
}

/**
 * Writes a pack whose files are all right but tiny to `<packsRoot>/tiny`. Unlike the tiny pack it cannot run: its
 * models only state names and shapes, of inner tensors too, so that a test can state any.
 * @param change edits pack.json before it is written
 * @param contents replaces files; hashes in pack.json follow
 */
export async function writeSamplePack(
  packsRoot: string,
  change: (pack: Pack) => unknown = (pack) => pack,
  contents: Record<string, Uint8Array | string> = {},
): Promise<string> {
  const folder = join(packsRoot, 'tiny');
  await mkdir(folder, { recursive: true });
  const files: Record<string, Uint8Array | string> = {
    'encoder.onnx': encoderFile(),
    'decoder.onnx': decoderFile,
    'text.onnx': textEncoderFile,
    'tokenizer.json': tokenizerFile,
    'umci.safetensors': umciFile(0),
    ...contents,
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  await writeFile(join(folder, 'card.md'), '# Tiny\n');
  const entry = (name: string) => packFile(name, files[name]!);
  const pack: Pack = {
    schemaVersion: 2,
    id: 'tiny',
    title: 'Tiny pack',
    version: '1.0.0',
    card: 'card.md',
    files: {
      encoder: entry('encoder.onnx'),
      decoder: entry('decoder.onnx'),
      text: entry('text.onnx'),
      tokenizer: entry('tokenizer.json'),
      umci: entry('umci.safetensors'),
    },
    vision: {
      file: 'encoder',
      input: 'image',
      inputSize: 32,
      fit: 'longest-side-pad',
      interpolation: 'bilinear',
      leadingTokens: 0,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      grid: 4,
      stages: [{ tensor: 'stage1', width: 8, grid: 4 }],
    },
    text: { tokenizer: 'tokenizer', encoder: 'text', width: 5, contextLength: 12, ...TEXT_NAMES },
    head: { kind: 'umci', ...umci, file: 'umci' },
    variants: [],
    segmenter: {
      encoder: { kind: 'vision', tensor: 'embedding' },
      // Its decoder can't be asked.
      boxes: false,
      decoder: 'decoder',
      dialect: 'meta',
      masks: 'masks4',
      qualities: 'scores4',
    },
    defaultRecipe: TINY_RECIPE,
  };
  await writeFile(join(folder, 'pack.json'), JSON.stringify(change(pack)));
  return folder;
}
