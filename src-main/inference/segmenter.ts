import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { resizeRgb } from '../codec/image-codec.ts';
import { type DecoderPrompts, placedPrompts, pointsOnly } from '../pipeline/decoder-prompts.ts';
import { towerFrame } from '../pipeline/fit.ts';
import { frameTensor } from '../pipeline/frame.ts';
import { logitsOnFrame } from '../pipeline/mask-lattice.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { DECODER_TENSORS, decoderRuns } from './decoder-dialects.ts';
import type { EncoderImage, TowerPair } from './encoder-image.ts';
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

/** Masks of different sizes that SAM gives to each prompt. */
const LEVELS = 3;

/** SAM in any dialect: its encoder, where the pack has one for it alone, and its decoder. */
export class Segmenter {
  readonly #sessions: Pick<ModelSessions, 'decoder' | 'segmenterEncoder'>;
  readonly #towers: TowerPair;

  constructor(sessions: Pick<ModelSessions, 'decoder' | 'segmenterEncoder'>, towers: TowerPair) {
    this.#sessions = sessions;
    this.#towers = towers;
  }

  get #segmenter(): Pack['segmenter'] {
    return this.#towers.segmenter;
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
    const pixels: Tensor = session.takesBytes
      ? { type: 'uint8', dims: [tower.height, tower.width, 3], data }
      : { type: 'float32', dims: [1, 3, size, size], data: frameTensor(data, tower, mean, std) };
    const outputs = await clock.run('encode', session, { [encoder.input]: pixels });
    return { frame, tensors: encoder.outputs.map((name) => outputs[name]!) };
  }

  /**
   * SAM's masks for each of the prompts, on the cells of the map frame; several in a run where the decoder takes them.
   * A decoder that takes no boxes is asked with points alone, see {@link pointsOnly}.
   * @throws ClipSamError `inference-failed`; `cancelled` between two runs
   */
  async decode(
    prompts: readonly DecoderPrompts[],
    { frame, tensors }: Embedding,
    clock: Stopwatch,
    signal?: AbortSignal,
  ): Promise<MaskLogits[]> {
    const { dialect, boxes, encoder } = this.#segmenter;
    const { decoder } = this.#sessions;
    const tower = towerFrame(frame, encoder.kind === 'own' ? encoder : this.#towers.vision);
    const placed = prompts.map((asked) =>
      placedPrompts(boxes ? asked : pointsOnly(asked).prompts, frame, tower),
    );
    const embedding = Object.fromEntries(
      DECODER_TENSORS[dialect].embeddings.map((name, i) => [name, tensors[i]!]),
    );
    const answers: MaskLogits[] = [];
    for (const run of decoderRuns(dialect, placed, frame)) {
      throwIfCancelled(signal);
      const all: Tensors = { ...embedding, ...run.feeds };
      // Pruning takes away the inputs that only the full-size masks need.
      const feeds = Object.fromEntries(decoder.inputNames.map((name) => [name, all[name]!]));
      const answer = await clock.run('decode', decoder, feeds);
      const masks = this.#masksOf(answer, run.prompts.length);
      run.prompts.forEach((prompt, i) => {
        answers[prompt] = masks[i]!.map(({ logits, side, quality }) => ({
          logits: logitsOnFrame(logits, side, tower, frame),
          quality,
        }));
      });
    }
    return answers;
  }

  /** The levels of each prompt, in the encoder's square; Meta's dialect has a mask for certain prompts before them. */
  #masksOf(answer: Tensors, count: number) {
    const { masks, qualities } = this.#segmenter;
    const logits = floats(answer, masks);
    const quality = finite(answer, qualities);
    const dims = answer[masks]!.dims;
    const side = dims.at(-1)!;
    const plane = side * side;
    const each = quality.length / count;
    if (dims.at(-2) !== side || !(each >= LEVELS) || logits.length !== count * each * plane) {
      throw new ClipSamError(
        'pack-invalid',
        `SAM's decoder answered ${count} prompts with masks [${dims.join(', ')}] and ${quality.length} qualities; three square masks with a quality each are needed per prompt. Correct "segmenter" in pack.json, or use the file that the pack was made with.`,
      );
    }
    return Array.from({ length: count }, (_, prompt) =>
      Array.from({ length: LEVELS }, (_unused, level) => {
        const at = (prompt + 1) * each - LEVELS + level;
        return { logits: logits.slice(at * plane, (at + 1) * plane), side, quality: quality[at]! };
      }),
    );
  }
}
