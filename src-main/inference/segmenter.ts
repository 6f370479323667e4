import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { resizeRgb } from '../codec/image-codec.ts';
import { towerFrame } from '../pipeline/fit.ts';
import { frameTensor } from '../pipeline/frame.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { type DecoderPrompts, decoderPoints } from '../pipeline/region-prompts.ts';
import type { EncoderImage } from './encoder-image.ts';
import type { ModelSessions } from './engine-sessions.ts';
import type { Tensor, Tensors } from './ort.ts';
import type { Stopwatch } from './stopwatch.ts';
import { finite, floats } from './tensor-values.ts';

/** SAM's answer to one prompt: mask tokens 1..3, as in {@link RegionMasks}. */
export type MaskLogits = RegionMasks['levels'];

/** What SAM's encoder says of an image. */
export interface Embedding {
  readonly frame: Frame;
  /** In the order of the decoder's embedding inputs. */
  readonly tensors: readonly Tensor[];
}

/** SAM: its encoder, where the pack has one for it alone, and its decoder. */
export class Segmenter {
  readonly #sessions: Pick<ModelSessions, 'decoder' | 'segmenterEncoder'>;
  readonly #segmenter: Pack['segmenter'];

  constructor(sessions: Pick<ModelSessions, 'decoder' | 'segmenterEncoder'>, segmenter: Pack['segmenter']) {
    this.#sessions = sessions;
    this.#segmenter = segmenter;
  }

  /** An image through SAM's own encoder. */
  async encode({ frame, content }: EncoderImage, clock: Stopwatch): Promise<Embedding> {
    const { encoder } = this.#segmenter;
    const session = this.#sessions.segmenterEncoder;
    if (encoder.kind !== 'own' || !session || !content) throw new TypeError('SAM has no encoder of its own');
    const { inputSize: size, interpolation, mean, std } = encoder;
    const tower = towerFrame(frame, encoder);
    const shown = { width: frame.width, height: frame.height, data: content };
    const isSame = tower.width === frame.width && tower.height === frame.height;
    const { data } = isSame ? shown : await resizeRgb(shown, tower.width, tower.height, interpolation);
    const outputs = await clock.run('encode', session, {
      [encoder.input]: {
        type: 'float32',
        dims: [1, 3, size, size],
        data: frameTensor(data, tower, mean, std),
      },
    });
    return { frame, tensors: encoder.outputs.map((name) => outputs[name]!) };
  }

  /** SAM's masks for prompts. @throws ClipSamError `inference-failed` */
  async decode(
    prompts: DecoderPrompts,
    { frame, tensors }: Embedding,
    clock: Stopwatch,
  ): Promise<MaskLogits> {
    const { masks, qualities } = this.#segmenter;
    const { decoder } = this.#sessions;
    const { coords, labels, count } = decoderPoints(prompts, frame);
    const float32 = (dims: number[], data: Float32Array): Tensor => ({ type: 'float32', dims, data });
    const meta: Tensors = {
      image_embeddings: tensors[0]!,
      point_coords: float32([1, count, 2], coords),
      point_labels: float32([1, count], labels),
      mask_input: float32([1, 1, MAP_SIDE, MAP_SIDE], new Float32Array(MAP_SIDE * MAP_SIDE)),
      has_mask_input: float32([1], new Float32Array(1)),
      orig_im_size: float32([2], Float32Array.of(frame.imageHeight, frame.imageWidth)),
    };
    // Pruning takes away the inputs that only the full-size masks need.
    const feeds = Object.fromEntries(decoder.inputNames.map((name) => [name, meta[name]!]));
    const answer = await clock.run('decode', decoder, feeds);
    const logits = floats(answer, masks);
    const quality = finite(answer, qualities);
    const plane = MAP_SIDE * MAP_SIDE;
    return [1, 2, 3].map((token) => ({
      logits: logits.slice(token * plane, (token + 1) * plane),
      quality: quality[token]!,
    }));
  }
}
