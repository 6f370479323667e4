import type { Pack } from '../../src-shared/pack.ts';
import { buildLinearHeadGraph, linearHeadParameters } from '../graph/linear-head.ts';
import { mapMatrices } from '../graph/umci-feeds.ts';
import { weightCount } from '../graph/weight-spec.ts';
import type { MapMethod } from './method.ts';
import { stageFeeds, stageShape } from './stage-feeds.ts';

/** APRIL-GAN's map (arXiv 2305.17382): a linear layer per stage into the joint space, cosine with the language tokens. */
export const aprilGan: MapMethod = {
  lack: (pack) => (layersOf(pack) ? undefined : 'no-linear-weights'),
  trainedParameters: (pack) => weightCount(linearHeadParameters(stageShape(pack))),
  async coarse(image, tools) {
    const layers = layersOf(tools.pack);
    if (!layers) throw new TypeError('asked of a pack without linear layers');
    const { coarse } = await tools.run(
      {
        key: 'april-gan',
        build: async () => ({ model: buildLinearHeadGraph(await tools.weights(layers.file), layers) }),
      },
      { ...stageFeeds(image), ...mapMatrices(image.content, 'corners') },
    );
    return tools.onCells(coarse!.data);
  },
};

function layersOf({ head, methodWeights }: Pack) {
  return head.kind === 'linear' ? head : methodWeights?.['april-gan'];
}
