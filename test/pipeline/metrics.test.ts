import { describe, expect, it } from 'vitest';
import { imageMetrics, PixelMetrics } from '../../src-main/pipeline/metrics.ts';
import { Random } from '../../src-shared/random.ts';

/** AUROC by counting pairs, AP and F1 by walking every threshold: the definitions, quadratic. */
function naiveRanking(scores: readonly number[], labels: readonly boolean[]) {
  const positives = scores.filter((_, i) => labels[i]);
  const negatives = scores.filter((_, i) => !labels[i]);
  let wins = 0;
  for (const p of positives) for (const n of negatives) wins += p > n ? 1 : p === n ? 0.5 : 0;
  let ap = 0;
  let recall = 0;
  let f1Max = 0;
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const tp = positives.filter((score) => score >= threshold).length;
    const fp = negatives.filter((score) => score >= threshold).length;
    const precision = tp / (tp + fp);
    ap += (tp / positives.length - recall) * precision;
    recall = tp / positives.length;
    if (tp > 0) f1Max = Math.max(f1Max, (2 * precision * recall) / (precision + recall));
  }
  return { auroc: wins / (positives.length * negatives.length), ap, f1Max };
}

interface Sample {
  readonly scores: Uint16Array;
  readonly mask: Uint8Array;
  /** Pixel lists of the ground-truth regions, known from how the mask was drawn. */
  readonly regions: readonly (readonly number[])[];
}

const SIDE = 12;

/** Blocks in a grid of 4 × 4 tiles, never touching, under scores with many ties. */
function drawSample(random: Random, levels: number): Sample {
  const mask = new Uint8Array(SIDE * SIDE);
  const regions: number[][] = [];
  for (let ty = 0; ty < 3; ty++) {
    for (let tx = 0; tx < 3; tx++) {
      if (random.next() < 0.5) continue;
      const [width, height] = [1 + Math.floor(random.next() * 3), 1 + Math.floor(random.next() * 3)];
      const region: number[] = [];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) region.push((ty * 4 + y) * SIDE + tx * 4 + x);
      }
      for (const pixel of region) mask[pixel] = 255;
      regions.push(region);
    }
  }
  const scores = Uint16Array.from(mask, (value) => {
    const score = Math.floor((random.next() * 0.8 + (value ? 0.2 : 0)) * levels) / levels;
    return score * 65535;
  });
  return { scores, mask, regions };
}

/** (FPR, PRO) with scores > threshold, straight from the pixels. */
function proPoint(samples: readonly Sample[], threshold: number): { fpr: number; pro: number } {
  const overlaps: number[] = [];
  let fp = 0;
  let negatives = 0;
  for (const { scores, mask, regions } of samples) {
    for (const region of regions) {
      overlaps.push(region.filter((pixel) => scores[pixel]! > threshold).length / region.length);
    }
    for (const [i, value] of mask.entries()) {
      if (value) continue;
      negatives++;
      if (scores[i]! > threshold) fp++;
    }
  }
  return { fpr: fp / negatives, pro: overlaps.reduce((a, b) => a + b, 0) / overlaps.length };
}

function trapezoid(points: readonly { fpr: number; pro: number }[]): number {
  let area = 0;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1]!, points[i]!];
    area += ((b.fpr - a.fpr) * (a.pro + b.pro)) / 2;
  }
  return area;
}

/** PRO over every distinct score, the curve cut at 0.3 by resampling it in 30,000 steps. */
function naivePro(samples: readonly Sample[]): number {
  const values = [...new Set(samples.flatMap(({ scores }) => [...scores]))].sort((a, b) => b - a);
  const curve = [{ fpr: 0, pro: 0 }, ...values.map((value) => proPoint(samples, value - 1))];
  const proAt = (fpr: number) => {
    const i = curve.findIndex((point) => point.fpr >= fpr);
    const [a, b] = [curve[i - 1]!, curve[i]!];
    return b.fpr === a.fpr ? b.pro : a.pro + ((fpr - a.fpr) / (b.fpr - a.fpr)) * (b.pro - a.pro);
  };
  let sum = 0;
  const steps = 30_000;
  for (let i = 0; i < steps; i++) sum += proAt(((i + 0.5) * 0.3) / steps);
  return sum / steps;
}

/** A transcription of VAND-APRIL-GAN's `cal_pro_score` (test.py). */
function naiveAprilGan(samples: readonly Sample[]): number {
  const scores = samples.flatMap((sample) => [...sample.scores]);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const points = Array.from({ length: 200 }, (_, i) => proPoint(samples, low + (i * (high - low)) / 200))
    .filter(({ fpr }) => fpr < 0.3)
    .reverse();
  const rates = points.map(({ fpr }) => fpr);
  const [first, last] = [Math.min(...rates), Math.max(...rates)];
  return trapezoid(points.map(({ fpr, pro }) => ({ fpr: (fpr - first) / (last - first), pro })));
}

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
    const naive = naiveRanking(scores, labels);
    const result = measured(samples);
    expect(result.auroc).toBeCloseTo(naive.auroc, 12);
    expect(result.ap).toBeCloseTo(naive.ap, 12);
    expect(result.f1Max).toBeCloseTo(naive.f1Max, 12);
    expect(result.pro).toBeCloseTo(naivePro(samples), 3);
    expect(result.proAprilGan).toBeCloseTo(naiveAprilGan(samples), 12);
    const atThreshold = scores.map((score) => score / 65535 >= result.f1Threshold!);
    const tp = atThreshold.filter((above, i) => above && labels[i]).length;
    const wrong = atThreshold.filter((above, i) => above !== labels[i]).length;
    expect((2 * tp) / (2 * tp + wrong)).toBeCloseTo(naive.f1Max, 12);
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
