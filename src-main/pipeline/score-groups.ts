import { type DenseCounts, type ImageCounts, SCORES } from './image-counts.ts';
import type { ScoreSpan } from './score-bins.ts';

/** Which of the 65,536 scores are counted together, see {@link groupScores}. */
export interface ScoreGroups {
  /** Group of each score; rising. Scores that never occur have the group of the next lower one. */
  readonly groupOf: Uint16Array;
  /** Lowest and highest score that occurs in each group. */
  readonly lowest: Float64Array;
  readonly highest: Float64Array;
}

/** An image counted by groups; groups that it has no score in are left out. */
export interface GroupedCounts {
  readonly groups: Uint16Array;
  readonly negatives: Float64Array;
  /** Both empty where the image has no defect. */
  readonly positives: Float64Array;
  readonly coverage: Float64Array;
  readonly regions: number;
  /** Of the image, exactly. */
  readonly span: ScoreSpan;
}

/** Groups at most; where fewer scores occur, each has a group of its own and nothing is approximated. */
export const MOST_GROUPS = 2048;

/**
 * Groups scores so that what is counted by groups says nearly what single scores say. No group of several scores holds
 * more than 1/1024 of a mean of five measures: of the defect pixels, of the good ones, of the regions' coverage (these
 * bound what ties can change in AUROC, AP and PRO), of the logarithm of how many pixels have at least this score (so that
 * a group changes precision by about a hundredth at most, where defects are rare), and of the scores' span (for
 * APRIL-GAN's equal steps).
 * @param counts of all images together, at least one pixel
 */
export function groupScores(counts: DenseCounts, regions: number): ScoreGroups {
  const weights = weightsOf(counts, regions);
  const used = weights.reduce((total, weight) => total + Number(weight > 0), 0);
  const most = used <= MOST_GROUPS ? 0 : 2 / MOST_GROUPS;
  const groupOf = new Uint16Array(SCORES);
  const lowest: number[] = [];
  const highest: number[] = [];
  let filled = 0;
  for (let score = 0; score < SCORES; score++) {
    const weight = weights[score]!;
    if (weight > 0) {
      const isNew = lowest.length === 0 || filled + weight > most;
      if (isNew) lowest.push(score);
      highest[lowest.length - 1] = score;
      filled = isNew ? weight : filled + weight;
    }
    groupOf[score] = Math.max(0, lowest.length - 1);
  }
  return { groupOf, lowest: Float64Array.from(lowest), highest: Float64Array.from(highest) };
}

/** What each score that occurs adds to the five measures, their mean; together 1. */
function weightsOf({ negatives, positives, coverage }: DenseCounts, regions: number): Float64Array {
  const allNegatives = negatives.reduce((a, b) => a + b, 0);
  const allPositives = positives.reduce((a, b) => a + b, 0);
  const rare = Math.max(1, allPositives);
  const logarithms = Math.log1p(allNegatives / rare);
  const lowest = negatives.findIndex((count, score) => count + positives[score]! > 0);
  const weights = new Float64Array(SCORES);
  let above = 0;
  let highest = -1;
  let last = -1;
  for (let score = SCORES - 1; score >= 0; score--) {
    const alarms = negatives[score]!;
    if (alarms + positives[score]! === 0) continue;
    if (last < 0) highest = last = score;
    let weight = highest > lowest ? (last - score) / (highest - lowest) : 0;
    if (allNegatives > 0) {
      weight += alarms / allNegatives;
      weight += (Math.log1p((above + alarms) / rare) - Math.log1p(above / rare)) / logarithms;
    }
    if (allPositives > 0) weight += positives[score]! / allPositives;
    if (regions > 0) weight += coverage[score]! / regions;
    weights[score] = weight / 5;
    above += alarms;
    last = score;
  }
  return weights;
}

/** An image's counts by groups. @param groups of scores among which all of the image's are */
export function groupCounts(counts: ImageCounts, { groupOf, lowest }: ScoreGroups): GroupedCounts {
  const { scores, regions } = counts;
  const dense = {
    negatives: new Float64Array(lowest.length),
    positives: new Float64Array(lowest.length),
    coverage: new Float64Array(lowest.length),
  };
  for (const [i, score] of scores.entries()) {
    const group = groupOf[score]!;
    dense.negatives[group]! += counts.negatives[i]!;
    dense.positives[group]! += counts.positives[i]!;
    dense.coverage[group]! += counts.coverage[i]!;
  }
  const groups = new Uint16Array(new Set(Array.from(scores, (score) => groupOf[score]!)));
  const only = (values: Float64Array) => Float64Array.from(groups, (group) => values[group]!);
  const none = new Float64Array();
  return {
    groups,
    negatives: only(dense.negatives),
    positives: regions > 0 ? only(dense.positives) : none,
    coverage: regions > 0 ? only(dense.coverage) : none,
    regions,
    span: { lowest: scores[0]!, highest: scores.at(-1)! },
  };
}
