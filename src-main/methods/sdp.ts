import { type Pack, stageTensor } from '../../src-shared/pack.ts';
import { buildLinearSurgeryGraph, buildSurgeryGraph } from '../graph/feature-surgery.ts';
import { buildLinearHeadGraph, linearHeadParameters } from '../graph/linear-head.ts';
import { findEmbeddingTail } from '../graph/similarity.ts';
import { cropStage, type FeedTensor, mapMatrices } from '../graph/umci-feeds.ts';
import { buildValuePath } from '../graph/value-path.ts';
import { weightCount } from '../graph/weight-spec.ts';
import { cosineScale, hasOwnProjection, hasProjection, projectionParameters } from './joint-space.ts';
import type { MapMethod, MethodImage, MethodTools } from './method.ts';
import { stageFeeds, stageShape } from './stage-feeds.ts';

/**
 * CLIP-AD's Staged Dual-Path (arXiv 2311.00453), without training: per stage the second path's tokens (attention of values
 * to values) and the class token in the space of the text, feature surgery, the mean over stages (the authors' code sums
 * them, which ranks alike), softmax over both states.
 *
 * Towers without a projection of their own have no class token and no attention that could be replaced: the tower's own
 * tokens through the pack's layer per stage, and their mean for the class token.
 */
export const sdp: MapMethod = {
  lack: (pack) => (hasProjection(pack) ? undefined : 'no-projection'),
  trainedParameters: (pack) => projectionParameters(pack, 'every-stage'),
  async coarse(image, tools) {
    const { coarse } = await sharedSurgery(image, tools);
    return tools.onCells(coarse!.data);
  },
};

/**
 * CLIP-AD's SDP+: linear layers per stage on the tower's own tokens, each stage's softmax, as APRIL-GAN has them (and trained
 * as those: `linearStageLogits`), and the similarity of {@link sdp} added to them; the mean over stages, cut to 0..1.
 */
export const sdpPlus: MapMethod = {
  lack(pack) {
    if (!hasProjection(pack)) return 'no-projection';
    return pack.methodWeights?.['sdp-plus'] ? undefined : 'no-linear-weights';
  },
  trainedParameters: (pack) =>
    weightCount(linearHeadParameters(stageShape(pack))) + projectionParameters(pack, 'every-stage'),
  async coarse(image, tools) {
    const layers = tools.pack.methodWeights!['sdp-plus']!;
    const trained = await tools.run(
      {
        key: 'sdp-plus',
        build: async () => ({ model: buildLinearHeadGraph(await tools.weights(layers.file), layers) }),
      },
      { ...stageFeeds(image), ...mapMatrices(image.content, 'corners') },
    );
    const { similarity } = await sharedSurgery(image, tools);
    const sum = trained.coarse!.data.map((score, cell) =>
      Math.min(1, Math.max(0, score + similarity!.data[cell]!)),
    );
    return tools.onCells(sum);
  },
};

/** Made once where both methods run side by side. */
function sharedSurgery(image: MethodImage, tools: MethodTools) {
  return tools.shared('sdp-surgery', () => surgery(image, tools));
}

/** `similarity` and `coarse` of feature surgery, [map_h, map_w]. */
async function surgery(image: MethodImage, tools: MethodTools) {
  const { pack } = tools;
  const scale = cosineScale(pack);
  const matrices = mapMatrices(image.content, 'centres');
  if (!hasOwnProjection(pack)) {
    const { file } = pack.methodWeights!.projection!;
    return tools.run(
      {
        key: 'sdp',
        build: async () => ({ model: buildLinearSurgeryGraph(await tools.weights(file), { scale }) }),
      },
      { ...stageFeeds(image), ...matrices },
    );
  }
  const stages = await secondPath(image, tools);
  return tools.run(
    {
      key: 'sdp',
      async build() {
        const { model, read } = await tools.vision();
        const tail = findEmbeddingTail(model, pack.vision.imageEmbedding!, read);
        return { model: buildSurgeryGraph(tail, { stages: pack.vision.stages.length, scale }) };
      },
    },
    { text: image.language, ...stages, ...matrices },
  );
}

/** Per stage `stage_0`… [h, w, C], the second path's tokens of the content, and `whole_0`… [1, C], the class token. */
async function secondPath(image: MethodImage, tools: MethodTools): Promise<Record<string, FeedTensor>> {
  const { vision } = tools.pack;
  const said = await tools.run(
    { key: 'sdp-path', build: () => pathGraph(tools) },
    { [vision.input]: image.pixels },
  );
  const feeds: Record<string, FeedTensor> = {};
  vision.stages.forEach((stage, at) => {
    const tokens = said[`path_${at}`]!.data.subarray(vision.leadingTokens * stage.width);
    feeds[`stage_${at}`] = cropStage(tokens, stage, vision.grid, image.content);
    feeds[`whole_${at}`] = said[`whole_${at}`]!;
  });
  return feeds;
}

async function pathGraph({ pack, vision }: MethodTools) {
  const { model, read, externalFolder } = await vision();
  const { stream: end } = findEmbeddingTail(model, pack.vision.imageEmbedding!, read);
  return { model: buildValuePath(model, { end, stages: stageTensors(pack) }), externalFolder };
}

function stageTensors({ vision }: Pack): readonly string[] {
  return vision.stages.map((stage) => stageTensor(vision, stage));
}
