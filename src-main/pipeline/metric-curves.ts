import { type DenseCounts, SCORES } from './image-counts.ts';

/** Curves over all thresholds, in the order of falling threshold. */
export interface MetricCurves {
  readonly precisionRecall: readonly { readonly recall: number; readonly precision: number }[];
  /** Both as rates. */
  readonly roc: readonly { readonly falsePositives: number; readonly truePositives: number }[];
}

/** Points of a curve at most. */
const MOST_POINTS = 200;

/** Curves of pixels, thinned where they are smooth; empty where a class is missing. */
export function metricCurves({ negatives, positives }: DenseCounts): MetricCurves {
  const allPositives = positives.reduce((a, b) => a + b, 0);
  const allNegatives = negatives.reduce((a, b) => a + b, 0);
  const precisionRecall: { x: number; y: number }[] = [];
  const roc: { x: number; y: number }[] = [{ x: 0, y: 0 }];
  let [hits, alarms] = [0, 0];
  for (let score = SCORES - 1; score >= 0; score--) {
    if (positives[score]! + negatives[score]! === 0) continue;
    hits += positives[score]!;
    alarms += negatives[score]!;
    precisionRecall.push({ x: hits / allPositives, y: hits / (hits + alarms) });
    roc.push({ x: alarms / allNegatives, y: hits / allPositives });
  }
  return {
    precisionRecall: (allPositives > 0 ? thinned(precisionRecall) : []).map(({ x, y }) => ({
      recall: x,
      precision: y,
    })),
    roc: (allPositives > 0 && allNegatives > 0 ? thinned(roc) : []).map(({ x, y }) => ({
      falsePositives: x,
      truePositives: y,
    })),
  };
}

/** The first, the last, and points at about equal distances along the curve between them. */
function thinned(points: readonly { x: number; y: number }[]): readonly { x: number; y: number }[] {
  if (points.length <= MOST_POINTS) return points;
  const lengths = points.map(({ x, y }, i) => {
    const before = points[i - 1] ?? { x, y };
    return Math.abs(x - before.x) + Math.abs(y - before.y);
  });
  const step = lengths.reduce((a, b) => a + b, 0) / (MOST_POINTS - 2);
  let walked = 0;
  let due = 0;
  return points.filter((_, i) => {
    walked += lengths[i]!;
    if (i > 0 && i < points.length - 1 && walked < due) return false;
    due = (Math.floor(walked / step) + 1) * step;
    return true;
  });
}
