import { buildLinearHeadGraph } from '../graph/linear-head.ts';
import { buildSimilarityGraph } from '../graph/similarity.ts';
import { mapMatrices } from '../graph/umci-feeds.ts';
import {
  cosineScale,
  hasOwnProjection,
  hasProjection,
  lastLayer,
  projectionParameters,
  towerEnd,
} from './joint-space.ts';
import type { MapMethod, MethodImage, MethodTools } from './method.ts';
import { stageFeeds } from './stage-feeds.ts';

/**
 * Plain similarity of patches and words, without UMCI (the paper's ablation): the tower's own last norm and projection on
 * the last block's tokens; where the tower has none, the linear layer on the last stage that its text tower was trained
 * against.
 */
export const similarity: MapMethod = {
  lack: (pack) => (hasProjection(pack) ? undefined : 'no-projection'),
  trainedParameters: (pack) => projectionParameters(pack, 'last-stage'),
  async coarse(image, tools) {
    const own = hasOwnProjection(tools.pack);
    const { coarse } = await (own ? ownProjection : linearProjection)(image, tools);
    return tools.onCells(coarse!.data);
  },
};

/** By the tower itself, on the stage that is its last block. */
function ownProjection(image: MethodImage, tools: MethodTools) {
  const { pack } = tools;
  return tools.run(
    {
      key: 'similarity',
      async build() {
        const { model, read } = await tools.vision();
        // The input is called after the stage: which one it is, is read from the graph.
        const { stage } = towerEnd(pack, { model, read });
        const imageEmbedding = pack.vision.imageEmbedding!;
        return {
          model: buildSimilarityGraph(model, { imageEmbedding, scale: cosineScale(pack), stage }, read),
        };
      },
    },
    { ...stageFeeds(image), ...mapMatrices(image.content, 'centres') },
  );
}

/** By the layer that the pack brings. */
function linearProjection(image: MethodImage, tools: MethodTools) {
  return tools.run(
    {
      key: 'similarity',
      build: async () => ({
        model: buildLinearHeadGraph(await lastLayer(tools), { scale: cosineScale(tools.pack) }),
      }),
    },
    { text: image.language, stage_0: image.stages.at(-1)!, ...mapMatrices(image.content, 'corners') },
  );
}
