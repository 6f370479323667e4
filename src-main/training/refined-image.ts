import type { Frame } from '../../src-shared/frame.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import type { EncoderImage } from '../inference/encoder-image.ts';
import type { Engine } from '../inference/engine.ts';
import { upsampleToFrame } from '../pipeline/bilinear.ts';
import { imageScore } from '../pipeline/image-score.ts';
import { fuseMasks } from '../pipeline/mask-fusion.ts';
import type { LevelLogits } from '../pipeline/mask-levels.ts';
import { regionPrompts } from '../pipeline/region-prompts.ts';
import { findRegions, minRegionCells } from '../pipeline/regions.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';

/** How a coarse map is refined. */
export interface Refinement {
  readonly theta: number;
  readonly lambda: number;
  readonly points: number;
  /** Which of SAM's three masks count, from 1. */
  readonly levels: readonly number[];
  /** Masks count by how well the coarse map supports them, beside SAM's own quality. */
  readonly support: boolean;
}

/** An image whose coarse map is refined in several ways: it is encoded once, and SAM answers each prompt once. */
export class RefinedImage {
  readonly #image: EncoderImage;
  readonly #recipe: Recipe;
  readonly #engine: Pick<Engine, 'coarseMap' | 'askSam'>;
  readonly #coarse: ScoreMap;
  readonly #answers = new Map<string, readonly LevelLogits[]>();

  private constructor(
    image: EncoderImage,
    recipe: Recipe,
    engine: Pick<Engine, 'coarseMap' | 'askSam'>,
    coarse: ScoreMap,
  ) {
    this.#image = image;
    this.#recipe = recipe;
    this.#engine = engine;
    this.#coarse = coarse;
  }

  /** Encodes an image. @throws ClipSamError as `Engine` */
  static async of(
    image: EncoderImage,
    recipe: Recipe,
    engine: Pick<Engine, 'coarseMap' | 'askSam'>,
    signal?: AbortSignal,
  ): Promise<RefinedImage> {
    const { coarse } = await engine.coarseMap(image, recipe, signal);
    return new RefinedImage(image, recipe, engine, coarse);
  }

  get frame(): Frame {
    return this.#image.frame;
  }

  /** The final map, frame pixels, and the image's score. @param refinement null: the coarse map is the answer */
  async map(refinement: Refinement | null): Promise<{ readonly map: ScoreMap; readonly score: number }> {
    const coarse = this.#coarse;
    if (!refinement) {
      const map = upsampleToFrame(coarse, this.frame);
      return { map, score: imageScore(map) };
    }
    const { theta, lambda, points, levels, support } = refinement;
    const { minRegionArea, maxRegions } = this.#recipe;
    const minCells = minRegionCells(coarse, minRegionArea);
    const regions = [];
    for (const region of findRegions(coarse, { theta, minCells, maxRegions })) {
      const prompts = regionPrompts(region, coarse, this.frame, points);
      const answer = await this.#ask(prompts);
      regions.push({ region, prompts, levels: levels.map((level) => answer[level - 1]!) });
    }
    const { finalMap, score } = fuseMasks({ coarse, frame: this.frame, regions, theta, lambda, support });
    return { map: finalMap, score };
  }

  async #ask(prompts: ReturnType<typeof regionPrompts>): Promise<readonly LevelLogits[]> {
    const name = JSON.stringify(prompts);
    const known = this.#answers.get(name);
    if (known) return known;
    // Its embedding was kept when it was encoded; an encoder of SAM's own makes it from the image.
    const answer =
      (await this.#engine.askSam(this.#image.key, prompts)) ??
      (await this.#engine.askSam(this.#image.key, prompts, this.#image));
    this.#answers.set(name, answer!.levels);
    return answer!.levels;
  }
}
