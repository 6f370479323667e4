import type { Pack } from '../../src-shared/pack.ts';
import { stageTensor } from '../../src-shared/pack.ts';
import { buildLinearHeadGraph, linearHeadParameters } from '../graph/linear-head.ts';
import { buildSimilarityGraph, findEmbeddingTail } from '../graph/similarity.ts';
import { mapMatrices } from '../graph/umci-feeds.ts';
import { weightCount } from '../graph/weight-spec.ts';
import type { MapMethod, MethodImage, MethodTools } from './method.ts';
import { stageFeeds, stageShape } from './stage-feeds.ts';

/** Of OpenAI's CLIP, whose logit scale is fixed at its upper end. */
const CLIP_SCALE = 100;

/**
 * Plain similarity of patches and words, without UMCI (the paper's ablation): the tower's own last norm and projection on
 * the last block's tokens; where the tower has none, the linear layer on the last stage that its text tower was trained
 * against.
 */
export const similarity: MapMethod = {
  lack: (pack) => (hasProjection(pack) ? undefined : 'no-projection'),
  trainedParameters: (pack) =>
    pack.vision.imageEmbedding === undefined
      ? weightCount(
          linearHeadParameters(stageShape(pack)).filter(({ name }) => name.startsWith(lastStage(pack))),
        )
      : 0,
  async coarse(image, tools) {
    const own = tools.pack.vision.imageEmbedding !== undefined;
    const { coarse } = await (own ? ownProjection : linearProjection)(image, tools);
    return tools.onCells(coarse!.data);
  },
};

/** Whether a pack's tokens can be brought to the space of its text. */
export function hasProjection({ vision, methodWeights }: Pack): boolean {
  return vision.imageEmbedding !== undefined || methodWeights?.projection !== undefined;
}

function lastStage({ vision }: Pack): string {
  return `stage${vision.stages.length - 1}.`;
}

/** By the tower itself, on the stage that is its last block. */
async function ownProjection(image: MethodImage, tools: MethodTools) {
  const { vision, head } = tools.pack;
  const imageEmbedding = vision.imageEmbedding!;
  const scale = head.kind === 'umci' ? CLIP_SCALE : head.scale;
  // The input is called after the stage: which one it is, is read from the graph.
  const { model, read } = await tools.vision();
  const { stream } = findEmbeddingTail(model, imageEmbedding, read);
  const stage = vision.stages.findIndex((candidate) => stageTensor(vision, candidate) === stream);
  return tools.run(
    {
      key: 'similarity',
      build: async () => ({ model: buildSimilarityGraph(model, { imageEmbedding, scale, stage }, read) }),
    },
    {
      text: image.language,
      [`stage_${stage}`]: image.stages[stage]!,
      ...mapMatrices(image.content, 'centres'),
    },
  );
}

/** By the layer that the pack brings. */
async function linearProjection(image: MethodImage, tools: MethodTools) {
  const { pack } = tools;
  const projection = pack.methodWeights!.projection!;
  const last = lastStage(pack);
  return tools.run(
    {
      key: 'similarity',
      async build() {
        const all = await tools.weights(projection.file);
        const own = [...all].filter(([name]) => name.startsWith(last));
        const asFirst = new Map(own.map(([name, tensor]) => [name.replace(last, 'stage0.'), tensor]));
        return { model: buildLinearHeadGraph(asFirst, projection) };
      },
    },
    {
      text: image.language,
      stage_0: stageFeeds(image)[`stage_${pack.vision.stages.length - 1}`]!,
      ...mapMatrices(image.content, 'corners'),
    },
  );
}
