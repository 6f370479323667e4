import { type AdjointRule, swapLastAxes, unbroadcast } from './adjoint-rule.ts';
import { type GraphBuilder, kernelOf } from './builder.ts';
import { type Dim, productOf } from './shape.ts';
import type { Range } from './tape.ts';
import type { Value } from './value.ts';

/** Of [..., n, k] × [..., k, m]. */
export const matmulAdjoint: AdjointRule<'matmul'> = ({ b, x: left, other: right, g, wanted }) => {
  const rightGradient = (): Value => {
    // One large product is faster than a batch of small ones that are summed afterwards.
    const flat = right.shape.length === 2 && left.shape.length > 2;
    const rows = flat ? b.reshape(left, [-1, left.shape.at(-1)!]) : left;
    const gRows = flat ? b.reshape(g, [-1, g.shape.at(-1)!]) : g;
    return unbroadcast(b, b.matmul(swapLastAxes(b, rows), gRows), right.shape);
  };
  return [
    wanted[0] ? unbroadcast(b, b.matmul(g, swapLastAxes(b, right)), left.shape) : undefined,
    wanted[1] ? rightGradient() : undefined,
  ];
};

/** Of a convolution: with respect to what it runs over, its kernel and its bias. */
export const convAdjoint: AdjointRule<'conv'> = ({ b, entry: { group }, x, other: w, g, wanted }) => {
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
};

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
    return unbroadcast(b, b.matmul(rows, swapLastAxes(b, columns)), [w.shape[0]!, w.shape[1]!]);
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
export const gatherAdjoint: AdjointRule<'gather'> = ({ b, x: table, other: ids, g }) => {
  const [classes, ...row] = table.shape;
  if (typeof classes !== 'number')
    throw new TypeError('The gradient of gather needs a table of known length.');
  const count = productOf(ids.shape);
  const hot = b.reshape(b.oneHot(ids, classes), [count, classes]);
  const rows = b.reshape(g, [count, productOf(row)]);
  return [b.reshape(b.matmul(swapLastAxes(b, hot), rows), table.shape), undefined];
};
