import { ClipSamError } from '../../src-shared/errors.ts';
import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { linearHeadParameters } from '../graph/linear-head.ts';
import type { WeightTensor } from '../graph/safetensors.ts';
import { type EmbeddingTail, findEmbeddingTail } from '../graph/similarity.ts';
import { weightCount } from '../graph/weight-spec.ts';
import type { MethodTools, VisionFile } from './method.ts';
import { stageShape } from './stage-feeds.ts';

/** Of OpenAI's CLIP, whose logit scale is fixed at its upper end. */
export const CLIP_SCALE = 100;

/** Whether a tower brings an image to the space of its text by itself, as CLIP's does. */
export function hasOwnProjection({ vision }: Pack): boolean {
  return vision.imageEmbedding !== undefined;
}

/** Whether a pack's tokens can be brought to the space of its text. */
export function hasProjection(pack: Pack): boolean {
  return hasOwnProjection(pack) || pack.methodWeights?.projection !== undefined;
}

/** By what cosines are multiplied. */
export function cosineScale(pack: Pack): number {
  const { head, methodWeights } = pack;
  if (!hasOwnProjection(pack)) return methodWeights!.projection!.scale;
  return head.kind === 'umci' ? CLIP_SCALE : head.scale;
}

/** Numbers of a pack's projection that were trained for it: none where the tower brought it along. */
export function projectionParameters(pack: Pack, of: 'every-stage' | 'last-stage'): number {
  if (hasOwnProjection(pack)) return 0;
  const all = linearHeadParameters(stageShape(pack));
  return weightCount(of === 'every-stage' ? all : all.filter(({ name }) => name.startsWith(lastStage(pack))));
}

/**
 * Which of a pack’s stages the last block’s tokens are, and the end of the tower behind them.
 * @throws ClipSamError `model-tensor-unknown`; `pack-invalid` when none is
 */
export function towerEnd(
  { id, vision }: Pack,
  { model, read }: Pick<VisionFile, 'model' | 'read'>,
): { readonly stage: number; readonly tail: EmbeddingTail } {
  const tail = findEmbeddingTail(model, vision.imageEmbedding ?? '', read);
  const stage = vision.stages.findIndex((candidate) => stageTensor(vision, candidate) === tail.stream);
  if (stage >= 0) return { stage, tail };
  throw new ClipSamError(
    'pack-invalid',
    `Pack ${id}: without a trained head the map is made of "${tail.stream}", which none of its stages is. Add it to "vision.stages" in pack.json.`,
  );
}

/** The pack's own layer on its last stage, as weights of a linear head of one stage. */
export async function lastLayer(tools: MethodTools): Promise<ReadonlyMap<string, WeightTensor>> {
  const last = lastStage(tools.pack);
  const all = await tools.weights(tools.pack.methodWeights!.projection!.file);
  const own = [...all].filter(([name]) => name.startsWith(last));
  return new Map(own.map(([name, tensor]) => [name.replace(last, 'stage0.'), tensor]));
}

function lastStage({ vision }: Pack): string {
  return `stage${vision.stages.length - 1}.`;
}
