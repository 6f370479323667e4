import type { Notice } from '../../src-shared/notice.ts';
import type { InspectionResult, Region } from '../../src-shared/result.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { peakOf } from '../pipeline/map-peaks.ts';
import type { RegionMasks } from '../pipeline/mask-levels.ts';
import { OPINIONS } from '../pipeline/opinion-fusion.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';
import type { Comparison } from './comparison.ts';
import type { Compared, OpinionAnswer } from './opinions.ts';

/** What a result says of the opinions, besides maps and score; nothing where language alone was asked. */
export function opinionRecord(
  comparison: Comparison | undefined,
  compared: Compared | undefined,
): Pick<InspectionResult, 'opinions' | 'comparison'> {
  if (!comparison || !compared?.answer) return {};
  return { opinions: compared.answer.scores, comparison: { hash: comparison.hash, ...compared.used } };
}

/**
 * What is to be said where verdict and regions differ, as they may where second opinions were asked: a score is of the whole
 * image and its strongest place, a region of one place.
 */
export function verdictNotices(
  verdict: ModelVerdict,
  regions: readonly Region[],
  answer: OpinionAnswer | undefined,
): readonly Notice[] {
  if (!answer) return [];
  const counts = regions.some(({ belowLimit }) => !belowLimit);
  if (verdict === 'accept') return counts ? [{ code: 'region-accepted' }] : [];
  return counts ? [] : [{ code: 'doubt-without-region' }];
}

/** Regions with the highest value of each opinion in the cells that each was found in. */
export function regionsWithOpinions(
  regions: readonly Region[],
  found: readonly RegionMasks[],
  coarse: Pick<ScoreMap, 'width' | 'height'>,
  { maps }: OpinionAnswer,
): Region[] {
  return regions.map((region) => {
    const { cells } = found.find(({ prompts }) => prompts === region.prompts)!.region;
    const peaks = OPINIONS.flatMap((opinion) => {
      const map = maps[opinion];
      return map ? [[opinion, peakOf(map, cellsOn(map, cells, coarse))] as const] : [];
    });
    return { ...region, opinions: Object.fromEntries(peaks) };
  });
}

/** Cells of one map on another that covers the same: those of an image in tiles are smaller. */
function cellsOn(
  { width, height }: Pick<ScoreMap, 'width' | 'height'>,
  cells: Int32Array,
  from: Pick<ScoreMap, 'width' | 'height'>,
): Iterable<number> {
  if (width === from.width && height === from.height) return cells;
  return cells.map((cell) => {
    const x = Math.floor((((cell % from.width) + 0.5) * width) / from.width);
    const y = Math.floor(((Math.floor(cell / from.width) + 0.5) * height) / from.height);
    return y * width + x;
  });
}
