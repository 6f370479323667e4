import { describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { gradients } from '../../src-main/graph/gradient.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import { createSession, type Tensor } from '../../src-main/inference/ort.ts';
import {
  buildTextEncoder,
  encodeText,
  type TextEncoderShape,
  textEncoderParameters,
} from '../../src-main/training/text-encoder.ts';
import { expectClose, ids, type Numbers, numbers, runGraph } from '../graph/graph-check.ts';
import { dot, gelu, type NaiveWeight, range, softmax } from '../graph/naive-umci.ts';

const shape: TextEncoderShape = {
  vocabulary: 9,
  contextLength: 6,
  embedding: 8,
  layers: 2,
  heads: 2,
  width: 5,
};
const END = 8;
const sentences = [
  [7, 2, 3, END, 0, 0],
  [7, 4, END, 0, 0, 0],
  [7, 1, 2, 3, 4, END],
];

/** Values that float16 holds exactly, as the encoder stores its weights in it. */
const weights = new Map<string, Numbers>(
  textEncoderParameters(shape).map(({ name, shape: dims, fan }, i) => {
    const { data } = numbers(dims, i + 1, fan > 0 ? 1.5 / Math.sqrt(fan) : 0.3, fan < 0 ? 1 : 0);
    return [name, { dims, data: data.map((value) => Math.round(value * 256) / 256) }];
  }),
);

/** CLIP's text tower as its paper describes it: pre-norm blocks, causal attention, feature at the end token. */
function naiveEncoder(sentence: readonly number[], weight: NaiveWeight): number[] {
  const { embedding: e, heads } = shape;
  const linear = (x: readonly number[], name: string, outputs: number) =>
    range(outputs).map((o) =>
      x.reduce(
        (sum, value, i) => sum + value * weight(`${name}.weight`)[i * outputs + o]!,
        weight(`${name}.bias`)[o]!,
      ),
    );
  const norm = (x: readonly number[], name: string) => {
    const mean = x.reduce((sum, value) => sum + value, 0) / e;
    const variance = x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / e;
    return x.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(variance + 1e-5)) * weight(`${name}.gain`)[i]! +
        weight(`${name}.bias`)[i]!,
    );
  };
  const plus = (a: readonly number[], b: readonly number[]) => a.map((value, i) => value + b[i]!);

  let x = sentence.map((id, place) =>
    range(e).map((i) => weight('tokens')[id * e + i]! + weight('positions')[place * e + i]!),
  );
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `block${layer}`;
    const before = x.map((token) => norm(token, `${at}.norm1`));
    const [query, key, value] = ['query', 'key', 'value'].map((part) =>
      before.map((token) => linear(token, `${at}.${part}`, e)),
    ) as [number[][], number[][], number[][]];
    const size = e / heads;
    const answers = sentence.map((_, place) =>
      range(heads).flatMap((head) => {
        const of = (token: readonly number[]) => token.slice(head * size, (head + 1) * size);
        const past = range(place + 1);
        const shares = softmax(
          past.map((other) => dot(of(query[place]!), of(key[other]!)) / Math.sqrt(size)),
        );
        return range(size).map((i) =>
          past.reduce((sum, other) => sum + shares[other]! * of(value[other]!)[i]!, 0),
        );
      }),
    );
    x = x.map((token, place) => plus(token, linear(answers[place]!, `${at}.out`, e)));
    x = x.map((token) =>
      plus(token, linear(linear(norm(token, `${at}.norm2`), `${at}.up`, 4 * e).map(gelu), `${at}.down`, e)),
    );
  }
  const feature = norm(x[sentence.indexOf(END)]!, 'norm');
  const projected = range(shape.width).map((o) =>
    feature.reduce((sum, value, i) => sum + value * weight('projection')[i * shape.width + o]!, 0),
  );
  return projected.map((value) => value / Math.hypot(...projected));
}

async function embed(batch: readonly (readonly number[])[]): Promise<Numbers> {
  const tensors = new Map(
    [...weights].map(([name, { dims, data }]) => [name, { shape: dims, data: Float32Array.from(data) }]),
  );
  const session = await createSession(encodeModel(buildTextEncoder(shape, tensors)), {
    device: 'cpu',
    threads: 1,
  });
  try {
    const { embedding } = await session.run({ ids: ids([batch.length, shape.contextLength], batch.flat()) });
    return { dims: embedding!.dims, data: Array.from(embedding!.data as Float32Array) };
  } finally {
    await session.release();
  }
}

describe('the text encoder', () => {
  it('computes a causal transformer, feature at the end token, length 1', async () => {
    const expected = sentences.flatMap((sentence) =>
      naiveEncoder(sentence, (name) => weights.get(name)!.data),
    );
    const actual = await embed(sentences);
    expectClose(actual, { dims: [3, shape.width], data: expected });
    for (const row of range(3)) expect(Math.hypot(...actual.data.slice(row * 5, row * 5 + 5))).toBeCloseTo(1);
  });

  it('reads nothing behind the end token, and everything before it', async () => {
    const { data } = await embed([
      [7, 2, 3, END, 0, 0],
      [7, 2, 3, END, 5, 6],
      [7, 6, 3, END, 0, 0],
    ]);
    const [one, same, other] = [data.slice(0, 5), data.slice(5, 10), data.slice(10)];
    expect(Math.max(...one.map((value, i) => Math.abs(value - same[i]!)))).toBeLessThan(1e-6);
    expect(Math.max(...one.map((value, i) => Math.abs(value - other[i]!)))).toBeGreaterThan(0.01);
  });

  it('has the gradients that finite differences of the naive encoder give', async () => {
    const builder = new GraphBuilder();
    const sentenceIds = builder.input('ids', 'int64', ['n', shape.contextLength]);
    const values = new Map<string, Value>(
      [...weights].map(([name, { dims }]) => [name, builder.input(name, 'float32', dims)]),
    );
    const embedding = encodeText(builder, shape, sentenceIds, (name) => values.get(name)!);
    const factors = numbers([3, shape.width], 99);
    const loss = builder.reduceSum(
      builder.mul(embedding, builder.input('factors', 'float32', ['n', shape.width])),
    );
    gradients(builder, loss, [...values.values()]).forEach((gradient, i) => {
      builder.output(`d/${[...values.keys()][i]}`, gradient);
    });
    const [result] = await runGraph(builder, [
      { ids: ids([3, shape.contextLength], sentences.flat()), factors, ...Object.fromEntries(weights) },
    ]);

    const lossWith = (changed: string, vector: readonly number[]) =>
      sentences
        .flatMap((sentence) =>
          naiveEncoder(sentence, (name) => (name === changed ? vector : weights.get(name)!.data)),
        )
        .reduce((sum, value, i) => sum + value * factors.data[i]!, 0);
    for (const [name, { data }] of weights) {
      const gradient = (result![`d/${name}`] as Tensor).data;
      const largest = Math.max(0.01, ...Array.from(gradient as Float32Array, Math.abs));
      // Irregularly spread places, among them the rows of used and unused tokens.
      for (let at = 0; at < data.length; at += Math.ceil(data.length / 4)) {
        const moved = (by: number) => lossWith(name, data.with(at, data[at]! + by));
        const numeric = (moved(1e-4) - moved(-1e-4)) / 2e-4;
        expect(Math.abs(Number(gradient[at]) - numeric) / largest, `${name}[${at}]`).toBeLessThan(1e-3);
      }
    }
  });
});
