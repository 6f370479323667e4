import { type AdjointContext, type AdjointRule, type Adjoints, unbroadcast } from './adjoint-rule.ts';
import { convAdjoint, gatherAdjoint, matmulAdjoint } from './product-adjoints.ts';
import type { TensorShape } from './shape.ts';
import type { OperationName } from './tape.ts';
import type { Value } from './value.ts';

/** The derivatives of every operation. Only what is wanted is put into the graph. */
export const ADJOINT_RULES: { readonly [Name in OperationName]: AdjointRule<Name> } = {
  add: (context) =>
    ofBoth(
      context,
      () => context.g,
      () => context.g,
    ),
  sub: ({ b, x, other, g, wanted }) => [
    wanted[0] ? unbroadcast(b, g, x.shape) : undefined,
    wanted[1] ? b.neg(unbroadcast(b, g, other.shape)) : undefined,
  ],
  mul: (context) => {
    const { b, x, other, g } = context;
    return ofBoth(
      context,
      () => b.mul(g, other),
      () => b.mul(g, x),
    );
  },
  div: (context) => {
    const { b, other, y, g } = context;
    return ofBoth(
      context,
      () => b.div(g, other),
      () => b.neg(b.div(b.mul(g, y), other)),
    );
  },
  sum: ({ entry, g }) => entry.inputs.map(() => g),

  neg: ({ b, g }) => [b.neg(g)],
  exp: ({ b, y, g }) => [b.mul(g, y)],
  log: ({ b, x, g }) => [b.div(g, x)],
  sqrt: ({ b, y, g }) => [b.div(b.mul(g, b.constant(0.5)), y)],
  sign: () => [undefined],
  tanh: ({ b, y, g }) => [b.mul(g, b.sub(b.constant(1), b.mul(y, y)))],
  sigmoid: ({ b, y, g }) => [b.mul(g, b.mul(y, b.sub(b.constant(1), y)))],
  softplus: ({ b, x, g }) => [b.mul(g, b.sigmoid(x))],
  relu: ({ b, y, g }) => [b.mul(g, b.sign(y))],
  pow: ({ b, entry: { exponent }, x, g }) => {
    const slope = exponent === 2 ? x : b.pow(x, exponent - 1);
    return [b.mul(g, b.mul(slope, b.constant(exponent)))];
  },
  gelu: ({ b, entry: { onePlusErf }, x, g }) => {
    // d(xΦ)/dx = Φ(x) + xφ(x)
    const density = b.exp(b.mul(b.mul(x, x), b.constant(-0.5)));
    const tail = b.mul(b.mul(x, b.constant(1 / Math.sqrt(2 * Math.PI))), density);
    return [b.mul(g, b.add(b.mul(onePlusErf, b.constant(0.5)), tail))];
  },
  cast: ({ b, x, g }) => [b.cast(g, x.type)],

  matmul: matmulAdjoint,
  conv: convAdjoint,
  gather: gatherAdjoint,

  transpose: ({ b, entry: { perm }, g }) => [
    b.transpose(
      g,
      perm.map((_, axis) => perm.indexOf(axis)),
    ),
  ],
  reshape: ({ b, x, g }) => [b.reshape(g, x.shape)],
  squeeze: ({ b, entry, g }) => [b.unsqueeze(g, entry.axes)],
  unsqueeze: ({ b, entry, g }) => [b.squeeze(g, entry.axes)],
  flip: ({ b, entry, g }) => [b.flip(g, entry.axes)],
  expand: ({ b, x, g }) => [unbroadcast(b, g, x.shape)],
  slice: ({ b, entry, g }) => [b.pad(g, entry.ranges)],
  pad: ({ b, entry, g }) => [b.crop(g, entry.ranges)],
  concat: concatAdjoint,

  softmax: ({ b, entry, y, g }) => {
    const inner = b.reduceSum(b.mul(g, y), [entry.axis], true);
    return [b.mul(y, b.sub(g, inner))];
  },
  logSoftmax: ({ b, entry, y, g }) => [b.sub(g, b.mul(b.exp(y), b.reduceSum(g, [entry.axis], true)))],
  layerNorm: layerNormAdjoint,
  reduceSum: ({ b, entry, x, g }) => {
    const kept = entry.keepDims ? g : b.unsqueeze(g, entry.axes);
    return [b.expand(kept, x.shape)];
  },
  reduceMean: ({ b, entry, x, g }) => {
    const kept = entry.keepDims ? g : b.unsqueeze(g, entry.axes);
    const count = b.elementCount(entry.axes.map((axis) => x.shape[axis]!));
    return [b.expand(b.div(kept, count), x.shape)];
  },
};

/** Of both operands of a broadcasting operation. */
function ofBoth(
  { b, x, other, wanted }: Pick<AdjointContext<OperationName>, 'b' | 'x' | 'other' | 'wanted'>,
  left: () => Value,
  right: () => Value,
): Adjoints {
  return [
    wanted[0] ? unbroadcast(b, left(), x.shape) : undefined,
    wanted[1] ? unbroadcast(b, right(), other.shape) : undefined,
  ];
}

function concatAdjoint({ b, entry: { inputs, axis }, g, wanted }: AdjointContext<'concat'>): Adjoints {
  const sizes = inputs.map((input) => input.shape[axis]!);
  const symbol = sizes.findIndex((size) => typeof size === 'string');
  const known = (dims: TensorShape): number => dims.reduce<number>((sum, dim) => sum + (dim as number), 0);
  return inputs.map((_, place) => {
    if (!wanted[place]) return undefined;
    if (symbol < 0 || place === symbol) {
      const range = { axis, before: known(sizes.slice(0, place)), after: known(sizes.slice(place + 1)) };
      return b.crop(g, [range]);
    }
    return b.edge(
      g,
      axis,
      place < symbol ? known(sizes.slice(0, place)) : -known(sizes.slice(place)),
      sizes[place] as number,
    );
  });
}

function layerNormAdjoint({ b, entry, x, other: gamma, g, wanted }: AdjointContext<'layerNorm'>): Adjoints {
  const normal = b.mul(b.sub(x, entry.mean()), entry.inverseStd());
  const inverseStd = entry.inverseStd();
  const inputGradient = (): Value => {
    const scaled = b.mul(g, gamma);
    const along = b.reduceMean(b.mul(scaled, normal), [-1], true);
    const centred = b.sub(scaled, b.reduceMean(scaled, [-1], true));
    return b.mul(b.sub(centred, b.mul(normal, along)), inverseStd);
  };
  return [
    wanted[0] ? inputGradient() : undefined,
    wanted[1] ? unbroadcast(b, b.mul(g, normal), gamma.shape) : undefined,
    wanted[2] ? unbroadcast(b, g, gamma.shape) : undefined,
  ];
}
