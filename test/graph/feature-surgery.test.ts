import { describe, expect, it } from 'vitest';
import { buildLinearSurgeryGraph, buildSurgeryGraph } from '../../src-main/graph/feature-surgery.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import type { WeightTensor } from '../../src-main/graph/safetensors.ts';
import type { Tensor } from '../../src-main/inference/ort.ts';
import { runOnce } from '../twins/twins.ts';
import { numbers } from './graph-check.ts';

function floats(dims: readonly number[], data: ArrayLike<number>): Tensor {
  return { type: 'float32', dims, data: Float32Array.from(data) };
}

const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row));
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** CLIP Surgery, channel by channel as it is written down. */
function naiveSurgery(
  token: readonly number[],
  whole: readonly number[],
  texts: readonly (readonly number[])[],
) {
  const likeness = texts.map((text) => Math.exp(dot(unit(whole), text)));
  const total = likeness.reduce((sum, value) => sum + value, 0);
  const shares = likeness.map((value) => value / total);
  const mean = shares.reduce((sum, value) => sum + value, 0) / shares.length;
  const products = texts.map((text, t) =>
    text.map((value, c) => value * unit(token)[c]! * (shares[t]! / mean)),
  );
  return products.map((product) =>
    product.reduce((sum, value, c) => {
      const redundant = products.reduce((all, other) => all + other[c]!, 0) / products.length;
      return sum + value - redundant;
    }, 0),
  );
}

const identity = (size: number) =>
  floats(
    [size, size],
    Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0)),
  );

it('is what a hand works out for two texts at a right angle', async () => {
  // Weight of each text where the image is like both: 1. Token (1, 0): products (1, 0) and (0, 0), shared (½, 0).
  const layers = new Map([
    ['stage0.weight', { shape: [2, 2], data: Float32Array.of(1, 0, 0, 1) }],
    ['stage0.bias', { shape: [2], data: new Float32Array(2) }],
  ]);
  const graph = encodeModel(buildLinearSurgeryGraph(layers, { scale: 3 }));
  const { similarity, coarse } = await runOnce(graph, {
    stage_0: floats([1, 2, 2], [1, 0, 0, 1]),
    text: floats([2, 2], [1, 0, 0, 1]),
    map_rows: identity(1),
    map_columns: identity(2),
  });
  expect(Array.from(similarity!.data as Float32Array)).toEqual([
    expect.closeTo(-0.5, 6),
    expect.closeTo(0.5, 6),
  ]);
  // Softmax of 3 × (½, −½).
  expect(Number(coarse!.data[1])).toBeCloseTo(1 / (1 + Math.exp(-3)), 6);
});

describe('surgery of random stages', () => {
  const texts = [unit([...numbers([5], 3).data].map(Number)), unit([...numbers([5], 4).data].map(Number))];
  const text = floats([2, 5], texts.flat());
  const cells = [0, 1, 2, 3, 4, 5];
  const rows = (data: ArrayLike<number>, width: number) =>
    Array.from({ length: data.length / width }, (_, at) =>
      Array.from(data).slice(at * width, (at + 1) * width),
    );

  function expectMap(answer: Readonly<Record<string, Tensor>>, perStage: readonly (readonly number[])[]) {
    const means = cells.map(
      (cell) => perStage.reduce((sum, stage) => sum + stage[cell]!, 0) / perStage.length,
    );
    for (const cell of cells) {
      expect(Number(answer.similarity!.data[cell])).toBeCloseTo(means[cell]!, 5);
      expect(Number(answer.coarse!.data[cell])).toBeCloseTo(1 / (1 + Math.exp(-2 * 7 * means[cell]!)), 5);
    }
  }

  it('through a layer per stage, the mean token for the image, is the naive loop’s', async () => {
    const layers = new Map<string, WeightTensor>(
      [4, 6].flatMap<readonly [string, WeightTensor]>((width, stage) => [
        [
          `stage${stage}.weight`,
          { shape: [5, width], data: Float32Array.from(numbers([5, width], 11 + stage).data) },
        ],
        [`stage${stage}.bias`, { shape: [5], data: Float32Array.from(numbers([5], 21 + stage).data) }],
      ]),
    );
    const stages = [4, 6].map((width, stage) => Array.from(numbers([2, 3, width], 31 + stage).data, Number));
    const joint = [4, 6].map((width, stage) =>
      rows(stages[stage]!, width).map((token) =>
        rows(layers.get(`stage${stage}.weight`)!.data, width).map(
          (weights, t) => dot(weights, token) + layers.get(`stage${stage}.bias`)!.data[t]!,
        ),
      ),
    );
    const answer = await runOnce(encodeModel(buildLinearSurgeryGraph(layers, { scale: 7 })), {
      stage_0: floats([2, 3, 4], stages[0]!),
      stage_1: floats([2, 3, 6], stages[1]!),
      text,
      map_rows: identity(2),
      map_columns: identity(3),
    });
    expectMap(
      answer,
      joint.map((tokens) => {
        const whole = tokens[0]!.map((_, c) => tokens.reduce((sum, token) => sum + token[c]! / 6, 0));
        return tokens.map((token) => naiveSurgery(token, whole, texts)[1]!);
      }),
    );
  });

  it('through the tower’s own norm and projection, with its class tokens, is the naive loop’s', async () => {
    const tail = {
      stream: 'end',
      width: 4,
      textWidth: 5,
      gamma: Float32Array.from(numbers([4], 41).data),
      beta: Float32Array.from(numbers([4], 42).data),
      epsilon: 1e-5,
      projection: Float32Array.from(numbers([4, 5], 43).data),
    };
    const stages = [0, 1].map((stage) => Array.from(numbers([7, 4], 51 + stage).data, Number));
    const joint = stages.map((stage) =>
      rows(stage, 4).map((token) => {
        const mean = dot(token, [0.25, 0.25, 0.25, 0.25]);
        const deviation = Math.sqrt(token.reduce((sum, value) => sum + (value - mean) ** 2 / 4, 0) + 1e-5);
        const normed = token.map((value, c) => ((value - mean) / deviation) * tail.gamma[c]! + tail.beta[c]!);
        return [0, 1, 2, 3, 4].map((t) =>
          normed.reduce((sum, value, c) => sum + value * tail.projection[c * 5 + t]!, 0),
        );
      }),
    );
    const feeds = Object.fromEntries(
      stages.flatMap((stage, at) => [
        [`whole_${at}`, floats([1, 4], stage.slice(0, 4))],
        [`stage_${at}`, floats([2, 3, 4], stage.slice(4))],
      ]),
    );
    const answer = await runOnce(encodeModel(buildSurgeryGraph(tail, { stages: 2, scale: 7 })), {
      ...feeds,
      text,
      map_rows: identity(2),
      map_columns: identity(3),
    });
    expectMap(
      answer,
      joint.map(([whole, ...tokens]) => tokens.map((token) => naiveSurgery(token, whole!, texts)[1]!)),
    );
  });
});
