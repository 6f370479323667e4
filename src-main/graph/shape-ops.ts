import { ElementwiseOps } from './elementwise-ops.ts';
import {
  broadcastShapes,
  type Dim,
  formatShape,
  quotientOf,
  resolveAxis,
  sameShape,
  shiftDim,
  type TensorShape,
} from './shape.ts';
import type { Range } from './tape.ts';
import { describe, requireSameType, requireShape, type Value } from './value.ts';

/** As ONNX's Slice takes it: up to the end, whatever the size. */
const END = 2n ** 63n - 1n;

/** Operations that move elements and change none. */
export class ShapeOps extends ElementwiseOps {
  transpose(x: Value, perm: readonly number[]): Value {
    const axes = perm.map((axis) => resolveAxis(axis, x.shape.length));
    if (new Set(axes).size !== x.shape.length) {
      throw new TypeError(`transpose: [${perm}] does not permute ${describe(x)}.`);
    }
    const shape = axes.map((axis) => x.shape[axis]!);
    const y = this.emit('Transpose', [x], x.type, shape, { perm: axes });
    return this.record({ op: 'transpose', perm: axes }, [x], y);
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
    const y = this.emit('Reshape', [x, this.#reshapeTarget(x, shape)], x.type, shape);
    return this.record({ op: 'reshape' }, [x], y);
  }

  /** Inserts axes of size 1; `axes` are places in the result. */
  unsqueeze(x: Value, axes: readonly number[]): Value {
    const rank = x.shape.length + axes.length;
    const places = axes.map((axis) => resolveAxis(axis, rank)).sort((a, b) => a - b);
    const shape = [...x.shape];
    for (const place of places) shape.splice(place, 0, 1);
    const y = this.emit('Unsqueeze', [x, this.int64s(places)], x.type, shape);
    return this.record({ op: 'unsqueeze', axes: places }, [x], y);
  }

  /** Removes axes of size 1. */
  squeeze(x: Value, axes: readonly number[]): Value {
    const places = axes.map((axis) => resolveAxis(axis, x.shape.length));
    for (const place of places) {
      if (x.shape[place] !== 1) throw new TypeError(`squeeze: axis ${place} of ${describe(x)} is not 1.`);
    }
    const shape = x.shape.filter((_, axis) => !places.includes(axis));
    const y = this.emit('Squeeze', [x, this.int64s(places)], x.type, shape);
    return this.record({ op: 'squeeze', axes: places }, [x], y);
  }

  /** Repeats axes of size 1 (and adds leading axes) up to `shape`. */
  expand(x: Value, shape: TensorShape): Value {
    if (!sameShape(broadcastShapes(x.shape, shape), shape)) {
      throw new TypeError(`expand: ${describe(x)} does not expand to ${formatShape(shape)}.`);
    }
    if (sameShape(x.shape, shape)) return x;
    return this.record({ op: 'expand' }, [x], this.emit('Expand', [x, this.shapeOf(shape)], x.type, shape));
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
    const y = this.emit('Concat', xs, first.type, first.shape.with(along, size), { axis: along });
    return this.record({ op: 'concat', axis: along }, xs, y);
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
    return this.emit('Slice', operands, x.type, x.shape.with(axis, length));
  }

  /** Takes elements off both ends of axes: the adjoint of {@link pad}. */
  crop(x: Value, ranges: readonly Range[]): Value {
    if (ranges.every(({ before, after }) => before === 0 && after === 0)) return x;
    const shape = shifted(x.shape, ranges, -1);
    const starts = this.int64s(ranges.map(({ before }) => before));
    const ends = this.int64s(ranges.map(({ after }) => (after === 0 ? END : -after)));
    const y = this.emit(
      'Slice',
      [x, starts, ends, this.int64s(ranges.map(({ axis }) => axis))],
      x.type,
      shape,
    );
    return this.record({ op: 'slice', ranges }, [x], y);
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
    return this.record(
      { op: 'pad', ranges },
      [x],
      this.emit('Pad', [x, this.int64s(amounts)], x.type, shape),
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
    return this.record({ op: 'flip', axes: along }, [x], this.emit('Slice', operands, x.type, x.shape));
  }

  /** The target of a Reshape: 0 for kept places, −1 for one size that follows from the others. */
  #reshapeTarget(x: Value, shape: TensorShape): Value {
    const plan = shape.map((dim, axis) => (typeof dim === 'string' && dim === x.shape[axis] ? 0 : dim));
    const free = plan.findLastIndex((dim) => typeof dim === 'string');
    return this.shapeOf(free < 0 ? plan : plan.with(free, -1));
  }
}

function shifted(shape: TensorShape, ranges: readonly Range[], sign: 1 | -1): Dim[] {
  const result = [...shape];
  for (const { axis, before, after } of ranges) {
    result[axis] = shiftDim(result[axis]!, sign * (before + after));
  }
  return result;
}
