import { frameFor } from '../../src-shared/frame.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { Recipe } from '../../src-shared/recipe.ts';
import { modelVerdict } from '../../src-shared/verdict.ts';
import { areaCells, clearOutside } from '../pipeline/area-mask.ts';
import { imageScore } from '../pipeline/image-score.ts';
import { peakWithin } from '../pipeline/map-peaks.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';

import type { Comparison } from './comparison.ts';
import type { Rescored, RescoreJob } from './inference-protocol.ts';
import type { ComparingOptions, OpinionImage, Opinions } from './opinions.ts';
import { readTokenFile } from './token-file.ts';

/** What scores images again, by what is kept of them. */
export interface Rescoring {
  readonly opinions: Opinions;
  readonly packHash: string;
  /** Side of the encoder's square in pixels. */
  readonly inputSize: number;
}

/**
 * Scores images again with each comparison, by their token files: no image is read and SAM is not asked.
 * @returns per image, per comparison; null for an image without a token file of this pack
 * @throws ClipSamError `cancelled`
 */
export async function rescore(
  { images, comparisons, recipe }: RescoreJob,
  { opinions, packHash, inputSize }: Rescoring,
  options: ComparingOptions = {},
): Promise<(readonly Rescored[] | null)[]> {
  const all: (readonly Rescored[] | null)[] = [];
  for (const { key, path, areas = [], area } of images) {
    const file = await readTokenFile(path, packHash);
    if (file?.key !== key) {
      all.push(null);
      continue;
    }
    const frame = frameFor(file.width, file.height, inputSize);
    const { views, language, alignment } = file;
    const cells = area && areaCells(area, frame);
    const image: OpinionImage = { key, frame, tokens: views[0]!, alignment, language, cells };
    const answers: Rescored[] = [];
    for (const comparison of comparisons) {
      answers.push(await rescoreImage(image, comparison, { recipe, areas, opinions }, options));
    }
    all.push(answers);
  }
  return all;
}

async function rescoreImage(
  image: OpinionImage,
  comparison: Comparison | null,
  {
    recipe,
    areas,
    opinions,
  }: {
    readonly recipe: Recipe;
    readonly areas: readonly (readonly Polygon[])[];
    readonly opinions: Opinions;
  },
  options: ComparingOptions,
): Promise<Rescored> {
  const { frame, cells } = image;
  const seen = (map: ScoreMap) => (cells ? clearOutside(map, cells) : map);
  const { answer } = comparison ? await opinions.of(image, comparison, options) : { answer: undefined };
  const map = seen(answer?.fused ?? image.language);
  const score = answer ? answer.score : imageScore(map);
  return {
    score,
    verdict: modelVerdict(score, recipe),
    opinions: answer?.scores ?? [],
    peaks: areas.map((polygons) => peakWithin(map, polygons, frame)),
  };
}
