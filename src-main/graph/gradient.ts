import { type GraphBuilder, kernelOf, type Range, type TapeEntry, type Value } from './builder.ts';
import { type Dim, formatShape, productOf, sameShape, type TensorShape } from './shape.ts';

/** Partial derivatives for a step's inputs, in order; undefined where none is wanted or none exists. */
type Adjoint = readonly (Value | undefined)[];

/**
 * Reverse-mode differentiation: appends the backward pass of `loss` to the builder's graph.
 * Only what the wanted gradients need is emitted.
 * @param loss float32, one element
 * @param wrt inputs, initialisers or inner values
 * @returns one gradient per entry of `wrt`, of its shape; zeros where the loss does not depend on it
 */
export function gradients(builder: GraphBuilder, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.type !== 'float32' || productOf(loss.shape) !== 1) {
    throw new TypeError(`The loss must be one float32 number, not ${loss.type} ${formatShape(loss.shape)}.`);
  }
  const steps = [...builder.steps];
  const relevant = new Set(wrt.map((value) => value.name));
  for (const step of steps) {
    if (step.output.type !== 'int64' && step.inputs.some((input) => relevant.has(input.name))) {
      relevant.add(step.output.name);
    }
  }
  const parts = new Map<string, Value[]>([[loss.name, [builder.expand(builder.constant(1), loss.shape)]]]);
  const total = (name: string): Value | undefined => {
    const list = parts.get(name);
    if (!list) return undefined;
    const sum = builder.sum(list);
    parts.set(name, [sum]);
    return sum;
  };
  for (const step of steps.toReversed()) {
    if (!relevant.has(step.output.name) || !parts.has(step.output.name)) continue;
    const g = total(step.output.name)!;
    const wanted = step.inputs.map((input) => relevant.has(input.name));
    for (const [place, part] of adjointOf(builder, step, g, wanted).entries()) {
      const input = step.inputs[place]!;
      if (!part || !wanted[place]) continue;
      if (!sameShape(part.shape, input.shape)) {
        throw new Error(
          `The adjoint of ${step.op} has shape ${formatShape(part.shape)} instead of ${formatShape(input.shape)}.`,
        );
      }
      parts.set(input.name, [...(parts.get(input.name) ?? []), part]);
    }
  }
  return wrt.map((value) => total(value.name) ?? builder.expand(builder.constant(0), value.shape));
}

function adjointOf(b: GraphBuilder, step: TapeEntry, g: Value, wanted: readonly boolean[]): Adjoint {
  const [first, second] = step.inputs as readonly [Value, Value];
  const y = step.output;
  const [x, other] = [first, second];
  /** Both operands of a broadcasting op; each derivative is only emitted when wanted. */
  const pair = (left: () => Value, right: () => Value): Adjoint => [
    wanted[0] ? unbroadcast(b, left(), x.shape) : undefined,
    wanted[1] ? unbroadcast(b, right(), other.shape) : undefined,
  ];
  const one = () => b.constant(1);
  switch (step.op) {
    case 'add':
      return pair(
        () => g,
        () => g,
      );
    case 'sub':
      return [
        wanted[0] ? unbroadcast(b, g, x.shape) : undefined,
        wanted[1] ? b.neg(unbroadcast(b, g, other.shape)) : undefined,
      ];
    case 'mul':
      return pair(
        () => b.mul(g, other),
        () => b.mul(g, x),
      );
    case 'div':
      return pair(
        () => b.div(g, other),
        () => b.neg(b.div(b.mul(g, y), other)),
      );
    case 'sum':
      return step.inputs.map(() => g);
    case 'neg':
      return [b.neg(g)];
    case 'exp':
      return [b.mul(g, y)];
    case 'log':
      return [b.div(g, x)];
    case 'sqrt':
      return [b.div(b.mul(g, b.constant(0.5)), y)];
    case 'sign':
      return [undefined];
    case 'tanh':
      return [b.mul(g, b.sub(one(), b.mul(y, y)))];
    case 'sigmoid':
      return [b.mul(g, b.mul(y, b.sub(one(), y)))];
    case 'softplus':
      return [b.mul(g, b.sigmoid(x))];
    case 'relu':
      return [b.mul(g, b.sign(y))];
    case 'pow': {
      const { exponent } = step;
      const slope = exponent === 2 ? x : b.pow(x, exponent - 1);
      return [b.mul(g, b.mul(slope, b.constant(exponent)))];
    }
    case 'gelu': {
      // d(xΦ)/dx = Φ(x) + xφ(x)
      const density = b.exp(b.mul(b.mul(x, x), b.constant(-0.5)));
      const tail = b.mul(b.mul(x, b.constant(1 / Math.sqrt(2 * Math.PI))), density);
      return [b.mul(g, b.add(b.mul(step.onePlusErf, b.constant(0.5)), tail))];
    }
    case 'cast':
      return [b.cast(g, x.type)];
    case 'matmul':
      return matmulAdjoint(b, x, other, g, wanted);
    case 'conv':
      return convAdjoint(b, step.group, x, other, g, wanted);
    case 'gather':
      return [gatherAdjoint(b, x, other, g), undefined];
    case 'transpose':
      return [
        b.transpose(
          g,
          step.perm.map((_, axis) => step.perm.indexOf(axis)),
        ),
      ];
    case 'reshape':
      return [b.reshape(g, x.shape)];
    case 'squeeze':
      return [b.unsqueeze(g, step.axes)];
    case 'unsqueeze':
      return [b.squeeze(g, step.axes)];
    case 'flip':
      return [b.flip(g, step.axes)];
    case 'expand':
      return [unbroadcast(b, g, x.shape)];
    case 'slice':
      return [b.pad(g, step.ranges)];
    case 'pad':
      return [b.crop(g, step.ranges)];
    case 'concat':
      return concatAdjoint(b, step.inputs, step.axis, g, wanted);
    case 'softmax': {
      const inner = b.reduceSum(b.mul(g, y), [step.axis], true);
      return [b.mul(y, b.sub(g, inner))];
    }
    case 'logSoftmax':
      return [b.sub(g, b.mul(b.exp(y), b.reduceSum(g, [step.axis], true)))];
    case 'layerNorm': {
      const normal = b.mul(b.sub(x, step.mean()), step.inverseStd());
      return layerNormAdjoint(b, normal, step.inverseStd(), other, g, wanted);
    }
    case 'reduceSum':
    case 'reduceMean': {
      const kept = step.keepDims ? g : b.unsqueeze(g, step.axes);
      if (step.op === 'reduceSum') return [b.expand(kept, x.shape)];
      const count = b.elementCount(step.axes.map((axis) => x.shape[axis]!));
      return [b.expand(b.div(kept, count), x.shape)];
    }
  }
}

/** Sums a gradient over the axes along which its operand was repeated. */
function unbroadcast(b: GraphBuilder, g: Value, shape: TensorShape): Value {
  if (sameShape(g.shape, shape)) return g;
  if (productOf(g.shape) === productOf(shape)) return b.reshape(g, shape);
  const lead = g.shape.length - shape.length;
  const leading = g.shape.map((_, axis) => axis).slice(0, lead);
  const repeated = [...g.shape.keys()].filter((axis) => axis >= lead && shape[axis - lead] !== g.shape[axis]);
  if (repeated.length === 0) return b.reduceSum(g, leading);
  return b.reshape(b.reduceSum(g, [...leading, ...repeated], true), shape);
}

function transposed(b: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  const perm = [...x.shape.keys()];
  return b.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2]);
}

function matmulAdjoint(
  b: GraphBuilder,
  left: Value,
  right: Value,
  g: Value,
  wanted: readonly boolean[],
): Adjoint {
  const rightGradient = (): Value => {
    // One large product is faster than a batch of small ones that are summed afterwards.
    const flat = right.shape.length === 2 && left.shape.length > 2;
    const rows = flat ? b.reshape(left, [-1, left.shape.at(-1)!]) : left;
    const gRows = flat ? b.reshape(g, [-1, g.shape.at(-1)!]) : g;
    return unbroadcast(b, b.matmul(transposed(b, rows), gRows), right.shape);
  };
  return [
    wanted[0] ? unbroadcast(b, b.matmul(g, transposed(b, right)), left.shape) : undefined,
    wanted[1] ? rightGradient() : undefined,
  ];
}

function convAdjoint(
  b: GraphBuilder,
  group: number,
  x: Value,
  w: Value,
  g: Value,
  wanted: readonly boolean[],
): Adjoint {
  const axes = [...x.shape.keys()];
  const spatial = axes.slice(2);
  const pointwise = kernelOf(w).every((size) => size === 1);
  const inputGradient = (): Value => {
    const perChannel = group > 1 ? w : b.transpose(w, [1, 0, ...spatial]);
    return b.conv(g, pointwise ? perChannel : b.flip(perChannel, spatial), undefined, { group });
  };
  return [
    wanted[0] ? inputGradient() : undefined,
    wanted[1] ? (group > 1 ? depthwiseKernelGradient(b, x, w, g) : kernelGradient(b, x, w, g)) : undefined,
    wanted[2] ? b.reduceSum(g, [0, ...spatial]) : undefined,
  ];
}

/** dW[m, c, k] = Σ g[m, p] x[c, p + k]: one matrix product per kernel place k. */
function kernelGradient(b: GraphBuilder, x: Value, w: Value, g: Value): Value {
  const [batch, channels] = x.shape as readonly [Dim, Dim];
  const kernel = kernelOf(w);
  const half = kernel.map((size) => (size - 1) / 2);
  const rows = b.reshape(g, [batch, g.shape[1]!, -1]);
  const padded = b.pad(
    x,
    half.map((size, axis) => ({ axis: axis + 2, before: size, after: size })),
  );
  const places = kernelPlaces(kernel).map((place) => {
    const ranges = place.map(
      (at, axis): Range => ({ axis: axis + 2, before: at, after: 2 * half[axis]! - at }),
    );
    const columns = b.reshape(b.crop(padded, ranges), [batch, channels, -1]);
    return unbroadcast(b, b.matmul(rows, transposed(b, columns)), [w.shape[0]!, w.shape[1]!]);
  });
  const stacked = places.map((place) => b.unsqueeze(place, [2]));
  return b.reshape(stacked.length === 1 ? stacked[0]! : b.concat(stacked, 2), w.shape);
}

function kernelPlaces(kernel: readonly number[]): number[][] {
  return kernel.reduce<number[][]>(
    (places, size) => places.flatMap((place) => Array.from({ length: size }, (_, at) => [...place, at])),
    [[]],
  );
}

/** Per channel the correlation of x with g at the kernel's shifts: itself a convolution with g as the kernel. */
function depthwiseKernelGradient(b: GraphBuilder, x: Value, w: Value, g: Value): Value {
  const [batch, channels, ...sizes] = x.shape;
  const maps = productOf([batch!, channels!]);
  if (typeof maps === 'string')
    throw new TypeError('The gradient of a depthwise kernel needs a known batch size.');
  const flatX = b.reshape(x, [1, maps, ...sizes]);
  const flatG = b.reshape(g, [maps, 1, ...sizes]);
  const perImage = b.correlate(flatX, flatG, kernelOf(w), maps);
  return b.reshape(unbroadcast(b, b.reshape(perImage, [batch!, ...w.shape]), w.shape), w.shape);
}

/** Rows of g summed into the rows of the table that they came from; as a product, so repeats are summed in a fixed order. */
function gatherAdjoint(b: GraphBuilder, table: Value, ids: Value, g: Value): Value {
  const [classes, ...row] = table.shape;
  if (typeof classes !== 'number')
    throw new TypeError('The gradient of gather needs a table of known length.');
  const count = productOf(ids.shape);
  const hot = b.reshape(b.oneHot(ids, classes), [count, classes]);
  const rows = b.reshape(g, [count, productOf(row)]);
  return b.reshape(b.matmul(transposed(b, hot), rows), table.shape);
}

function concatAdjoint(
  b: GraphBuilder,
  inputs: readonly Value[],
  axis: number,
  g: Value,
  wanted: readonly boolean[],
): Adjoint {
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

/** @param normal the normalised x: (x − mean) / std */
function layerNormAdjoint(
  b: GraphBuilder,
  normal: Value,
  inverseStd: Value,
  gamma: Value,
  g: Value,
  wanted: readonly boolean[],
): Adjoint {
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
