import { expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import type { WeightTensor } from '../../src-main/graph/safetensors.ts';
import { mapMatrices } from '../../src-main/graph/umci-feeds.ts';
import type { MapMethod, MethodImage, MethodTools } from '../../src-main/methods/method.ts';
import { sdp, sdpPlus } from '../../src-main/methods/sdp.ts';
import { similarity } from '../../src-main/methods/similarity.ts';
import { winclip } from '../../src-main/methods/winclip.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';
import { noise } from '../inference/tiny-pack.ts';
import { runOnce } from '../twins/twins.ts';
import { randomLayers } from './layers.ts';

const GRID = { height: 4, width: 5, mapHeight: 16, mapWidth: 19 };
const WIDTHS = [3, 6];
const TEXT = 4;
const SCALE = { projection: 8, 'sdp-plus': 20 };
const layers = {
  projection: randomLayers(WIDTHS, TEXT, 70),
  'sdp-plus': randomLayers(WIDTHS, TEXT, 80),
};

const unit = (row: readonly number[]) => row.map((value) => value / Math.hypot(...row));
const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const words = [unit(Array.from(noise(TEXT, 1))), unit(Array.from(noise(TEXT, 2)))] as const;
const stages = WIDTHS.map((width, at) => noise(GRID.height * GRID.width * width, 10 + at));

const image: MethodImage = {
  frame: frameFor(1024, 800),
  pixels: { type: 'float32', dims: [1], data: new Float32Array(1) },
  stages: stages.map((data, at) => ({ type: 'float32', dims: [GRID.height, GRID.width, WIDTHS[at]!], data })),
  content: GRID,
  language: { type: 'float32', dims: [2, TEXT], data: Float32Array.from(words.flat()) },
};

/** The map of a method on a tower that has no projection, on the map's own cells. */
async function mapOf(method: MapMethod): Promise<Float32Array> {
  const methodWeights = {
    projection: { file: 'projection', scale: SCALE.projection },
    'sdp-plus': { file: 'sdp-plus', scale: SCALE['sdp-plus'] },
  };
  const pack = {
    vision: { stages: WIDTHS.map((width) => ({ tensor: 't', width, grid: 5 })) },
    text: { width: TEXT },
    head: { kind: 'none', scale: 1 },
    methodWeights,
  } as unknown as Pack;
  const tools: Partial<MethodTools> = {
    pack,
    weights: async (file) => layers[file as keyof typeof layers],
    async run({ build }, feeds) {
      const { model } = await build();
      const names = new Set(model.proto.graph!.input.map(({ name }) => name));
      const taken = Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
      return (await runOnce(encodeModel(model), taken)) as Awaited<ReturnType<MethodTools['run']>>;
    },
    shared: (_key, make) => make(),
    onCells: (data) => ({ width: GRID.mapWidth, height: GRID.mapHeight, data }),
  };
  return (await method.coarse(image, tools as MethodTools)).data;
}

/** A stage's tokens in the space of the words, row by row. */
function joint(weights: ReadonlyMap<string, WeightTensor>, stage: number): number[][] {
  const width = WIDTHS[stage]!;
  const matrix = Array.from(weights.get(`stage${stage}.weight`)!.data);
  const bias = weights.get(`stage${stage}.bias`)!.data;
  return Array.from({ length: GRID.height * GRID.width }, (_, at) => {
    const token = Array.from(stages[stage]!.subarray(at * width, (at + 1) * width));
    return Array.from(bias, (value, t) => value + dot(token, matrix.slice(t * width, (t + 1) * width)));
  });
}

const mean = (rows: readonly (readonly number[])[]) =>
  rows[0]!.map((_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length);
const logit = (row: readonly number[], scale: number) =>
  scale * (dot(unit(row), words[1]) - dot(unit(row), words[0]));

/** Values of tokens on the map's cells. */
function onMap(values: readonly number[], aligned: 'centres' | 'corners'): number[] {
  const { map_rows, map_columns } = mapMatrices(GRID, aligned);
  return Array.from({ length: GRID.mapHeight * GRID.mapWidth }, (_, cell) => {
    const [y, x] = [Math.floor(cell / GRID.mapWidth), cell % GRID.mapWidth];
    let sum = 0;
    for (const [at, value] of values.entries()) {
      const [v, u] = [Math.floor(at / GRID.width), at % GRID.width];
      sum += map_rows!.data[y * GRID.height + v]! * value * map_columns!.data[u * GRID.mapWidth + x]!;
    }
    return sum;
  });
}

function expectClose(found: Float32Array, expected: readonly number[]) {
  expect(found).toHaveLength(expected.length);
  const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0);
  expect(worst).toBeLessThan(1e-5);
  expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.02);
}

/** Feature surgery of a stage, channel by channel: similarity with "abnormal". */
function surgery(tokens: readonly (readonly number[])[]): number[] {
  const likeness = words.map((text) => Math.exp(dot(unit(mean(tokens)), text)));
  const weights = likeness.map((value) => value / mean(likeness.map((one) => [one]))[0]!);
  return tokens.map((token) => {
    const products = words.map((text, t) => text.map((value, c) => value * unit(token)[c]! * weights[t]!));
    return products[1]!.reduce((sum, value, c) => sum + value - (products[0]![c]! + value) / 2, 0);
  });
}

it('similarity is a loop over the last stage’s tokens', async () => {
  const logits = joint(layers.projection, 1).map((token) => logit(token, SCALE.projection));
  expectClose(await mapOf(similarity), onMap(logits, 'corners').map(sigmoid));
});

it('WinCLIP is a loop over windows of means, harmonic over windows and scales', async () => {
  const tokens = joint(layers.projection, 1);
  const score = (places: readonly number[]) =>
    sigmoid(logit(mean(places.map((at) => tokens[at]!)), SCALE.projection));
  const whole = score(tokens.map((_, at) => at));
  const scores = tokens.map((_, at) => {
    const [y, x] = [Math.floor(at / 5), at % 5];
    const scales = [2, 3].map((side) => {
      const covering: number[] = [];
      for (let top = 0; top + side <= 4; top++)
        for (let left = 0; left + side <= 5; left++) {
          if (y < top || y >= top + side || x < left || x >= left + side) continue;
          const places = Array.from(
            { length: side * side },
            (__, i) => (top + Math.floor(i / side)) * 5 + left + (i % side),
          );
          covering.push(score(places));
        }
      return covering.length / covering.reduce((sum, value) => sum + 1 / value, 0);
    });
    return 3 / [whole, ...scales].reduce((sum, value) => sum + 1 / value, 0);
  });
  expectClose(await mapOf(winclip), onMap(scores, 'centres'));
});

it('SDP is feature surgery of each stage, their mean, softmax', async () => {
  const [first, second] = [0, 1].map((stage) => surgery(joint(layers.projection, stage)));
  const means = first!.map((value, at) => (value + second![at]!) / 2);
  expectClose(
    await mapOf(sdp),
    onMap(means, 'centres').map((value) => sigmoid(2 * SCALE.projection * value)),
  );
});

it('SDP+ is the softmax of its own layers per stage, with SDP’s similarity added', async () => {
  const trained = [0, 1].map((stage) =>
    onMap(
      joint(layers['sdp-plus'], stage).map((token) => logit(token, SCALE['sdp-plus'])),
      'corners',
    ).map(sigmoid),
  );
  const [first, second] = [0, 1].map((stage) => surgery(joint(layers.projection, stage)));
  const added = onMap(
    first!.map((value, at) => (value + second![at]!) / 2),
    'centres',
  );
  const expected = trained[0]!.map((value, cell) =>
    Math.min(1, Math.max(0, (value + trained[1]![cell]!) / 2 + added[cell]!)),
  );
  expectClose(await mapOf(sdpPlus), expected);
});
