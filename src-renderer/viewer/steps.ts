import type { Region } from '../../src-shared/result.ts';
import type { LayerId } from './view-settings.ts';

/** One scene of the step-through: what is laid over the image, and which of SAM's masks. */
export interface Step {
  readonly id: 'image' | 'coarse' | 'prompts' | 'masks' | 'fusion';
  readonly layers: readonly LayerId[];
  /** 0: every region's best mask by SAM's own quality, 1: the second best, 2: the third; null: none. */
  readonly rank: number | null;
}

/** How the result came about, as scenes: image, CLIP map, prompts, SAM's masks from the worst to the best, fusion. */
export function stepsOf(regions: readonly Region[]): readonly Step[] {
  const image: Step = { id: 'image', layers: [], rank: null };
  const coarse: Step = { id: 'coarse', layers: ['coarse'], rank: null };
  const fusion: Step = { id: 'fusion', layers: ['final', 'mask'], rank: null };
  if (regions.length === 0) return [image, coarse];
  const ranks = Math.max(...regions.map(({ levels }) => levels.length));
  const masks = Array.from(
    { length: ranks },
    (_, index): Step => ({ id: 'masks', layers: ['prompts'], rank: ranks - 1 - index }),
  );
  return [image, coarse, { id: 'prompts', layers: ['coarse', 'prompts'], rank: null }, ...masks, fusion];
}

/** The region's mask of a rank, by SAM's own quality. */
export function levelOfRank({ levels }: Region, rank: number): Region['levels'][number] | undefined {
  return [...levels].sort((a, b) => b.quality - a.quality)[rank];
}
