import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CELLS_PER_TOKEN } from '../../src-main/graph/umci.ts';
import { type FeatureRecord, featuresIn } from '../../src-main/training/feature-file.ts';
import { paperLoss } from '../../src-main/training/head-loss.ts';
import { trainHead } from '../../src-main/training/head-training.ts';
import { validateHead } from '../../src-main/training/head-validation.ts';
import { trainableLinear } from '../../src-main/training/trainable-head.ts';
import { TrainingGraph } from '../../src-main/training/training-graph.ts';
import { Weights } from '../../src-main/training/weights.ts';
import { TOY_WIDTHS, writeToyFeatures } from './toy-features.ts';

const SCALE = 6;
const head = trainableLinear({ stageWidths: TOY_WIDTHS, textWidth: 4 }, SCALE);
const tokens = Float32Array.of(1, 0, 0, 0, 0.6, 0.8, 0, 0);

let folder = '';
let records: FeatureRecord[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linear-'));
  records = await writeToyFeatures(folder, 24, 1);
});
afterAll(() => rm(folder, { recursive: true }));

/** The loss of one picture, in loops: linear layer, cosine, corners-aligned bilinear, focal and Dice. */
function naiveLoss(
  weights: Weights,
  stages: readonly Float32Array[],
  { height, width }: { readonly height: number; readonly width: number },
  target: Float32Array,
): number {
  const [rows, columns] = [height * CELLS_PER_TOKEN, width * CELLS_PER_TOKEN];
  let loss = 0;
  for (const [stage, channels] of TOY_WIDTHS.entries()) {
    const w = weights.tensors.get(`stage${stage}.weight`)!.data;
    const bias = weights.tensors.get(`stage${stage}.bias`)!.data;
    const logits = Array.from({ length: height * width }, (_, token) => {
      const joint = Array.from({ length: 4 }, (_unused, out) => {
        let sum = bias[out]!;
        for (let c = 0; c < channels; c++)
          sum += w[out * channels + c]! * stages[stage]![token * channels + c]!;
        return sum;
      });
      const length = Math.hypot(...joint);
      const cosine = (row: number) =>
        joint.reduce((sum, x, k) => sum + (x / length) * tokens[row * 4 + k]!, 0);
      return SCALE * (cosine(1) - cosine(0));
    });
    const at = (y: number, x: number) => logits[y * width + x]!;
    let focal = 0;
    let both = 0;
    let sumP = 0;
    let sumT = 0;
    for (let v = 0; v < rows; v++)
      for (let u = 0; u < columns; u++) {
        const y = (v * (height - 1)) / (rows - 1);
        const x = (u * (width - 1)) / (columns - 1);
        const [y0, x0] = [Math.min(height - 2, Math.floor(y)), Math.min(width - 2, Math.floor(x))];
        const [fy, fx] = [y - y0, x - x0];
        const z =
          (1 - fy) * ((1 - fx) * at(y0, x0) + fx * at(y0, x0 + 1)) +
          fy * ((1 - fx) * at(y0 + 1, x0) + fx * at(y0 + 1, x0 + 1));
        const p = 1 / (1 + Math.exp(-z));
        const t = target[v * columns + u]!;
        focal -= (t * (1 - p) ** 2 * Math.log(p) + (1 - t) * p ** 2 * Math.log(1 - p)) / (rows * columns);
        both += p * t;
        sumP += p;
        sumT += t;
      }
    loss += focal + 1 - (2 * both + 1) / (sumP + sumT + 1);
  }
  return loss;
}

it('has the loss of loops written out, and its slope by differences, for linear layers', async () => {
  const grid = { height: 4, width: 3 };
  const stages = TOY_WIDTHS.map((channels, stage) =>
    Float32Array.from({ length: 12 * channels }, (_, i) => Math.sin(i * 1.7 + stage)),
  );
  const [rows, columns] = [16, 12];
  const target = Float32Array.from({ length: rows * columns }, (_, i) => (i % columns < 5 && i < 90 ? 1 : 0));
  const weights = Weights.initial(head.parameters, 'linear');
  const graph = await TrainingGraph.create(head.parameters, (b, weight) =>
    paperLoss(b, head.logits(b, weight), b.input('target', 'float32', ['map_h', 'map_w']), {
      gamma: 2,
      dice: 1,
    }),
  );
  const gradient = new Float32Array(weights.vector.length);
  const tensor = (dims: number[], data: Float32Array) => ({ type: 'float32' as const, dims, data });
  const loss = await graph.run(
    weights,
    {
      ...Object.fromEntries(stages.map((data, i) => [`stage_${i}`, tensor([4, 3, TOY_WIDTHS[i]!], data)])),
      ...head.matrices({ ...grid, mapHeight: rows, mapWidth: columns }),
      text: tensor([2, 4], tokens),
      target: tensor([rows, columns], target),
    },
    gradient,
  );
  await graph.release();
  expect(loss).toBeCloseTo(naiveLoss(weights, stages, grid, target), 5);
  for (const place of [0, 7, 17, 22, 30]) {
    const moved = (by: number) => {
      const other = new Weights(head.parameters, weights.vector.slice());
      other.vector[place]! += by;
      return naiveLoss(other, stages, grid, target);
    };
    expect(gradient[place]).toBeCloseTo((moved(1e-3) - moved(-1e-3)) / 2e-3, 3);
  }
});

it('learns linear layers on features, and measures them on pictures that it has not seen', async () => {
  const features = featuresIn(folder);
  const weights = await trainHead({
    ...{ head, records, features, seed: 1, threads: 1 },
    plan: {
      ...{ protocol: 'paper', batch: 4, steps: 120, warmup: 0, restarts: [], learningRate: 0.03 },
      ...{ weightDecay: 0, clip: 1, gamma: 2, dice: 1, image: 0, average: 0 },
    },
    language: () => ({ tokens, meant: true }),
  });
  const measured = await writeToyFeatures(folder, 12, 2);
  const figures = await validateHead({
    ...{ head, weights, features, records: measured },
    language: () => tokens,
  });
  for (const { pixelAuroc } of Object.values(figures)) expect(pixelAuroc).toBeGreaterThan(0.9);
});
