import { regionPrompts } from '../pipeline/region-prompts.ts';
import { findRegions, minRegionCells } from '../pipeline/regions.ts';
import { candidateMask } from './candidate-mask.ts';
import { headWeightCount } from './head-weight-count.ts';
import type { MapMethod } from './method.ts';
import { strongestOf } from './saa.ts';

/**
 * SAM with CLIP's boxes and nothing of MMR: the regions of the head's map above θ are asked about by their boxes alone, the
 * mask with the best predicted quality is taken, and the map is the region's peak there, 0 elsewhere.
 */
export const samBoxesOnly: MapMethod = {
  lack: ({ segmenter }) => (segmenter.boxes ? undefined : 'no-boxes'),
  trainedParameters: headWeightCount,
  asksSam: true,
  needsRegions: true,
  async coarse({ frame }, tools) {
    const text = await tools.head();
    const { theta, minRegionArea, maxRegions } = tools.regions;
    const regions = findRegions(text, { theta, minCells: minRegionCells(text, minRegionArea), maxRegions });
    const prompts = regions.map((region) => ({ box: regionPrompts(region, text, frame, 1).box, points: [] }));
    const answers = prompts.length === 0 ? [] : await tools.askSam(prompts);
    const masks = answers.flatMap((levels, i) => {
      const [best] = levels.toSorted((a, b) => b.quality - a.quality);
      const mask = best && candidateMask(best, text);
      return mask ? [{ mask, score: regions[i]!.peak.value }] : [];
    });
    return strongestOf(masks, text);
  },
};
