import type { GraphBuilder } from './builder.ts';
import { productOf, sameShape, type TensorShape } from './shape.ts';
import type { OperationName, TapeEntry } from './tape.ts';
import type { Value } from './value.ts';

/** Partial derivatives for an operation's inputs, in order; undefined where none is wanted or none exists. */
export type Adjoints = readonly (Value | undefined)[];

/** What the derivatives of an operation are made of. */
export interface AdjointContext<Name extends OperationName> {
  readonly b: GraphBuilder;
  readonly entry: TapeEntry<Name>;
  /** The first operand. */
  readonly x: Value;
  /** The second, where there is one. */
  readonly other: Value;
  readonly y: Value;
  /** The derivative with respect to `y`. */
  readonly g: Value;
  /** Per input. */
  readonly wanted: readonly boolean[];
}

export type AdjointRule<Name extends OperationName> = (context: AdjointContext<Name>) => Adjoints;

/** Sums a gradient over the axes along which its operand was repeated. */
export function unbroadcast(b: GraphBuilder, g: Value, shape: TensorShape): Value {
  if (sameShape(g.shape, shape)) return g;
  if (productOf(g.shape) === productOf(shape)) return b.reshape(g, shape);
  const lead = g.shape.length - shape.length;
  const leading = g.shape.map((_, axis) => axis).slice(0, lead);
  const repeated = [...g.shape.keys()].filter((axis) => axis >= lead && shape[axis - lead] !== g.shape[axis]);
  if (repeated.length === 0) return b.reduceSum(g, leading);
  return b.reshape(b.reduceSum(g, [...leading, ...repeated], true), shape);
}

/** With its last two axes exchanged. */
export function swapLastAxes(b: GraphBuilder, x: Value): Value {
  const rank = x.shape.length;
  const perm = [...x.shape.keys()];
  return b.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2]);
}
