import { clone, create } from '@bufbuild/protobuf';
import type { Model } from './model.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './onnx_pb.js';
import {
  broadcastShapes,
  type Dim,
  formatShape,
  productOf,
  quotientOf,
  resolveAxis,
  sameShape,
  shiftDim,
  type TensorShape,
} from './shape.ts';

const OPSET = 20n;
const IR_VERSION = 9n;
const END = 2n ** 63n - 1n;

export type ElementType = 'float32' | 'float16' | 'int64';

const ONNX_TYPE: Readonly<Record<ElementType, number>> = { float32: 1, int64: 7, float16: 10 };

/** A tensor of the graph under construction. Its shape is known now up to symbolic dimensions. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: TensorShape;
}

/** What was computed, with all that its adjoint needs. */
export type Operation =
  | { readonly op: 'add' | 'sub' | 'mul' | 'div' | 'sum' | 'matmul' }
  | {
      readonly op: 'neg' | 'exp' | 'log' | 'sqrt' | 'sign' | 'tanh' | 'sigmoid' | 'softplus' | 'relu';
    }
  | { readonly op: 'pow'; readonly exponent: number }
  | { readonly op: 'reshape' | 'expand' | 'gather' | 'cast' }
  | { readonly op: 'squeeze' | 'unsqueeze' | 'flip'; readonly axes: readonly number[] }
  | { readonly op: 'gelu'; readonly onePlusErf: Value }
  | { readonly op: 'transpose'; readonly perm: readonly number[] }
  | { readonly op: 'concat'; readonly axis: number }
  | { readonly op: 'slice' | 'pad'; readonly ranges: readonly Range[] }
  | { readonly op: 'softmax' | 'logSoftmax'; readonly axis: number }
  | { readonly op: 'layerNorm'; readonly mean: () => Value; readonly inverseStd: () => Value }
  | { readonly op: 'reduceSum' | 'reduceMean'; readonly axes: readonly number[]; readonly keepDims: boolean }
  | { readonly op: 'conv'; readonly group: number };

/** One entry of the tape: the operation, what went in and what came out. */
export type TapeEntry = Operation & { readonly inputs: readonly Value[]; readonly output: Value };

/** Elements taken off (slice) or zeros put on (pad) at both ends of an axis, both ≥ 0. */
export interface Range {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

type Attribute = number | readonly number[] | { readonly float: number };

/**
 * Builds an ONNX graph op by op. Every method infers the result's shape (symbols included), throws a TypeError
 * when the operands do not fit, and records the op so that `gradients` can append its adjoint.
 */
export class GraphBuilder {
  readonly #nodes: NodeProto[] = [];
  readonly #initializers: TensorProto[] = [];
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, Value>();
  /** Where the size of a symbolic dimension can be read when the graph runs. */
  readonly #symbols = new Map<string, { readonly value: Value; readonly axis: number; size?: Value }>();
  readonly #steps: TapeEntry[] = [];
  #serial = 0;

  /** The tape: every recorded op in the order of computation. */
  get steps(): readonly TapeEntry[] {
    return this.#steps;
  }

  input(name: string, type: ElementType, shape: TensorShape): Value {
    const value = this.#value(this.#reserve(name), type, shape);
    this.#inputs.push(value);
    return value;
  }

  /**
   * A named weight kept in the model.
   * @param options.half store it as float16 (half the bytes, 11 bits of precision); the graph sees float32
   */
  initializer(
    name: string,
    data: Float32Array,
    shape: readonly number[],
    options: { readonly half?: boolean } = {},
  ): Value {
    if (data.length !== productOf(shape)) {
      throw new TypeError(`"${name}": ${data.length} numbers do not fill the shape ${formatShape(shape)}.`);
    }
    if (!options.half) return this.#store(this.#reserve(name), 'float32', shape, data);
    return this.cast(this.#store(this.#reserve(name), 'float16', shape, new Float16Array(data)), 'float32');
  }

  /** A float32 constant: a scalar, or numbers with a shape (a vector when none is given). */
  constant(data: number | readonly number[], shape?: readonly number[]): Value {
    const numbers = typeof data === 'number' ? [data] : data;
    const dims = shape ?? (typeof data === 'number' ? [] : [data.length]);
    if (numbers.length !== productOf(dims)) {
      throw new TypeError(`${numbers.length} numbers do not fill the shape ${formatShape(dims)}.`);
    }
    return this.#constant('float32', dims, numbers.join(), () => Float32Array.from(numbers));
  }

  /** An int64 vector. */
  int64s(values: readonly (number | bigint)[]): Value {
    const data = values.map(BigInt);
    return this.#constant('int64', [data.length], data.join(), () => BigInt64Array.from(data));
  }

  // Element by element, broadcasting.

  add(a: Value, b: Value): Value {
    return this.#binary('add', 'Add', a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.#binary('sub', 'Sub', a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.#binary('mul', 'Mul', a, b);
  }

  div(a: Value, b: Value): Value {
    return this.#binary('div', 'Div', a, b);
  }

  /** The sum of values of one shape. */
  sum(values: readonly Value[]): Value {
    const first = values[0];
    if (!first) throw new TypeError('sum needs at least one value.');
    if (values.length === 1) return first;
    for (const value of values) requireShape('sum', value, first.shape);
    return this.#record({ op: 'sum' }, values, this.#emit('Sum', values, first.type, first.shape));
  }

  // Element by element, one operand.

  neg(x: Value): Value {
    return this.#unary('neg', 'Neg', x);
  }

  exp(x: Value): Value {
    return this.#unary('exp', 'Exp', x);
  }

  /** Natural logarithm. */
  log(x: Value): Value {
    return this.#unary('log', 'Log', x);
  }

  sqrt(x: Value): Value {
    return this.#unary('sqrt', 'Sqrt', x);
  }

  /** −1, 0 or 1. Its gradient is zero. */
  sign(x: Value): Value {
    return this.#unary('sign', 'Sign', x);
  }

  tanh(x: Value): Value {
    return this.#unary('tanh', 'Tanh', x);
  }

  sigmoid(x: Value): Value {
    return this.#unary('sigmoid', 'Sigmoid', x);
  }

  /** log(1 + eˣ), stable for large |x|. */
  softplus(x: Value): Value {
    return this.#unary('softplus', 'Softplus', x);
  }

  relu(x: Value): Value {
    return this.#unary('relu', 'Relu', x);
  }

  /** x·Φ(x) with the exact normal distribution function (Erf), Hendrycks & Gimpel 2016. */
  gelu(x: Value): Value {
    // The order of these ops is the one that ONNX Runtime fuses into a single kernel.
    const erf = this.#emit('Erf', [this.#scaled(x, 'Div', Math.SQRT2)], x.type, x.shape);
    const onePlusErf = this.#scaled(erf, 'Add', 1);
    const product = this.#emit('Mul', [x, onePlusErf], x.type, x.shape);
    return this.#record({ op: 'gelu', onePlusErf }, [x], this.#scaled(product, 'Mul', 0.5));
  }

  pow(x: Value, exponent: number): Value {
    const y = this.#emit('Pow', [x, this.constant(exponent)], x.type, x.shape);
    return this.#record({ op: 'pow', exponent }, [x], y);
  }

  /** float32 ↔ float16 ↔ int64. Gradients pass between the float types only. */
  cast(x: Value, type: ElementType): Value {
    if (x.type === type) return x;
    return this.#record({ op: 'cast' }, [x], this.#emit('Cast', [x], type, x.shape, { to: ONNX_TYPE[type] }));
  }

  // Products.

  /** [..., n, k] × [..., k, m] → [..., n, m]; the leading axes broadcast. */
  matmul(a: Value, b: Value): Value {
    requireSameType('matmul', a, b);
    if (a.shape.length < 2 || b.shape.length < 2) throw new TypeError('matmul needs matrices (rank ≥ 2).');
    if (a.shape.at(-1) !== b.shape.at(-2)) {
      throw new TypeError(`matmul: ${describe(a)} and ${describe(b)} do not chain.`);
    }
    const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
    const shape = [...batch, a.shape.at(-2)!, b.shape.at(-1)!];
    return this.#record({ op: 'matmul' }, [a, b], this.#emit('MatMul', [a, b], a.type, shape));
  }

  /**
   * Convolution with stride 1 and zero padding that keeps the size.
   * @param x [N, C, H, W], or [N, C, L]
   * @param w [Cout, C, kh, kw] (or [Cout, C, k]); depthwise: [C, 1, kh, kw]; odd kernel sizes
   * @param b [Cout]
   * @param options.group 1 (default), or C for a depthwise convolution: one kernel per channel
   */
  conv(x: Value, w: Value, b?: Value, options: { readonly group?: number } = {}): Value {
    const group = options.group ?? 1;
    requireSameType('conv', x, w);
    const rank = x.shape.length;
    const [outputs, perGroup] = w.shape;
    const [batch, channels, ...sizes] = x.shape;
    if (rank < 3 || w.shape.length !== rank) {
      throw new TypeError(`conv: the kernel ${describe(w)} does not fit the rank of ${describe(x)}.`);
    }
    if (group === 1 ? perGroup !== channels : group !== channels || perGroup !== 1 || outputs !== channels) {
      const kind = group === 1 ? 'kernel' : 'depthwise kernel';
      throw new TypeError(`conv: the ${kind} ${describe(w)} does not fit the channels of ${describe(x)}.`);
    }
    const kernel = kernelOf(w);
    if (b) requireShape('conv bias', b, [outputs!]);
    const half = kernel.map((size) => (size - 1) / 2);
    const operands = b ? [x, w, b] : [x, w];
    const y = this.#emit('Conv', operands, x.type, [batch!, outputs!, ...sizes], {
      kernel_shape: kernel,
      pads: [...half, ...half],
      group,
    });
    return this.#record({ op: 'conv', group }, operands, y);
  }

  /**
   * The correlation of `x` with a kernel as large as a map, at the shifts of a small kernel: what the adjoint of
   * {@link conv} with respect to its kernel needs. Not differentiable itself.
   * @param x [N, C, H, W]
   * @param g [M, C, H, W], or [C, 1, H, W] with `group` = C
   * @returns [N, M, kh, kw]
   */
  correlate(x: Value, g: Value, kernel: readonly number[], group = 1): Value {
    const half = kernel.map((size) => (size - 1) / 2);
    const shape = [x.shape[0]!, g.shape[0]!, ...kernel];
    return this.#emit('Conv', [x, g], x.type, shape, { pads: [...half, ...half], group });
  }

  /** Rows of a table [V, ...] chosen by int64 ids [...]: shape [...ids, ...row]. */
  gather(table: Value, ids: Value): Value {
    if (ids.type !== 'int64') throw new TypeError('gather: ids must be int64.');
    const shape = [...ids.shape, ...table.shape.slice(1)];
    return this.#record(
      { op: 'gather' },
      [table, ids],
      this.#emit('Gather', [table, ids], table.type, shape, { axis: 0 }),
    );
  }

  /** int64 ids [...] → float32 [..., classes], 1 at the id, 0 elsewhere. Not differentiable. */
  oneHot(ids: Value, classes: number): Value {
    if (ids.type !== 'int64') throw new TypeError('oneHot: ids must be int64.');
    const operands = [ids, this.int64s([classes]), this.constant([0, 1])];
    return this.#emit('OneHot', operands, 'float32', [...ids.shape, classes], { axis: -1 });
  }

  // Shape.

  transpose(x: Value, perm: readonly number[]): Value {
    const axes = perm.map((axis) => resolveAxis(axis, x.shape.length));
    if (new Set(axes).size !== x.shape.length) {
      throw new TypeError(`transpose: [${perm}] does not permute ${describe(x)}.`);
    }
    const shape = axes.map((axis) => x.shape[axis]!);
    const y = this.#emit('Transpose', [x], x.type, shape, { perm: axes });
    return this.#record({ op: 'transpose', perm: axes }, [x], y);
  }

  /**
   * Same elements, other shape. In `dims`, 0 keeps the input's dimension at that place and one −1 is inferred
   * (`[1, 64, 'h', 'w']` to `[1, 64, -1]` gives `[1, 64, 'h*w']`).
   */
  reshape(x: Value, dims: TensorShape): Value {
    const kept = dims.map((dim, axis) => (dim === 0 ? (x.shape[axis] ?? 0) : dim));
    const rest = kept.filter((dim) => dim !== -1);
    const inferred = quotientOf(x.shape, rest);
    const open = kept.length - rest.length;
    if (inferred === undefined || open > 1 || (open === 0 && inferred !== 1)) {
      throw new TypeError(`reshape: ${describe(x)} does not reshape to ${formatShape(dims)}.`);
    }
    const shape = kept.map((dim) => (dim === -1 ? inferred : dim));
    if (sameShape(shape, x.shape)) return x;
    const y = this.#emit('Reshape', [x, this.#reshapeTarget(x, shape)], x.type, shape);
    return this.#record({ op: 'reshape' }, [x], y);
  }

  /** Inserts axes of size 1; `axes` are places in the result. */
  unsqueeze(x: Value, axes: readonly number[]): Value {
    const rank = x.shape.length + axes.length;
    const places = axes.map((axis) => resolveAxis(axis, rank)).sort((a, b) => a - b);
    const shape = [...x.shape];
    for (const place of places) shape.splice(place, 0, 1);
    const y = this.#emit('Unsqueeze', [x, this.int64s(places)], x.type, shape);
    return this.#record({ op: 'unsqueeze', axes: places }, [x], y);
  }

  /** Removes axes of size 1. */
  squeeze(x: Value, axes: readonly number[]): Value {
    const places = axes.map((axis) => resolveAxis(axis, x.shape.length));
    for (const place of places) {
      if (x.shape[place] !== 1) throw new TypeError(`squeeze: axis ${place} of ${describe(x)} is not 1.`);
    }
    const shape = x.shape.filter((_, axis) => !places.includes(axis));
    const y = this.#emit('Squeeze', [x, this.int64s(places)], x.type, shape);
    return this.#record({ op: 'squeeze', axes: places }, [x], y);
  }

  /** Repeats axes of size 1 (and adds leading axes) up to `shape`. */
  expand(x: Value, shape: TensorShape): Value {
    if (!sameShape(broadcastShapes(x.shape, shape), shape)) {
      throw new TypeError(`expand: ${describe(x)} does not expand to ${formatShape(shape)}.`);
    }
    if (sameShape(x.shape, shape)) return x;
    return this.#record({ op: 'expand' }, [x], this.#emit('Expand', [x, this.shapeOf(shape)], x.type, shape));
  }

  /** Along one axis; at most one operand may have a symbolic size there. */
  concat(xs: readonly Value[], axis: number): Value {
    const first = xs[0];
    if (!first) throw new TypeError('concat needs at least one value.');
    const along = resolveAxis(axis, first.shape.length);
    let size: Dim = 0;
    for (const x of xs) {
      requireSameType('concat', first, x);
      requireShape('concat', x, first.shape.with(along, x.shape[along] ?? 0));
      const part = x.shape[along]!;
      if (typeof part === 'number') size = shiftDim(size, part);
      else if (typeof size === 'number') size = shiftDim(part, size);
      else throw new TypeError(`concat: axis ${along} has more than one symbolic size.`);
    }
    const y = this.#emit('Concat', xs, first.type, first.shape.with(along, size), { axis: along });
    return this.#record({ op: 'concat', axis: along }, xs, y);
  }

  /**
   * Elements `start` (inclusive) to `end` (exclusive, default: all) of one axis; negative places count from the
   * end. On a symbolic axis `start` must be ≥ 0 and `end` negative or left out.
   */
  slice(x: Value, axis: number, start: number, end?: number): Value {
    const along = resolveAxis(axis, x.shape.length);
    const size = x.shape[along]!;
    if (typeof size === 'string') {
      if (start < 0 || (end ?? -1) >= 0) {
        throw new TypeError(`slice: ${start}..${end} cannot be placed on the symbolic axis ${size}.`);
      }
      return this.crop(x, [{ axis: along, before: start, after: -(end ?? 0) }]);
    }
    const from = start < 0 ? start + size : start;
    const to = end === undefined ? size : end < 0 ? end + size : end;
    if (from < 0 || to > size || to <= from) {
      throw new TypeError(`slice: ${start}..${end} is outside axis ${along} of ${describe(x)}.`);
    }
    return this.crop(x, [{ axis: along, before: from, after: size - to }]);
  }

  /**
   * `length` elements of one axis from `start`, which counts from the end when negative; the axis may be symbolic.
   * Not differentiable: the part of the gradient of {@link concat} beside a symbolic size.
   */
  edge(x: Value, axis: number, start: number, length: number): Value {
    const end = start + length === 0 && start < 0 ? END : start + length;
    const operands = [x, this.int64s([start]), this.int64s([end]), this.int64s([axis])];
    return this.#emit('Slice', operands, x.type, x.shape.with(axis, length));
  }

  /** Takes elements off both ends of axes: the adjoint of {@link pad}. */
  crop(x: Value, ranges: readonly Range[]): Value {
    if (ranges.every(({ before, after }) => before === 0 && after === 0)) return x;
    const shape = shifted(x.shape, ranges, -1);
    const starts = this.int64s(ranges.map(({ before }) => before));
    const ends = this.int64s(ranges.map(({ after }) => (after === 0 ? END : -after)));
    const y = this.#emit(
      'Slice',
      [x, starts, ends, this.int64s(ranges.map(({ axis }) => axis))],
      x.type,
      shape,
    );
    return this.#record({ op: 'slice', ranges }, [x], y);
  }

  /** Puts zeros on both ends of axes. */
  pad(x: Value, ranges: readonly Range[]): Value {
    if (ranges.every(({ before, after }) => before === 0 && after === 0)) return x;
    const shape = shifted(x.shape, ranges, 1);
    const rank = x.shape.length;
    const amounts = new Array<number>(2 * rank).fill(0);
    for (const { axis, before, after } of ranges) {
      amounts[axis] = before;
      amounts[rank + axis] = after;
    }
    return this.#record(
      { op: 'pad', ranges },
      [x],
      this.#emit('Pad', [x, this.int64s(amounts)], x.type, shape),
    );
  }

  /** Zeros around the last two axes. */
  pad2d(x: Value, top: number, left: number, bottom: number, right: number): Value {
    const rank = x.shape.length;
    return this.pad(x, [
      { axis: rank - 2, before: top, after: bottom },
      { axis: rank - 1, before: left, after: right },
    ]);
  }

  /** Reverses the order along axes. */
  flip(x: Value, axes: readonly number[]): Value {
    const along = axes.map((axis) => resolveAxis(axis, x.shape.length));
    const back = this.int64s(along.map(() => -1));
    const operands = [x, back, this.int64s(along.map(() => -END)), this.int64s(along), back];
    return this.#record({ op: 'flip', axes: along }, [x], this.#emit('Slice', operands, x.type, x.shape));
  }

  // Along an axis.

  softmax(x: Value, axis: number): Value {
    const along = resolveAxis(axis, x.shape.length);
    const y = this.#emit('Softmax', [x], x.type, x.shape, { axis: along });
    return this.#record({ op: 'softmax', axis: along }, [x], y);
  }

  logSoftmax(x: Value, axis: number): Value {
    const along = resolveAxis(axis, x.shape.length);
    const y = this.#emit('LogSoftmax', [x], x.type, x.shape, { axis: along });
    return this.#record({ op: 'logSoftmax', axis: along }, [x], y);
  }

  /** Layer normalisation over the last axis (Ba et al. 2016); gamma and beta have that axis' size. */
  layerNorm(x: Value, gamma: Value, beta: Value, epsilon = 1e-5): Value {
    const channels = x.shape.at(-1);
    if (channels === undefined) throw new TypeError('layerNorm needs at least one axis.');
    requireShape('layerNorm gamma', gamma, [channels]);
    requireShape('layerNorm beta', beta, [channels]);
    const attributes = { axis: -1, epsilon: { float: epsilon } };
    const y = this.#emit('LayerNormalization', [x, gamma, beta], x.type, x.shape, attributes);
    const node = this.#nodes.at(-1)!;
    const statistics = [...x.shape.slice(0, -1), 1];
    // The op's optional outputs cost time, so they appear only when a gradient asks for them.
    const extra = (place: 1 | 2): Value => {
      const names = node.output;
      while (names.length < 3) names.push(this.#reserve(`${y.name}_${names.length === 1 ? 'mean' : 'std'}`));
      return this.#value(names[place]!, x.type, statistics);
    };
    const operation: Operation = { op: 'layerNorm', mean: () => extra(1), inverseStd: () => extra(2) };
    return this.#record(operation, [x, gamma, beta], y);
  }

  /** Over the given axes, or all. */
  reduceSum(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.#reduce('reduceSum', 'ReduceSum', x, axes, keepDims);
  }

  /** Over the given axes, or all. */
  reduceMean(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.#reduce('reduceMean', 'ReduceMean', x, axes, keepDims);
  }

  // Sizes known when the graph runs.

  /** A shape as an int64 vector. */
  shapeOf(shape: TensorShape): Value {
    if (shape.every((dim) => typeof dim === 'number')) return this.int64s(shape);
    const parts: Value[] = [];
    for (const dim of shape) parts.push(typeof dim === 'number' ? this.int64s([dim]) : this.#sizeOf(dim));
    return parts.length === 1 ? parts[0]! : this.#emit('Concat', parts, 'int64', [shape.length], { axis: 0 });
  }

  /** The number of elements of a shape as a float32 scalar. */
  elementCount(shape: TensorShape): Value {
    const count = productOf(shape);
    if (typeof count === 'number') return this.constant(count);
    const product = this.#emit('ReduceProd', [this.shapeOf(shape)], 'int64', [], { keepdims: 0 });
    return this.#emit('Cast', [product], 'float32', [], { to: ONNX_TYPE.float32 });
  }

  output(name: string, value: Value): void {
    const y = this.#value(this.#reserve(name), value.type, value.shape);
    this.#nodes.push(
      create(NodeProtoSchema, { opType: 'Identity', name, input: [value.name], output: [name] }),
    );
    this.#outputs.push(y);
  }

  /** The graph so far as a model (opset 20). The builder can go on and build again. */
  build(name = 'clipsam'): Model {
    if (this.#outputs.length === 0) throw new TypeError(`Graph "${name}" has no output.`);
    const proto = create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'clipsam',
      opsetImport: [{ domain: '', version: OPSET }],
      graph: {
        name,
        node: this.#nodes.map((node) => clone(NodeProtoSchema, node)),
        initializer: [...this.#initializers],
        input: this.#inputs.map(valueInfo),
        output: this.#outputs.map(valueInfo),
      },
    });
    return { name, proto };
  }

  #binary(op: 'add' | 'sub' | 'mul' | 'div', opType: string, a: Value, b: Value): Value {
    requireSameType(op, a, b);
    return this.#record(
      { op },
      [a, b],
      this.#emit(opType, [a, b], a.type, broadcastShapes(a.shape, b.shape)),
    );
  }

  #unary(
    op: 'neg' | 'exp' | 'log' | 'sqrt' | 'sign' | 'tanh' | 'sigmoid' | 'softplus' | 'relu',
    opType: string,
    x: Value,
  ): Value {
    return this.#record({ op }, [x], this.#emit(opType, [x], x.type, x.shape));
  }

  #scaled(x: Value, opType: 'Add' | 'Mul' | 'Div', by: number): Value {
    return this.#emit(opType, [x, this.constant(by)], x.type, x.shape);
  }

  #reduce(
    op: 'reduceSum' | 'reduceMean',
    opType: string,
    x: Value,
    over: readonly number[] | undefined,
    keepDims: boolean,
  ): Value {
    const axes = (over ?? x.shape.map((_, axis) => axis)).map((axis) => resolveAxis(axis, x.shape.length));
    if (axes.length === 0) return x;
    const shape = keepDims
      ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
      : x.shape.filter((_, axis) => !axes.includes(axis));
    const y = this.#emit(opType, [x, this.int64s(axes)], x.type, shape, { keepdims: keepDims ? 1 : 0 });
    return this.#record({ op, axes, keepDims }, [x], y);
  }

  /** The target of a Reshape: 0 for kept places, −1 for one size that follows from the others. */
  #reshapeTarget(x: Value, shape: TensorShape): Value {
    const plan = shape.map((dim, axis) => (typeof dim === 'string' && dim === x.shape[axis] ? 0 : dim));
    const free = plan.findLastIndex((dim) => typeof dim === 'string');
    return this.shapeOf(free < 0 ? plan : plan.with(free, -1));
  }

  #sizeOf(symbol: string): Value {
    const source = this.#symbols.get(symbol);
    if (!source) throw new TypeError(`No tensor of the graph has the dimension "${symbol}".`);
    source.size ??= this.#emit('Shape', [source.value], 'int64', [1], {
      start: source.axis,
      end: source.axis + 1,
    });
    return source.size;
  }

  #constant(type: ElementType, shape: readonly number[], key: string, data: () => TypedData): Value {
    const id = `${type}[${shape}]${key}`;
    const known = this.#constants.get(id);
    if (known) return known;
    const value = this.#store(this.#fresh('constant'), type, shape, data());
    this.#constants.set(id, value);
    return value;
  }

  #store(name: string, type: ElementType, shape: readonly number[], data: TypedData): Value {
    this.#initializers.push(
      create(TensorProtoSchema, {
        name,
        dataType: ONNX_TYPE[type],
        dims: shape.map(BigInt),
        rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice(),
      }),
    );
    return this.#value(name, type, shape);
  }

  #emit(
    opType: string,
    inputs: readonly Value[],
    type: ElementType,
    shape: TensorShape,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const name = this.#fresh(opType);
    this.#nodes.push(
      create(NodeProtoSchema, {
        opType,
        name,
        input: inputs.map((value) => value.name),
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attributeProto(key, value)),
      }),
    );
    return this.#value(name, type, shape);
  }

  #record(operation: Operation, inputs: readonly Value[], output: Value): Value {
    this.#steps.push({ ...operation, inputs, output });
    return output;
  }

  #value(name: string, type: ElementType, shape: TensorShape): Value {
    const value: Value = { name, type, shape: [...shape] };
    for (const [axis, dim] of shape.entries()) {
      if (typeof dim === 'string' && !this.#symbols.has(dim)) this.#symbols.set(dim, { value, axis });
    }
    return value;
  }

  #fresh(stem: string): string {
    let name: string;
    do name = `${stem}_${this.#serial++}`;
    while (this.#names.has(name));
    return this.#reserve(name);
  }

  #reserve(name: string): string {
    if (this.#names.has(name)) throw new TypeError(`The graph already has a tensor named "${name}".`);
    this.#names.add(name);
    return name;
  }
}

type TypedData = Float32Array | Float16Array | BigInt64Array;

/** The spatial size of a convolution's kernel. */
export function kernelOf(w: Value): readonly number[] {
  return w.shape.slice(2).map((size) => {
    if (typeof size === 'string' || size % 2 !== 1) {
      throw new TypeError(`conv: the kernel ${describe(w)} must have odd, known sizes.`);
    }
    return size;
  });
}

function describe(value: Value): string {
  return `"${value.name}" ${formatShape(value.shape)}`;
}

function requireSameType(op: string, a: Value, b: Value): void {
  if (a.type !== b.type) throw new TypeError(`${op}: ${a.type} and ${b.type} do not mix.`);
}

function requireShape(op: string, value: Value, shape: TensorShape): void {
  if (!sameShape(value.shape, shape)) {
    throw new TypeError(`${op}: ${describe(value)} should have the shape ${formatShape(shape)}.`);
  }
}

function shifted(shape: TensorShape, ranges: readonly Range[], sign: 1 | -1): Dim[] {
  const result = [...shape];
  for (const { axis, before, after } of ranges) {
    result[axis] = shiftDim(result[axis]!, sign * (before + after));
  }
  return result;
}

function attributeProto(name: string, value: Attribute): AttributeProto {
  const types = AttributeProto_AttributeType;
  if (typeof value === 'number') {
    return create(AttributeProtoSchema, { name, type: types.INT, i: BigInt(value) });
  }
  if ('float' in value) return create(AttributeProtoSchema, { name, type: types.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: types.INTS, ints: value.map(BigInt) });
}

function valueInfo({ name, type, shape }: Value): ValueInfoProto {
  const dim = shape.map((size) => ({
    value:
      typeof size === 'number'
        ? ({ case: 'dimValue', value: BigInt(size) } as const)
        : ({ case: 'dimParam', value: size } as const),
  }));
  const value = { elemType: ONNX_TYPE[type], shape: { dim } };
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value } } });
}
