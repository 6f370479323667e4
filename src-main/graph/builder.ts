import { broadcastShapes, resolveAxis } from './shape.ts';
import { ShapeOps } from './shape-ops.ts';
import type { Operation } from './tape.ts';
import { describe, requireSameType, requireShape, type Value } from './value.ts';

export type { Value } from './value.ts';

/**
 * Builds an ONNX graph op by op. Every method infers the result's shape (symbols included), throws a TypeError
 * when the operands do not fit, and records the op so that `gradients` can append its adjoint.
 */
export class GraphBuilder extends ShapeOps {
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
    return this.record({ op: 'matmul' }, [a, b], this.emit('MatMul', [a, b], a.type, shape));
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
    const y = this.emit('Conv', operands, x.type, [batch!, outputs!, ...sizes], {
      kernel_shape: kernel,
      pads: [...half, ...half],
      group,
    });
    return this.record({ op: 'conv', group }, operands, y);
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
    return this.emit('Conv', [x, g], x.type, shape, { pads: [...half, ...half], group });
  }

  /** Rows of a table [V, ...] chosen by int64 ids [...]: shape [...ids, ...row]. */
  gather(table: Value, ids: Value): Value {
    if (ids.type !== 'int64') throw new TypeError('gather: ids must be int64.');
    const shape = [...ids.shape, ...table.shape.slice(1)];
    return this.record(
      { op: 'gather' },
      [table, ids],
      this.emit('Gather', [table, ids], table.type, shape, { axis: 0 }),
    );
  }

  /** int64 ids [...] → float32 [..., classes], 1 at the id, 0 elsewhere. Not differentiable. */
  oneHot(ids: Value, classes: number): Value {
    if (ids.type !== 'int64') throw new TypeError('oneHot: ids must be int64.');
    const operands = [ids, this.int64s([classes]), this.constant([0, 1])];
    return this.emit('OneHot', operands, 'float32', [...ids.shape, classes], { axis: -1 });
  }

  // Along an axis.

  softmax(x: Value, axis: number): Value {
    const along = resolveAxis(axis, x.shape.length);
    const y = this.emit('Softmax', [x], x.type, x.shape, { axis: along });
    return this.record({ op: 'softmax', axis: along }, [x], y);
  }

  logSoftmax(x: Value, axis: number): Value {
    const along = resolveAxis(axis, x.shape.length);
    const y = this.emit('LogSoftmax', [x], x.type, x.shape, { axis: along });
    return this.record({ op: 'logSoftmax', axis: along }, [x], y);
  }

  /** Layer normalisation over the last axis (Ba et al. 2016); gamma and beta have that axis' size. */
  layerNorm(x: Value, gamma: Value, beta: Value, epsilon = 1e-5): Value {
    const channels = x.shape.at(-1);
    if (channels === undefined) throw new TypeError('layerNorm needs at least one axis.');
    requireShape('layerNorm gamma', gamma, [channels]);
    requireShape('layerNorm beta', beta, [channels]);
    const attributes = { axis: -1, epsilon: { float: epsilon } };
    const y = this.emit('LayerNormalization', [x, gamma, beta], x.type, x.shape, attributes);
    const statistic = this.optionalOutputs(y, ['mean', 'std'], [...x.shape.slice(0, -1), 1]);
    const operation: Operation = {
      op: 'layerNorm',
      mean: () => statistic(1),
      inverseStd: () => statistic(2),
    };
    return this.record(operation, [x, gamma, beta], y);
  }

  /** Over the given axes, or all. */
  reduceSum(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.#reduce('reduceSum', 'ReduceSum', x, axes, keepDims);
  }

  /** Over the given axes, or all. */
  reduceMean(x: Value, axes?: readonly number[], keepDims = false): Value {
    return this.#reduce('reduceMean', 'ReduceMean', x, axes, keepDims);
  }

  /** The largest along one axis. Not differentiable. */
  reduceMax(x: Value, axis: number, keepDims = false): Value {
    const along = resolveAxis(axis, x.shape.length);
    const shape = keepDims ? x.shape.with(along, 1) : x.shape.filter((_, at) => at !== along);
    return this.emit('ReduceMax', [x, this.int64s([along])], x.type, shape, { keepdims: keepDims ? 1 : 0 });
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
    const y = this.emit(opType, [x, this.int64s(axes)], x.type, shape, { keepdims: keepDims ? 1 : 0 });
    return this.record({ op, axes, keepDims }, [x], y);
  }
}

/** The spatial size of a convolution's kernel. */
export function kernelOf(w: Value): readonly number[] {
  return w.shape.slice(2).map((size) => {
    if (typeof size === 'string' || size % 2 !== 1) {
      throw new TypeError(`conv: the kernel ${describe(w)} must have odd, known sizes.`);
    }
    return size;
  });
}
