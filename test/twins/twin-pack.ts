import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { convertLinearHead } from '../../src-main/checkpoint/linear-head.ts';
import { writeSafetensors } from '../../src-main/graph/safetensors.ts';
import { umciParameters } from '../../src-main/graph/umci.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { noise, packFile, TINY_RECIPE, tinyDecoder, tinySamEncoder } from '../inference/tiny-pack.ts';
import { BLOCK_TENSOR, CLIP_TWINS, POSITION_TABLE } from './clip-twins.ts';
import { twinFile } from './twins.ts';

/** Channels of the twins' vision towers, and length of their joint embeddings. */
const WIDTH = 32;
const JOINT = 24;

const UMCI = {
  hiddenDim: 8,
  scaleKernels: [3, 9],
  stripKernel: 3,
  paths: { strip: true, scale: true },
  separable: true,
  novelty: [],
};

export interface TwinPackOptions {
  readonly clip: (typeof CLIP_TWINS)[number]['twin'];
  /** Side of the vision tower's square; a multiple of the patch. */
  readonly inputSize: number;
  readonly head: 'none' | 'linear' | 'umci';
  /** Default `tiny`: the tiny pack's, in Meta's dialect. */
  readonly sam?: keyof typeof SAM_PARTS;
}

interface SamPart extends Omit<Pack['segmenter'], 'decoder'> {
  readonly twin?: string;
  /** In the twin's folder. */
  readonly encoderFile?: string;
  /** Location of the encoder's weights outside of it, in the same folder. */
  readonly location?: string;
}

/** As SAM's encoders see an image: ImageNet's mean and deviation, on the 0..255 scale. */
function samEncoder(
  fit: 'squash' | 'longest-side-pad',
  outputs: string[],
): Extract<SamPart['encoder'], { readonly kind: 'own' }> {
  return {
    kind: 'own',
    file: 'sam',
    input: 'pixel_values',
    inputSize: 1024,
    fit,
    interpolation: 'bilinear',
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    outputs,
  };
}

const SAM_VIT: SamPart = {
  twin: 'sam-vit',
  encoderFile: 'vision_encoder.onnx',
  encoder: samEncoder('longest-side-pad', ['image_embeddings', 'image_positional_embeddings']),
  dialect: 'hugging-face',
  boxes: false,
  masks: 'pred_masks',
  qualities: 'iou_scores',
};

const SAM_PARTS = {
  tiny: {
    encoder: {
      ...samEncoder('longest-side-pad', ['embedding']),
      input: 'pixels',
      mean: [120, 115, 100],
      std: [60, 58, 56],
    },
    dialect: 'meta',
    boxes: true,
    masks: 'candidates',
    qualities: 'candidate_qualities',
  },
  'sam-vit': SAM_VIT,
  'sam-vit with weights outside': {
    ...SAM_VIT,
    encoderFile: 'external/vision_encoder.onnx',
    location: 'vision_encoder.onnx_data',
  },
  'sam2.1': {
    ...SAM_VIT,
    twin: 'sam2.1',
    encoder: samEncoder('squash', ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2']),
    dialect: 'sam2',
    boxes: true,
  },
} satisfies Record<string, SamPart>;

/**
 * Makes a pack of a CLIP twin: squashed square, stages by block, resized positions, a text tower with CLIP's own tokeniser,
 * and an encoder for SAM alone.
 * @param change edits pack.json before it is written
 */
export async function writeTwinPack(
  folder: string,
  { clip, inputSize, head, sam = 'tiny' }: TwinPackOptions,
  change: (pack: Pack) => Pack = (pack) => pack,
): Promise<Pack> {
  const { patch, blocks } = CLIP_TWINS.find(({ twin }) => twin === clip)!;
  const grid = inputSize / patch;
  await mkdir(folder, { recursive: true });
  const files: Pack['files'] = {};
  const write = async (key: string, name: string, bytes: Uint8Array) => {
    await writeFile(join(folder, name), bytes);
    files[key] = packFile(name, bytes);
  };
  const copy = async (key: string, path: string) => {
    const name = `${key}${path.slice(path.lastIndexOf('.'))}`;
    await copyFile(twinFile(path), join(folder, name));
    files[key] = packFile(name, await readFile(join(folder, name)));
  };
  await copy('vision', `${clip}/vision_model.onnx`);
  await copy('text', `${clip}/text_model.onnx`);
  await copy('tokenizer', 'clip-tokenizer/tokenizer.json');
  const { twin, encoderFile, location, ...segmenter }: SamPart = SAM_PARTS[sam];
  if (twin === undefined) {
    await write('sam', 'sam.onnx', tinySamEncoder());
    await write('decoder', 'decoder.onnx', tinyDecoder());
  } else {
    await copy('sam', `${twin}/${encoderFile}`);
    await copy('decoder', `${twin}/prompt_encoder_mask_decoder.onnx`);
  }
  if (location !== undefined) {
    await copy('weights', `${twin}/external/${location}`);
    files.sam = { ...files.sam!, external: [{ location, file: 'weights' }] };
  }
  const shape = { stageWidths: blocks.map(() => WIDTH), textWidth: JOINT };
  if (head === 'linear') {
    await write('head', 'head.safetensors', await convertLinearHead(twinFile('april-gan/head.pth'), shape));
  }
  if (head === 'umci') await write('head', 'head.safetensors', randomUmci(shape));
  const pack: Pack = change({
    schemaVersion: 2,
    id: 'twin',
    title: 'Twin',
    version: '1',
    card: 'card.md',
    files,
    vision: {
      file: 'vision',
      input: 'pixel_values',
      inputSize,
      fit: 'squash',
      interpolation: 'bicubic',
      // https://github.com/openai/CLIP: on the 0..1 scale there.
      mean: [122.7709383, 116.7460125, 104.09373615],
      std: [68.5005327, 66.6321579, 70.32316305],
      leadingTokens: 1,
      grid,
      stages: blocks.map((block) => ({ block, width: WIDTH, grid })),
      blockTensor: BLOCK_TENSOR,
      positions: { initializer: POSITION_TABLE, resize: 'bicubic-antialias' },
      imageEmbedding: 'image_embeds',
    },
    text: {
      tokenizer: 'tokenizer',
      encoder: 'text',
      ids: 'input_ids',
      output: 'text_embeds',
      width: JOINT,
      contextLength: 77,
      padding: 49407,
    },
    segmenter: { ...segmenter, decoder: 'decoder' },
    head:
      head === 'none'
        ? { kind: 'none', scale: 100 }
        : head === 'linear'
          ? { kind: 'linear', file: 'head', scale: 100 }
          : { kind: 'umci', file: 'head', ...UMCI },
    variants: [],
    defaultRecipe: { ...TINY_RECIPE, name: 'twin', pack: 'twin' },
  });
  await writeFile(join(folder, 'card.md'), '# Twin\n');
  await writeFile(join(folder, 'pack.json'), JSON.stringify(pack));
  return pack;
}

function randomUmci(shape: { readonly stageWidths: number[]; readonly textWidth: number }): Uint8Array {
  const weights = umciParameters({ ...UMCI, ...shape }).map(({ name, shape: dims, fan }, i) => {
    const count = dims.reduce((product, size) => product * size, 1);
    const gain = fan > 0 ? 1.5 / Math.sqrt(fan) : 1;
    const data = fan === -1 ? new Float32Array(count).fill(1) : noise(count, 200 + i).map((x) => x * gain);
    return [name, { shape: dims, data }] as const;
  });
  return writeSafetensors(new Map(weights), { half: false });
}
