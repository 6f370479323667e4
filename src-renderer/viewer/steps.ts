import type { Opinion } from '../../src-shared/opinion.ts';
import type { InspectionResult, Region } from '../../src-shared/result.ts';
import { type LayerId, OPINION_MAPS } from './view-settings.ts';

/** One scene of the step-through: what is laid over the image, and which of SAM's masks. */
export interface Step {
  readonly id: 'image' | 'coarse' | Opinion | 'opinions' | 'prompts' | 'masks' | 'fusion';
  readonly layers: readonly LayerId[];
  /** 0: every region's best mask by SAM's own quality, 1: the second best, 2: the third; null: none. */
  readonly rank: number | null;
}

/**
 * How the result came about, as scenes: image, CLIP map, or where there were second opinions each of them and what they
 * became, prompts, SAM's masks from the worst to the best, fusion.
 */
export function stepsOf({
  regions,
  opinions = [],
}: Pick<InspectionResult, 'regions' | 'opinions'>): readonly Step[] {
  const scene = (id: Step['id'], layers: readonly LayerId[], rank: Step['rank'] = null): Step => ({
    id,
    layers,
    rank,
  });
  const maps =
    opinions.length > 0
      ? [...formedBy(opinions).map((id) => scene(id, [id])), scene('opinions', ['coarse'])]
      : [scene('coarse', ['coarse'])];
  const begin = [scene('image', []), ...maps];
  if (regions.length === 0) return begin;
  const ranks = Math.max(...regions.map(({ levels }) => levels.length));
  const masks = Array.from({ length: ranks }, (_, index) => scene('masks', ['prompts'], ranks - 1 - index));
  return [...begin, scene('prompts', ['coarse', 'prompts']), ...masks, scene('fusion', ['final', 'mask'])];
}

/** The opinions that there are, in their fixed order. */
function formedBy(opinions: NonNullable<InspectionResult['opinions']>): readonly Opinion[] {
  return OPINION_MAPS.filter((id) => opinions.some(({ opinion }) => opinion === id));
}

/** The region's mask of a rank, by SAM's own quality. */
export function levelOfRank({ levels }: Region, rank: number): Region['levels'][number] | undefined {
  return [...levels].sort((a, b) => b.quality - a.quality)[rank];
}
