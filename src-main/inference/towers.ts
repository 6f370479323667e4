import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Frame } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { CELLS_PER_TOKEN } from '../graph/umci.ts';
import { type ContentGrid, cropStage, type FeedTensor, umciMatrices } from '../graph/umci-feeds.ts';
import { frameGrid } from '../pipeline/frame.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import type { ModelSessions } from './engine-sessions.ts';
import type { Embedding } from './mask-decoder.ts';
import type { Tensor } from './ort.ts';
import type { Stopwatch } from './stopwatch.ts';
import { finite, floats } from './tensor-values.ts';
import { TextTower } from './text-tower.ts';
import type { Tokenizer } from './tokenizer.ts';

/** An image as the vision tower takes it. */
export interface EncoderImage {
  /** What its embedding is kept under: another picture, another key. */
  readonly key: string;
  readonly frame: Frame;
  /** [3, size, size], normalised, padding zero. */
  readonly pixels: Float32Array;
}

/** What decides a coarse map, besides the image. */
export type LanguageRecipe = Pick<Recipe, 'object' | 'prompts'>;

/** What the vision tower says of an image. */
export interface Encoded {
  /** Tokens of the content, per stage. */
  readonly stages: readonly FeedTensor[];
  readonly embedding: Embedding;
}

/** An image through both towers and the head. */
export interface LookedAt extends Encoded {
  readonly coarse: ScoreMap;
}

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

  /** One pass of the vision tower: the stages for UMCI, and the embedding for SAM. */
  async encode({ frame, pixels }: EncoderImage, clock: Stopwatch): Promise<Encoded> {
    const { input, inputSize, samEmbedding, stages, grid } = this.#pack.vision;
    const outputs = await clock.run('encode', this.#sessions.vision, {
      [input]: { type: 'float32', dims: [1, 3, inputSize, inputSize], data: pixels },
    });
    const content = this.#content(frame);
    return {
      stages: stages.map((stage) => cropStage(floats(outputs, stage.tensor), stage, grid, content)),
      embedding: { frame, tensor: outputs[samEmbedding]! },
    };
  }

  /**
   * The coarse map, and what it was made of.
   * @throws ClipSamError `text-too-long`, `cancelled` (between two sessions), `inference-failed`
   */
  async look(
    image: EncoderImage,
    recipe: LanguageRecipe,
    clock: Stopwatch,
    signal: AbortSignal | undefined,
  ): Promise<LookedAt> {
    throwIfCancelled(signal);
    const text = await this.#text.tokens(recipe, clock);
    throwIfCancelled(signal);
    const encoded = await this.encode(image, clock);
    throwIfCancelled(signal);
    const content = this.#content(image.frame);
    const feeds: Record<string, Tensor> = { text, ...umciMatrices(this.#pack.umci, content) };
    encoded.stages.forEach((tokens, index) => {
      feeds[`stage_${index}`] = tokens;
    });
    const answer = await clock.run('umci', this.#sessions.umci, feeds);
    const { mapWidth: width, mapHeight: height } = content;
    return { ...encoded, coarse: { width, height, data: finite(answer, 'coarse') } };
  }

  #content(frame: Frame): ContentGrid {
    const { grid } = this.#pack.vision;
    const map = frameGrid(frame, grid * CELLS_PER_TOKEN);
    return { ...frameGrid(frame, grid), mapWidth: map.width, mapHeight: map.height };
  }
}
