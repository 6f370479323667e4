import type { Random } from '../../src-shared/random.ts';

/** A map with its truth, as the definitions of metrics need it. */
export interface Sample {
  readonly scores: Uint16Array;
  readonly mask: Uint8Array;
  /** Pixel lists of the ground-truth regions. */
  readonly regions: readonly (readonly number[])[];
}

/** AUROC by counting pairs, AP and F1 by walking every threshold: the definitions, quadratic. */
export function naiveRanking(scores: readonly number[], labels: readonly boolean[]) {
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

export const SIDE = 12;

/** Blocks in a grid of 4 × 4 tiles, never touching, under scores with many ties. */
export function drawSample(random: Random, levels: number, blocks = 0.5): Sample {
  const mask = new Uint8Array(SIDE * SIDE);
  const regions: number[][] = [];
  for (let ty = 0; ty < 3; ty++) {
    for (let tx = 0; tx < 3; tx++) {
      if (random.next() >= blocks) continue;
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

/** Regions of any mask: every pixel takes the lowest label of its eight neighbours until nothing changes. */
export function labelledRegions(mask: Uint8Array, width: number, height: number): number[][] {
  const labels = Array.from(mask, (value, i) => (value ? i : -1));
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i]! < 0) continue;
      const [x, y] = [i % width, Math.floor(i / width)];
      for (let dy = -1; dy <= 1; dy++) {
        for (let dx = -1; dx <= 1; dx++) {
          if (x + dx < 0 || x + dx >= width || y + dy < 0 || y + dy >= height) continue;
          const other = labels[(y + dy) * width + x + dx]!;
          if (other < 0 || other >= labels[i]!) continue;
          labels[i] = other;
          changed = true;
        }
      }
    }
  }
  const regions = Map.groupBy([...labels.keys()], (i) => labels[i]!);
  regions.delete(-1);
  return [...regions.values()];
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

/** PRO over every distinct score; a point is put into the curve where it crosses 0.3. */
function naivePro(samples: readonly Sample[]): number {
  const values = [...new Set(samples.flatMap(({ scores }) => [...scores]))].sort((a, b) => b - a);
  const curve = [{ fpr: 0, pro: 0 }, ...values.map((value) => proPoint(samples, value - 1))];
  const beyond = curve.findIndex(({ fpr }) => fpr > 0.3);
  const [a, b] = [curve[beyond - 1]!, curve[beyond]!];
  const at = { fpr: 0.3, pro: a.pro + ((0.3 - a.fpr) / (b.fpr - a.fpr)) * (b.pro - a.pro) };
  return trapezoid([...curve.slice(0, beyond), at]) / 0.3;
}

/** A transcription of VAND-APRIL-GAN's `cal_pro_score` (test.py). */
export function naiveAprilGan(samples: readonly Sample[]): number {
  const scores = samples.flatMap((sample) => [...sample.scores]);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const points = Array.from({ length: 200 }, (_, i) => proPoint(samples, low + (i * (high - low)) / 200))
    .filter(({ fpr }) => fpr < 0.3)
    .reverse();
  const rates = points.map(({ fpr }) => fpr);
  const [first, last] = [Math.min(...rates), Math.max(...rates)];
  return trapezoid(points.map(({ fpr, pro }) => ({ fpr: (fpr - first) / (last - first), pro })));
}

/** All metrics of the samples' pixels, put one behind the other. */
export function naiveMetrics(samples: readonly Sample[]) {
  const scores = samples.flatMap((sample) => [...sample.scores]);
  const labels = samples.flatMap((sample) => Array.from(sample.mask, (value) => value > 0));
  const ranking = naiveRanking(scores, labels);
  return { ...ranking, pro: naivePro(samples), proAprilGan: naiveAprilGan(samples) };
}
