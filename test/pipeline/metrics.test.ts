import { describe, expect, it } from 'vitest';
import { addCounts, countImage, imageTruth, noCounts } from '../../src-main/pipeline/image-counts.ts';
import { imageMetrics, metricsOfCounts, PixelMetrics } from '../../src-main/pipeline/metrics.ts';
import { Random } from '../../src-shared/random.ts';
import {
  drawSample,
  labelledRegions,
  naiveAprilGan,
  naiveMetrics,
  naiveRanking,
  type Sample,
  SIDE,
} from './naive-metrics.ts';

function measured(samples: readonly Sample[]) {
  const metrics = new PixelMetrics();
  for (const { scores, mask } of samples) metrics.add(scores, mask, SIDE, SIDE);
  return metrics.result();
}

describe('PixelMetrics', () => {
  it.each([8, 20, 1000])('equals the definitions on images whose scores take %i levels', (levels) => {
    const random = new Random(levels);
    const samples = Array.from({ length: 6 }, () => drawSample(random, levels));
    const scores = samples.flatMap((sample) => [...sample.scores]);
    const labels = samples.flatMap((sample) => Array.from(sample.mask, (value) => value > 0));
    const naive = naiveMetrics(samples);
    const result = measured(samples);
    expect(result.auroc).toBeCloseTo(naive.auroc, 12);
    expect(result.ap).toBeCloseTo(naive.ap, 12);
    expect(result.f1Max).toBeCloseTo(naive.f1Max, 12);
    expect(result.pro).toBeCloseTo(naive.pro, 12);
    expect(result.proAprilGan).toBeCloseTo(naive.proAprilGan, 12);
    const atThreshold = scores.map((score) => score / 65535 >= result.f1Threshold!);
    const tp = atThreshold.filter((above, i) => above && labels[i]).length;
    const wrong = atThreshold.filter((above, i) => above !== labels[i]).length;
    expect((2 * tp) / (2 * tp + wrong)).toBeCloseTo(naive.f1Max, 12);
  });

  it('finds the regions of masks of any shape', () => {
    const random = new Random('shapes');
    const samples = [0.2, 0.4, 0.6].map((share) => {
      const mask = Uint8Array.from({ length: SIDE * SIDE }, () => Number(random.chance(share)));
      const scores = Uint16Array.from(mask, (value) => random.int(0, 30) + 10 * value);
      return { scores, mask, regions: labelledRegions(mask, SIDE, SIDE) };
    });
    const { pro, proAprilGan } = measured(samples);
    expect(pro).toBeCloseTo(naiveMetrics(samples).pro, 12);
    expect(proAprilGan).toBeCloseTo(naiveMetrics(samples).proAprilGan, 12);
  });

  it.each([
    // Good pixels 8 6 4 3 2 1 0; a region of 9 and 5, one of 7. Up to 0.3: 1/7 at 1/4, 1/7 at 3/4, the rest at 1.
    ['worked by hand', 7, (0.25 / 7 + 0.75 / 7 + (0.3 - 2 / 7)) / 0.3, 0.5],
    // The second region ties with 6: its share comes while the second seventh is walked.
    ['worked by hand, with a tie', 6, (0.25 / 7 + 0.5 / 7 + (0.3 - 2 / 7)) / 0.3, 0.375],
  ])('gives both PROs %s', (_name, second, pro, proAprilGan) => {
    const scores = Uint16Array.of(9, 5, 8, 6, 4, 3, 2, 1, 0, second);
    const metrics = new PixelMetrics();
    metrics.add(scores, Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0, 0, 1), 10, 1);
    expect(metrics.result().pro).toBeCloseTo(pro, 12);
    expect(metrics.result().proAprilGan).toBeCloseTo(proAprilGan, 12);
  });

  it('says the same of counts that were made image by image', () => {
    const random = new Random('counts');
    const samples = Array.from({ length: 4 }, () => drawSample(random, 300));
    const counts = noCounts();
    const truths = samples.map(({ mask }) => imageTruth(mask, SIDE, SIDE));
    for (const [i, { scores }] of samples.entries()) addCounts(counts, countImage(scores, truths[i]!));
    const regions = samples.reduce((sum, sample) => sum + sample.regions.length, 0);
    const [counted, whole] = [metricsOfCounts(counts, regions), measured(samples)];
    expect(counted).toMatchObject({ auroc: whole.auroc, ap: whole.ap, f1Max: whole.f1Max });
    expect(counted.pro).toBeCloseTo(whole.pro!, 12);
    expect(counted.proAprilGan).toBeCloseTo(whole.proAprilGan!, 12);
  });

  it('counts only scores above the threshold in the APRIL-GAN variant', () => {
    // Scores 0..200 make every one of the 200 thresholds coincide with a score.
    const samples = [1, 2, 3].map((seed) => {
      const sample = drawSample(new Random(seed), 200);
      const scores = sample.scores.map((score) => Math.round((score / 65535) * 200));
      scores[SIDE * SIDE - 1] = 0;
      scores[SIDE * SIDE - 2] = 200;
      scores[SIDE * SIDE - 3] = 199;
      return { ...sample, scores };
    });
    expect(measured(samples).proAprilGan).toBeCloseTo(naiveAprilGan(samples), 12);
  });

  it('is 1 for a perfect map and 0 for an inverted one', () => {
    const sample = drawSample(new Random('perfect'), 10);
    const perfect = measured([{ ...sample, scores: Uint16Array.from(sample.mask, (v) => (v ? 60000 : 9)) }]);
    expect(perfect).toMatchObject({ auroc: 1, ap: 1, f1Max: 1, f1Threshold: 60000 / 65535 });
    expect(perfect.pro).toBeCloseTo(1, 12);
    const inverted = measured([{ ...sample, scores: Uint16Array.from(sample.mask, (v) => (v ? 9 : 60000)) }]);
    expect(inverted).toMatchObject({ auroc: 0, pro: 0 });
  });

  it('has no value, not NaN, where a class is missing', () => {
    const flat = { scores: new Uint16Array(144).fill(7), regions: [] };
    expect(measured([{ ...flat, mask: new Uint8Array(144) }])).toEqual({
      auroc: null,
      ap: null,
      f1Max: null,
      f1Threshold: null,
      pro: null,
      proAprilGan: null,
    });
    const onlyDefect = measured([{ ...flat, mask: new Uint8Array(144).fill(1) }]);
    expect(onlyDefect).toMatchObject({ auroc: null, pro: null, proAprilGan: null, ap: 1, f1Max: 1 });
  });

  it('has no APRIL-GAN variant when every threshold gives the same FPR', () => {
    const sample = drawSample(new Random('constant'), 10);
    const result = measured([{ ...sample, scores: new Uint16Array(144).fill(300) }]);
    expect(result.proAprilGan).toBeNull();
    expect(result.auroc).toBe(0.5);
  });

  it('refuses a mask of another size', () => {
    const metrics = new PixelMetrics();
    expect(() => metrics.add(new Uint16Array(4), new Uint8Array(6), 2, 2)).toThrow(/2 × 2/);
  });
});

describe('imageMetrics', () => {
  it('equals the definitions, ties included', () => {
    const random = new Random('images');
    for (let round = 0; round < 10; round++) {
      const labels = Array.from({ length: 40 }, (_, i) => i === 0 || (i > 1 && random.next() < 0.4));
      const scores = labels.map((label) => Math.round((random.next() + (label ? 0.3 : 0)) * 12) / 12);
      const naive = naiveRanking(scores, labels);
      const result = imageMetrics(scores, labels);
      expect(result.auroc).toBeCloseTo(naive.auroc, 12);
      expect(result.ap).toBeCloseTo(naive.ap, 12);
      expect(result.f1Max).toBeCloseTo(naive.f1Max, 12);
    }
  });

  it('gives the worked example of scikit-learn', () => {
    // roc_auc_score and average_precision_score of the library's documentation: y = 0 0 1 1.
    const result = imageMetrics([0.1, 0.4, 0.35, 0.8], [false, false, true, true]);
    expect(result.auroc).toBe(0.75);
    expect(result.ap).toBeCloseTo(0.8333333, 6);
  });

  it('has no value without good or without defective images', () => {
    expect(imageMetrics([0.2, 0.3], [true, true]).auroc).toBeNull();
    expect(imageMetrics([0.2, 0.3], [false, false])).toEqual({
      auroc: null,
      ap: null,
      f1Max: null,
      f1Threshold: null,
    });
    expect(imageMetrics([], []).ap).toBeNull();
  });
});
