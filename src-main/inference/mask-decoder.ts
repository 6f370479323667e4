import { type Frame, MAP_SIDE } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { type DecoderPrompts, decoderPoints } from '../pipeline/region-prompts.ts';
import type { Session, Tensor, Tensors } from './ort.ts';
import type { Stopwatch } from './stopwatch.ts';
import { finite, floats } from './tensor-values.ts';

/** SAM's answer to one prompt: mask tokens 1..3, as in {@link RegionMasks}. */
export type MaskLogits = RegionMasks['levels'];

/** What SAM's encoder says of an image. */
export interface Embedding {
  readonly frame: Frame;
  /** [1, 256, 64, 64]. */
  readonly tensor: Tensor;
}

/** SAM's decoder. */
export class MaskDecoder {
  readonly #session: Session;
  readonly #sam: Pack['sam'];

  constructor(session: Session, sam: Pack['sam']) {
    this.#session = session;
    this.#sam = sam;
  }

  /** SAM's masks for prompts. @throws ClipSamError `inference-failed` */
  async decode(prompts: DecoderPrompts, { frame, tensor }: Embedding, clock: Stopwatch): Promise<MaskLogits> {
    const { masks, qualities } = this.#sam;
    const { coords, labels, count } = decoderPoints(prompts, frame);
    const float32 = (dims: number[], data: Float32Array): Tensor => ({ type: 'float32', dims, data });
    const meta: Tensors = {
      image_embeddings: tensor,
      point_coords: float32([1, count, 2], coords),
      point_labels: float32([1, count], labels),
      mask_input: float32([1, 1, MAP_SIDE, MAP_SIDE], new Float32Array(MAP_SIDE * MAP_SIDE)),
      has_mask_input: float32([1], new Float32Array(1)),
      orig_im_size: float32([2], Float32Array.of(frame.imageHeight, frame.imageWidth)),
    };
    // Pruning takes away the inputs that only the full-size masks need.
    const feeds = Object.fromEntries(this.#session.inputNames.map((name) => [name, meta[name]!]));
    const answer = await clock.run('decode', this.#session, feeds);
    const logits = floats(answer, masks);
    const quality = finite(answer, qualities);
    const plane = MAP_SIDE * MAP_SIDE;
    return [1, 2, 3].map((token) => ({
      logits: logits.slice(token * plane, (token + 1) * plane),
      quality: quality[token]!,
    }));
  }
}
