import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { packFile, writeTinyPack } from './tiny-pack.ts';

export interface OwnSegmenter {
  readonly dialect: 'hugging-face' | 'sam2';
  readonly fit: 'longest-side-pad' | 'squash';
  /** Side of the encoder's square, a multiple of 256. */
  readonly inputSize: number;
  /** Side of the decoder's masks, a divisor of 256. */
  readonly maskSide: number;
  /** Default: as the dialect has them. */
  readonly boxes?: boolean;
  /** False: the decoder has an input for boxes and does nothing with it. */
  readonly usesBoxes?: boolean;
}

/**
 * The tiny pack with an encoder for SAM alone. It sees how bright each pixel is, and the decoder's mask of a point is what is
 * bright within a quarter of its square around it.
 */
export async function writeOwnSegmenterPack(folder: string, options: OwnSegmenter): Promise<void> {
  const { dialect, fit, inputSize, maskSide } = options;
  const outputs = dialect === 'sam2' ? ['seen.0', 'seen.1', 'seen.2'] : ['seen', 'positions'];
  const files = {
    'sam-encoder.onnx': brightness(inputSize, maskSide, outputs),
    'sam-decoder.onnx': brightAround(options),
  };
  await writeTinyPack(folder, (pack) => ({
    ...pack,
    files: {
      ...pack.files,
      ...Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, packFile(name, bytes)])),
    },
    segmenter: {
      encoder: {
        kind: 'own',
        file: 'sam-encoder.onnx',
        input: 'pixel_values',
        inputSize,
        fit,
        interpolation: 'bilinear',
        mean: [127.5, 127.5, 127.5],
        std: [127.5, 127.5, 127.5],
        outputs,
      },
      decoder: 'sam-decoder.onnx',
      dialect,
      boxes: options.boxes ?? dialect === 'sam2',
      masks: 'pred_masks',
      qualities: 'iou_scores',
    } satisfies Pack['segmenter'],
  }));
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}

function brightness(size: number, side: number, outputs: readonly string[]): Uint8Array {
  const b = new GraphBuilder();
  const pixels = b.input('pixel_values', 'float32', [1, 3, size, size]);
  const by = size / side;
  const seen = b.reduceMean(b.reshape(pixels, [1, 3, side, by, side, by]), [1, 3, 5]);
  outputs.forEach((name, i) => {
    b.output(name, b.mul(b.reshape(seen, [1, 1, side, side]), b.constant(1 / (i + 1))));
  });
  return encodeModel(b.build('brightness'));
}

function brightAround({ dialect, inputSize, maskSide, usesBoxes = true }: OwnSegmenter): Uint8Array {
  const b = new GraphBuilder();
  const names =
    dialect === 'sam2'
      ? ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2']
      : ['image_embeddings', 'image_positional_embeddings'];
  const embeddings = names.map((name) => b.input(name, 'float32', [1, 1, maskSide, maskSide]));
  const points = b.input('input_points', 'float32', [1, 'prompts', 'points', 2]);
  b.input('input_labels', 'int64', [1, 'prompts', 'points']);
  // The padding point is (0, 0).
  const centre = b.unsqueeze(b.reduceMax(points, 2, true), [4]);
  const axis = Array.from({ length: maskSide }, (_, i) => (i + 0.5) * (inputSize / maskSide));
  const beyond = (along: Value, at: number) => {
    const d = b.sub(along, b.slice(centre, 3, at, at + 1));
    return b.relu(b.sub(b.add(b.relu(d), b.relu(b.neg(d))), b.constant(inputSize / 4)));
  };
  const far = b.add(
    beyond(b.constant(axis, [1, 1, 1, 1, maskSide]), 0),
    beyond(b.constant(axis, [1, 1, 1, maskSide, 1]), 1),
  );
  const bright = b.sum(embeddings.map((embedding, i) => b.mul(embedding, b.constant((i + 1) * 2))));
  let logits = b.sub(b.unsqueeze(bright, [2]), far);
  if (dialect === 'sam2') {
    const boxes = b.reduceSum(b.input('input_boxes', 'float32', [1, 'boxes', 4]));
    if (usesBoxes) logits = b.add(logits, b.mul(boxes, b.constant(1e-4)));
  }
  b.output('pred_masks', b.mul(logits, b.constant([0.5, 1, 2], [1, 1, 3, 1, 1])));
  const none = b.mul(b.squeeze(b.slice(centre, 3, 0, 1), [3, 4]), b.constant(0));
  b.output('iou_scores', b.add(none, b.constant([0.9, 0.8, 0.7], [1, 1, 3])));
  return encodeModel(b.build('bright-around'));
}
