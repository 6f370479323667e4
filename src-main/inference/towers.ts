import type { Frame } from '../../src-shared/frame.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import { type ContentGrid, cropStage, type FeedTensor } from '../graph/umci-feeds.ts';
import { contentLattice, type Lattice, onLattice, type TowerFrame, towerFrame } from '../pipeline/fit.ts';
import { frameGrid } from '../pipeline/frame.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import type { EncoderImage } from './encoder-image.ts';
import type { ModelSessions } from './engine-sessions.ts';
import { headMatrices } from './head-matrices.ts';
import type { Tensor } from './ort.ts';
import type { Stopwatch } from './stopwatch.ts';
import { finite, floats } from './tensor-values.ts';
import { TextTower } from './text-tower.ts';
import type { Tokenizer } from './tokenizer.ts';

/** What the vision tower says of an image. */
export interface Encoded {
  /** Tokens of the content per stage, on the tower's own grid: what the head takes. */
  readonly stages: readonly FeedTensor[];
  /** SAM's embedding, where the tower makes that too. */
  readonly embedding: Tensor | undefined;
}

/** An image through both towers and the head. */
export interface LookedAt extends Encoded {
  readonly coarse: ScoreMap;
}

/** Tokens along the square of the map frame, on which images are compared: 4 cells of the coarse map each. */
export const FRAME_TOKENS = 64;

/** Both towers of a pack, and the head on them. */
export class Towers {
  readonly #pack: Pack;
  readonly #sessions: ModelSessions;
  readonly #text: TextTower;

  constructor(pack: Pack, sessions: ModelSessions, tokenizer: Tokenizer) {
    this.#pack = pack;
    this.#sessions = sessions;
    this.#text = new TextTower(sessions.text, tokenizer, pack.text);
  }

  /** One pass of the vision tower. */
  async encode(image: EncoderImage, clock: Stopwatch): Promise<Encoded> {
    const { frame } = image;
    const { vision, segmenter } = this.#pack;
    const { input, stages, grid, leadingTokens } = vision;
    const outputs = await clock.run('encode', this.#sessions.vision, { [input]: this.#pixels(image) });
    const content = this.content(frame);
    const cropped = stages.map((stage) => {
      const rows = floats(outputs, stageTensor(vision, stage));
      return cropStage(rows.subarray(leadingTokens * stage.width), stage, grid, content);
    });
    const { encoder } = segmenter;
    return { stages: cropped, embedding: encoder.kind === 'vision' ? outputs[encoder.tensor] : undefined };
  }

  /** Language tokens [2, C_t] of a recipe: normal, abnormal. @throws ClipSamError `text-too-long` */
  language(recipe: Pick<Recipe, 'object' | 'prompts'>, clock: Stopwatch): Promise<Tensor> {
    return this.#text.tokens(recipe, clock);
  }

  /** The map of the pack's head, on the cells of the map frame. @throws ClipSamError `inference-failed` */
  async headMap({ stages }: Encoded, text: Tensor, frame: Frame, clock: Stopwatch): Promise<ScoreMap> {
    const feeds: Record<string, Tensor> = { text, ...headMatrices(this.#pack.head, this.content(frame)) };
    stages.forEach((tokens, index) => {
      feeds[`stage_${index}`] = tokens;
    });
    const answer = await clock.run('umci', this.#sessions.head, feeds);
    return this.onCells(finite(answer, 'coarse'), frame);
  }

  /**
   * The stages on the lattice of the map frame, {@link FRAME_TOKENS} along its square, as images are compared and parts
   * are looked for.
   */
  frameTokens({ stages }: Pick<Encoded, 'stages'>, frame: Frame): readonly FeedTensor[] {
    const from = contentLattice(this.#tower(frame), this.#pack.vision.grid);
    const to = contentLattice(frame, FRAME_TOKENS);
    return stages.map(({ type, dims, data }) => {
      const channels = dims[2]!;
      return { type, dims: [to.height, to.width, channels], data: onLattice(data, channels, from, to) };
    });
  }

  /** A head's map on the cells of the map frame. */
  onCells(data: Float32Array, frame: Frame): ScoreMap {
    const from = contentLattice(this.#tower(frame), this.#pack.vision.grid * CELLS_PER_TOKEN);
    const to: Lattice = contentLattice(frame, frame.size / frame.cell);
    return { width: to.width, height: to.height, data: onLattice(data, 1, from, to) };
  }

  #pixels(image: EncoderImage): Tensor {
    const { frame, pixels } = image;
    const { inputSize } = this.#pack.vision;
    if (!(pixels instanceof Uint8Array)) {
      return { type: 'float32', dims: [1, 3, inputSize, inputSize], data: pixels };
    }
    const { width, height } = this.#tower(frame);
    return { type: 'uint8', dims: [height, width, 3], data: pixels };
  }

  #tower(frame: Frame): TowerFrame {
    return towerFrame(frame, this.#pack.vision);
  }

  /** Size of an image's content on the tower's grid, and in cells of it. */
  content(frame: Frame): ContentGrid {
    const { grid } = this.#pack.vision;
    const content = this.#tower(frame);
    const map = frameGrid(content, grid * CELLS_PER_TOKEN);
    return { ...frameGrid(content, grid), mapWidth: map.width, mapHeight: map.height };
  }
}
