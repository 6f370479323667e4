import { expect, it } from 'vitest';
import { countInto, imageTruth, noCounts } from '../../src-main/pipeline/image-counts.ts';
import { metricCurves } from '../../src-main/pipeline/metric-curves.ts';
import { imageMetrics } from '../../src-main/pipeline/metrics.ts';
import { Random } from '../../src-shared/random.ts';

function curvesOf(scores: Uint16Array, mask: Uint8Array) {
  const counts = noCounts();
  countInto(counts, scores, imageTruth(mask, scores.length, 1));
  return metricCurves(counts);
}

it('are scikit-learn’s worked example', () => {
  // precision_recall_curve and roc_curve of the library's documentation: y = 0 0 1 1, scores 0.1 0.4 0.35 0.8.
  const { precisionRecall, roc } = curvesOf(Uint16Array.of(100, 400, 350, 800), Uint8Array.of(0, 0, 1, 1));
  expect(precisionRecall).toEqual([
    { recall: 0.5, precision: 1 },
    { recall: 0.5, precision: 0.5 },
    { recall: 1, precision: 2 / 3 },
    { recall: 1, precision: 0.5 },
  ]);
  expect(roc.map(({ falsePositives, truePositives }) => [falsePositives, truePositives])).toEqual([
    [0, 0],
    [0, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [1, 1],
  ]);
});

it('keep their shape in 200 points', () => {
  const random = new Random('curves');
  const mask = Uint8Array.from({ length: 40_000 }, () => Number(random.chance(0.1)));
  const scores = Uint16Array.from(mask, (value) => 20_000 + 5000 * random.normal() + 6000 * value);
  const { precisionRecall, roc } = curvesOf(scores, mask);
  expect(precisionRecall.length).toBeLessThanOrEqual(200);
  expect(roc.length).toBeLessThanOrEqual(200);
  expect(roc.at(-1)).toEqual({ falsePositives: 1, truePositives: 1 });
  let area = 0;
  for (const [i, { falsePositives, truePositives }] of roc.entries()) {
    const before = roc[i - 1];
    if (before)
      area += ((falsePositives - before.falsePositives) * (truePositives + before.truePositives)) / 2;
  }
  const labels = Array.from(mask, Boolean);
  expect(area).toBeCloseTo(imageMetrics([...scores], labels).auroc!, 3);
});

it('are empty where a class is missing', () => {
  const { precisionRecall, roc } = curvesOf(Uint16Array.of(1, 2), Uint8Array.of(0, 0));
  expect([precisionRecall, roc]).toEqual([[], []]);
});
