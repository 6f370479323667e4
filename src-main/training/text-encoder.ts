import { GraphBuilder, type Value } from '../graph/builder.ts';
import type { Model } from '../graph/model.ts';
import type { WeightSpec } from '../graph/weight-spec.ts';

/** Shape of the text encoder: a small causal transformer, as CLIP's text tower is a large one. */
export interface TextEncoderShape {
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Width of the token stream. */
  readonly embedding: number;
  readonly layers: number;
  readonly heads: number;
  /** C_t: length of a sentence's embedding. */
  readonly width: number;
}

/** The encoder's weights, in a fixed order. */
export function textEncoderParameters(shape: TextEncoderShape): WeightSpec[] {
  const { embedding: e } = shape;
  const list: WeightSpec[] = [
    { name: 'tokens', shape: [shape.vocabulary, e], fan: e },
    { name: 'positions', shape: [shape.contextLength, e], fan: e * 4 },
  ];
  const norm = (name: string) => {
    list.push({ name: `${name}.gain`, shape: [e], fan: -1 });
    list.push({ name: `${name}.bias`, shape: [e], fan: 0 });
  };
  const linear = (name: string, inputs: number, outputs: number) => {
    list.push({ name: `${name}.weight`, shape: [inputs, outputs], fan: inputs });
    list.push({ name: `${name}.bias`, shape: [outputs], fan: 0 });
  };
  for (let layer = 0; layer < shape.layers; layer++) {
    norm(`block${layer}.norm1`);
    for (const part of ['query', 'key', 'value', 'out']) linear(`block${layer}.${part}`, e, e);
    norm(`block${layer}.norm2`);
    linear(`block${layer}.up`, e, 4 * e);
    linear(`block${layer}.down`, 4 * e, e);
  }
  norm('norm');
  list.push({ name: 'projection', shape: [e, shape.width], fan: e });
  return list;
}

/** Rows of x scaled to length 1. */
export function normaliseRows(b: GraphBuilder, x: Value): Value {
  const squares = b.reduceSum(b.mul(x, x), [x.shape.length - 1], true);
  return b.div(x, b.sqrt(b.add(squares, b.constant(1e-8))));
}

/**
 * Sentence embeddings.
 * @param ids int64 [n, contextLength], zero-padded; the feature is taken at the end token, the highest id
 * @returns [n, width], L2-normalised
 */
export function encodeText(
  b: GraphBuilder,
  shape: TextEncoderShape,
  ids: Value,
  weight: (name: string) => Value,
): Value {
  const { contextLength: length, embedding: e, heads } = shape;
  const norm = (x: Value, name: string) =>
    b.layerNorm(x, weight(`${name}.gain`), weight(`${name}.bias`), 1e-5);
  const linear = (x: Value, name: string) =>
    b.add(b.matmul(x, weight(`${name}.weight`)), weight(`${name}.bias`));
  const split = (x: Value) => b.transpose(b.reshape(x, [-1, length, heads, e / heads]), [0, 2, 1, 3]);
  const future = Array.from({ length: length ** 2 }, (_, i) =>
    i % length > Math.floor(i / length) ? -1e4 : 0,
  );
  const causal = b.constant(future, [length, length]);

  let x = b.add(b.gather(weight('tokens'), ids), weight('positions'));
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = `block${layer}`;
    const before = norm(x, `${at}.norm1`);
    const query = split(linear(before, `${at}.query`));
    const key = b.transpose(split(linear(before, `${at}.key`)), [0, 1, 3, 2]);
    const asks = b.div(b.matmul(query, key), b.constant(Math.sqrt(e / heads)));
    const answers = b.matmul(b.softmax(b.add(asks, causal), 3), split(linear(before, `${at}.value`)));
    const joined = b.reshape(b.transpose(answers, [0, 2, 1, 3]), [-1, length, e]);
    x = b.add(x, linear(joined, `${at}.out`));
    x = b.add(x, linear(b.gelu(linear(norm(x, `${at}.norm2`), `${at}.up`)), `${at}.down`));
  }
  const beforeEnd = b.constant(shape.vocabulary - 2);
  const end = b.relu(b.sub(b.cast(ids, 'float32'), beforeEnd));
  const feature = b.reduceSum(b.mul(norm(x, 'norm'), b.unsqueeze(end, [2])), [1], false);
  return normaliseRows(b, b.matmul(feature, weight('projection')));
}

/** The text tower as an ONNX model: `ids` int64 [n, contextLength] → `embedding` [n, width]. */
export function buildTextEncoder(
  shape: TextEncoderShape,
  weights: ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>,
): Model {
  const b = new GraphBuilder();
  const ids = b.input('ids', 'int64', ['n', shape.contextLength]);
  const values = new Map(
    textEncoderParameters(shape).map(({ name, shape: dims }) => {
      const tensor = weights.get(name);
      if (!tensor) throw new TypeError(`text encoder weight "${name}" is missing`);
      return [name, b.initializer(name, tensor.data, dims, { half: true })] as const;
    }),
  );
  b.output(
    'embedding',
    encodeText(b, shape, ids, (name) => values.get(name)!),
  );
  return b.build();
}
