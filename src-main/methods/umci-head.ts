import type { MethodLack } from '../../src-shared/method.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { buildUmciGraph, type UmciPath, umciParameters } from '../graph/umci.ts';
import { umciMatrices } from '../graph/umci-feeds.ts';
import { weightCount } from '../graph/weight-spec.ts';
import type { MapMethod, MethodImage, MethodTools } from './method.ts';
import { stageFeeds, stageShape } from './stage-feeds.ts';

/** ClipSAM's coarse map: the pack's trained UMCI head (arXiv 2401.12665). */
export const umciHead: MapMethod = {
  lack: ({ head }) => (head.kind === 'umci' ? undefined : 'no-umci-head'),
  trainedParameters,
  coarse: (_image, tools) => tools.head(),
};

/**
 * UMCI without one of its paths, as the paper's ablation leaves it out. The weights are those that were trained with both:
 * what it shows is how much the trained head relies on the path. For a head that was trained without, train a pack so.
 */
export function umciWithout(path: UmciPath): MapMethod {
  return {
    lack: ({ head }) => (head.kind === 'umci' ? lackOfPath(head.paths[path], path) : 'no-umci-head'),
    trainedParameters(pack) {
      const { head } = pack;
      if (head.kind !== 'umci') return 0;
      const paths = { ...head.paths, [path]: false };
      return weightCount(umciParameters({ ...head, paths, ...stageShape(pack) }));
    },
    coarse: (image, tools) => coarseWithout(path, image, tools),
  };
}

function lackOfPath(isThere: boolean, path: UmciPath): MethodLack | undefined {
  return isThere ? undefined : `no-${path}-path`;
}

function trainedParameters(pack: Pack): number {
  const { head } = pack;
  return head.kind === 'umci' ? weightCount(umciParameters({ ...head, ...stageShape(pack) })) : 0;
}

async function coarseWithout(path: UmciPath, image: MethodImage, tools: MethodTools) {
  const { pack } = tools;
  const { head } = pack;
  if (head.kind !== 'umci') throw new TypeError('asked of a pack without UMCI');
  const { coarse } = await tools.run(
    {
      key: `umci-no-${path}`,
      build: async () => ({
        model: buildUmciGraph({ ...head, ...stageShape(pack) }, await tools.weights(head.file), {
          without: path,
        }),
      }),
    },
    {
      ...stageFeeds(image),
      ...umciMatrices({ ...head, paths: { ...head.paths, [path]: false } }, image.content),
    },
  );
  return tools.onCells(coarse!.data);
}
