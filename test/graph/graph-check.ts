import { expect } from 'vitest';
import { GraphBuilder, type Value } from '../../src-main/graph/builder.ts';
import { gradients } from '../../src-main/graph/gradient.ts';
import { encodeModel } from '../../src-main/graph/model.ts';
import type { Dim } from '../../src-main/graph/shape.ts';
import { createSession, type Tensor, type Tensors } from '../../src-main/inference/ort.ts';

/** A float32 tensor in plain numbers. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly data: readonly number[];
}

/** Reproducible numbers in −1..1 (xorshift), `scale` and `shift` applied. */
export function numbers(dims: readonly number[], seed: number, scale = 1, shift = 0): Numbers {
  let state = (seed * 2654435761) | 1;
  const data = Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state / 2 ** 31) * scale + shift;
  });
  return { dims, data };
}

export function ids(dims: readonly number[], data: readonly number[]): Tensor {
  return { type: 'int64', dims, data: BigInt64Array.from(data.map(BigInt)) };
}

type Feed = Numbers | Tensor;

function toTensor(feed: Feed): Tensor {
  return 'type' in feed ? feed : { type: 'float32', dims: feed.dims, data: Float32Array.from(feed.data) };
}

/** A set of feeds, by input name; all sets run through one session. */
export type FeedSet = Readonly<Record<string, Feed>>;

/** Opens a session on what the builder built, runs every feed set, releases it. */
export async function runGraph(builder: GraphBuilder, feedSets: readonly FeedSet[]): Promise<Tensors[]> {
  const session = await createSession(encodeModel(builder.build()), { device: 'cpu', threads: 1 });
  try {
    const results: Tensors[] = [];
    for (const feeds of feedSets) {
      const tensors = Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)] as const);
      results.push(await session.run(Object.fromEntries(tensors)));
    }
    return results;
  } finally {
    await session.release();
  }
}

function declareInputs(
  builder: GraphBuilder,
  feeds: FeedSet,
  shapes: Readonly<Record<string, readonly Dim[]>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, feed]) => {
      const type = 'type' in feed && feed.type === 'int64' ? 'int64' : 'float32';
      return [name, builder.input(name, type, shapes[name] ?? feed.dims)];
    }),
  );
}

type Op = (b: GraphBuilder, inputs: Readonly<Record<string, Value>>) => Value;

/** Runs one op (or several) on each feed set. The inferred shape must be the one that comes out. */
export async function forward(
  op: Op,
  feedSets: readonly FeedSet[],
  shapes: Readonly<Record<string, readonly Dim[]>> = {},
): Promise<Numbers[]> {
  const builder = new GraphBuilder();
  const y = op(builder, declareInputs(builder, feedSets[0]!, shapes));
  builder.output('result', y.type === 'float32' ? y : builder.cast(y, 'float32'));
  const results = await runGraph(builder, feedSets);
  return results.map((result) => {
    const { dims, data } = result.result as Tensor;
    expect(dims.length).toBe(y.shape.length);
    for (const [axis, dim] of y.shape.entries()) if (typeof dim === 'number') expect(dims[axis]).toBe(dim);
    return { dims, data: Array.from(data as Float32Array) };
  });
}

export function expectClose(actual: Numbers, expected: Numbers, tolerance = 1e-5): void {
  expect(actual.dims).toEqual(expected.dims);
  const largest = Math.max(1, ...expected.data.map(Math.abs));
  const worst = Math.max(...actual.data.map((value, at) => Math.abs(value - expected.data[at]!)));
  expect(worst / largest).toBeLessThan(tolerance);
}

/**
 * Compares the gradient of loss = Σ weight·op(inputs) with central finite differences of that loss, for every
 * float input and every element. The weights are fixed and irregular, so that no error can cancel out.
 *
 * The loss is summed here, in double precision, from the op's float32 output: only the op itself is rounded.
 */
export async function expectGradients(
  op: Op,
  feedSets: readonly FeedSet[],
  options: {
    readonly shapes?: Readonly<Record<string, readonly Dim[]>>;
    readonly step?: number;
    readonly tolerance?: number;
  } = {},
): Promise<void> {
  const { shapes = {}, step = 1e-2, tolerance = 2e-3 } = options;
  const builder = new GraphBuilder();
  const inputs = declareInputs(builder, feedSets[0]!, shapes);
  const y = op(builder, inputs);
  const weight = builder.input('weight', 'float32', y.shape);
  const loss = builder.reduceSum(builder.mul(y, weight));
  const floats = Object.entries(inputs).filter(([, value]) => value.type === 'float32');
  const grads = gradients(
    builder,
    loss,
    floats.map(([, value]) => value),
  );
  builder.output('result', y);
  for (const [at, [name, value]] of floats.entries()) {
    expect(grads[at]!.shape).toEqual(value.shape);
    builder.output(`gradient of ${name}`, grads[at]!);
  }
  // The weights' shape is that of the result, which one run without gradients tells.
  const outcomes = await forward(op, feedSets, shapes);
  const session = await createSession(encodeModel(builder.build()), { device: 'cpu', threads: 1 });
  try {
    for (const [set, feeds] of feedSets.entries()) {
      const weights = numbers(outcomes[set]!.dims, 77 + set);
      const fixed = Object.fromEntries(Object.entries(feeds).map(([name, feed]) => [name, toTensor(feed)]));
      const run = (changed: Tensors = {}) => session.run({ ...fixed, weight: toTensor(weights), ...changed });
      const lossAt = async (changed: Tensors): Promise<number> => {
        const { data } = (await run(changed)).result as Tensor;
        return weights.data.reduce((sum, factor, at) => sum + factor * Number(data[at]!), 0);
      };
      const analytic = await run();
      for (const [name] of floats) {
        const feed = feeds[name] as Numbers;
        const numeric: number[] = [];
        for (const at of feed.data.keys()) {
          const moved = (by: number) => {
            const tensor = toTensor({ dims: feed.dims, data: feed.data.with(at, feed.data[at]! + by) });
            return { tensor, loss: lossAt({ [name]: tensor }), place: Number(tensor.data[at]!) };
          };
          const [up, down] = [moved(step), moved(-step)];
          numeric.push(((await up.loss) - (await down.loss)) / (up.place - down.place));
        }
        const gradient = analytic[`gradient of ${name}`] as Tensor;
        expectClose(
          { dims: gradient.dims, data: Array.from(gradient.data as Float32Array) },
          { dims: feed.dims, data: numeric },
          tolerance,
        );
      }
    }
  } finally {
    await session.release();
  }
}
