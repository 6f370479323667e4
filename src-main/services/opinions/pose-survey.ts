import type { PoseSpread } from '../../../src-shared/alignment.ts';
import { blamesNoImage } from '../../../src-shared/error-codes.ts';
import { throwIfCancelled, toErrorRecord } from '../../../src-shared/errors.ts';
import type { PartMark } from '../../../src-shared/inspection-area.ts';
import type { Recipe } from '../../../src-shared/recipe.ts';
import type { TemplatePicture } from '../../inference/comparison.ts';
import type { InferenceClient } from '../../inference/inference-client.ts';
import { type PartPose, poseSpread } from '../../pipeline/part-pose.ts';

/** Parts that are looked at: enough to see whether they lie alike. */
const LOOKED_AT = 12;
/**
 * Certainty from which an angle is taken for sure. Turned copies of one part have 0.94 and more; hazelnuts, round and
 * each with a surface of its own, have 0.6 to 0.9, and are not to be turned by chance.
 */
const SURE = 0.9;

export interface SurveyOptions {
  readonly inference: Pick<InferenceClient, 'pose'>;
  readonly recipe: Pick<Recipe, 'maxPixels'>;
  /** How parts are found, see `TemplatePicture`. */
  readonly part?: PartMark | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** How far parts lie apart. */
export interface PoseSurvey {
  readonly spread: PoseSpread;
  /** Share of the pictures looked at that show surely how their part lies, 0..1. */
  readonly shown: number;
}

/**
 * How far the parts of pictures lie apart: whether they should be aligned. Up to twelve of them are looked at, spread
 * over all.
 * @param pictures the first: that which parts would be turned like
 * @returns undefined where fewer than two, or most of them not, show how their part lies
 * @throws ClipSamError `cancelled`, and what every picture would meet
 */
export async function surveyPoses(
  pictures: readonly TemplatePicture[],
  { inference, recipe, part, signal }: SurveyOptions,
): Promise<PoseSurvey | undefined> {
  const count = Math.min(LOOKED_AT, pictures.length);
  const chosen = Array.from(
    { length: count },
    (_, i) => pictures[Math.floor((i * pictures.length) / count)]!,
  );
  const [first] = chosen;
  if (!first || count < 2) return undefined;
  const template = { ...first, ...(part && { part }) };
  const { maxPixels } = recipe;
  const poseOf = async (picture: TemplatePicture): Promise<PartPose | undefined> => {
    try {
      const answer = await inference.pose({ ...picture, recipe: { maxPixels }, template }, signal);
      return 'doubt' in answer ? undefined : answer;
    } catch (error) {
      throwIfCancelled(signal);
      if (blamesNoImage(toErrorRecord(error).code)) throw error;
      return undefined;
    }
  };
  const poses = (await Promise.all(chosen.map(poseOf))).filter((pose) => pose !== undefined);
  const sure = poses.filter(({ certainty }) => certainty >= SURE);
  return poses.length < 2 || poses.length <= count / 2
    ? undefined
    : { spread: poseSpread(poses), shown: sure.length / count };
}
