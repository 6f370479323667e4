import { describe, expect, it } from 'vitest';
import { countImage, countInto, imageTruth, noCounts } from '../../src-main/pipeline/image-counts.ts';
import { imageMetrics, PixelMetrics } from '../../src-main/pipeline/metrics.ts';
import {
  drawResamples,
  resampledImageMetrics,
  resampledPixelMetrics,
} from '../../src-main/pipeline/resampling.ts';
import { groupCounts, groupScores, MOST_GROUPS } from '../../src-main/pipeline/score-groups.ts';
import { Random } from '../../src-shared/random.ts';
import { drawSample, naiveMetrics, naiveRanking, SIDE } from './naive-metrics.ts';

/** Images counted by groups of scores. */
function grouped(samples: readonly { scores: Uint16Array; mask: Uint8Array }[], side: number) {
  const all = noCounts();
  const truths = samples.map(({ mask }) => imageTruth(mask, side, side));
  for (const [i, { scores }] of samples.entries()) countInto(all, scores, truths[i]!);
  const regions = truths.reduce((sum, truth) => sum + truth.regions.length, 0);
  const groups = groupScores(all, regions);
  const images = samples.map(({ scores }, i) => groupCounts(countImage(scores, truths[i]!), groups));
  return { groups, images };
}

const once = (samples: readonly unknown[]) => [new Uint16Array(samples.length).fill(1)];

describe('resamples', () => {
  it('draw as many good images from the good and defective ones from the defective', () => {
    const defective = [true, false, false, true, false];
    const counts = new Float64Array(5);
    for (const times of drawResamples(defective, 2000, 0)) {
      expect(times[0]! + times[3]!).toBe(2);
      expect(times[1]! + times[2]! + times[4]!).toBe(3);
      for (const [i, often] of times.entries()) counts[i]! += often;
    }
    for (const count of counts) expect(count / 2000).toBeCloseTo(1, 1);
  });

  it('are the same for a seed, and others for another', () => {
    const defective = Array.from({ length: 20 }, (_, i) => i % 3 === 0);
    expect(drawResamples(defective, 5, 1)).toEqual(drawResamples(defective, 5, 1));
    expect(drawResamples(defective, 5, 1)).not.toEqual(drawResamples(defective, 5, 2));
  });
});

describe('pixel metrics of resamples', () => {
  it('are those of the pixels of the drawn images, put one behind the other', () => {
    const random = new Random('resampled');
    const samples = Array.from({ length: 7 }, (_, i) => drawSample(random, 25, i < 3 ? 0 : 0.6));
    const { groups, images } = grouped(samples, SIDE);
    const defective = samples.map(({ regions }) => regions.length > 0);
    const resamples = drawResamples(defective, 12, 'naive');
    const found = [...resampledPixelMetrics(images, groups, resamples)];
    for (const [at, times] of resamples.entries()) {
      const drawn = samples.flatMap((sample, i) => Array<typeof sample>(times[i]!).fill(sample));
      const naive = naiveMetrics(drawn);
      for (const key of ['auroc', 'ap', 'f1Max', 'pro', 'proAprilGan'] as const) {
        expect(found[at]![key], `${key} of ${at}`).toBeCloseTo(naive[key], 10);
      }
    }
  });

  it('have no value where a class is missing', () => {
    const samples = [drawSample(new Random('none'), 10, 0)];
    const { groups, images } = grouped(samples, SIDE);
    const [only] = resampledPixelMetrics(images, groups, once(samples));
    expect(only).toEqual({
      ...{ auroc: null, ap: null, f1Max: null, f1Threshold: null },
      ...{ pro: null, proAprilGan: null },
    });
  });
});

describe('groups of scores', () => {
  it('are one for each score where there are few', () => {
    const samples = [drawSample(new Random('few'), 50), drawSample(new Random('more'), 50)];
    const { groups, images } = grouped(samples, SIDE);
    const used = new Set(samples.flatMap(({ scores }) => [...scores]));
    expect([...groups.lowest]).toEqual([...used].sort((a, b) => a - b));
    expect(groups.highest).toEqual(groups.lowest);
    expect(images[0]!.span.highest).toBe(Math.max(...samples[0]!.scores));
  });

  // Defects of few pixels and of many, maps that know little and much, and half of all pixels at one score.
  it.each([
    [3, 0.5, false],
    [12, 1.5, false],
    [40, 0.2, false],
    [12, 3, true],
  ])('say what single scores say: defects of %i pixels, %f apart', (size, apart, hasFloor) => {
    const random = new Random(`${size}/${apart}`);
    const side = 192;
    const samples = Array.from({ length: 6 }, (_, image) => {
      const mask = new Uint8Array(side * side);
      for (let spot = 0; image > 1 && spot < 4; spot++) {
        const [x, y] = [random.int(0, side - size - 1), random.int(0, side - size - 1)];
        for (let dy = 0; dy < size; dy++) mask.fill(255, (y + dy) * side + x, (y + dy) * side + x + size);
      }
      const scores = Uint16Array.from(mask, (value) => {
        const logit = random.normal() + (value ? apart : 0) - 2;
        const score = 65535 / (1 + Math.exp(-logit));
        return hasFloor && score < 8000 ? 0 : score;
      });
      return { scores, mask };
    });
    const { groups, images } = grouped(samples, side);
    expect(groups.lowest.length).toBeLessThanOrEqual(MOST_GROUPS);
    expect(groups.lowest.length).toBeGreaterThan(MOST_GROUPS / 4);
    const [found] = resampledPixelMetrics(images, groups, once(samples));
    const metrics = new PixelMetrics();
    for (const { scores, mask } of samples) metrics.add(scores, mask, side, side);
    const exact = metrics.result();
    for (const key of ['auroc', 'ap', 'f1Max', 'pro', 'proAprilGan'] as const) {
      expect(Math.abs(found![key]! - exact[key]!), key).toBeLessThan(5e-4);
    }
  });
});

it('image metrics of resamples are those of the drawn images, ties included', () => {
  const random = new Random('scores');
  const defective = Array.from({ length: 15 }, (_, i) => i % 2 === 0);
  const scores = defective.map((is) => Math.round((random.next() + (is ? 0.3 : 0)) * 8) / 8);
  const resamples = drawResamples(defective, 20, 'images');
  const found = [...resampledImageMetrics(scores, defective, resamples)];
  for (const [at, times] of resamples.entries()) {
    const drawn = scores.flatMap((_, i) => Array<number>(times[i]!).fill(i));
    const own = drawn.map((i) => scores[i]!);
    const labels = drawn.map((i) => defective[i]!);
    const naive = naiveRanking(own, labels);
    expect(found[at]!.auroc).toBeCloseTo(naive.auroc, 12);
    expect(found[at]!.ap).toBeCloseTo(naive.ap, 12);
    expect(found[at]!.f1Max).toBeCloseTo(naive.f1Max, 12);
    expect(found[at]!.f1Threshold).toBe(imageMetrics(own, labels).f1Threshold);
  }
});
