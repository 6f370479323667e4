import type { Value } from './value.ts';

/** Elements taken off (slice) or zeros put on (pad) at both ends of an axis, both ≥ 0. */
export interface Range {
  readonly axis: number;
  readonly before: number;
  readonly after: number;
}

type Op<Name extends string, Details = unknown> = Name extends string
  ? { readonly op: Name } & Readonly<Details>
  : never;

/** What was computed, with all that its adjoint needs. */
export type Operation =
  | Op<'add' | 'sub' | 'mul' | 'div' | 'sum' | 'matmul'>
  | Op<'neg' | 'exp' | 'log' | 'sqrt' | 'sign' | 'tanh' | 'sigmoid' | 'softplus' | 'relu'>
  | Op<'pow', { exponent: number }>
  | Op<'reshape' | 'expand' | 'gather' | 'cast'>
  | Op<'squeeze' | 'unsqueeze' | 'flip', { axes: readonly number[] }>
  | Op<'gelu', { onePlusErf: Value }>
  | Op<'transpose', { perm: readonly number[] }>
  | Op<'concat', { axis: number }>
  | Op<'slice' | 'pad', { ranges: readonly Range[] }>
  | Op<'softmax' | 'logSoftmax', { axis: number }>
  | Op<'layerNorm', { mean: () => Value; inverseStd: () => Value }>
  | Op<'reduceSum' | 'reduceMean', { axes: readonly number[]; keepDims: boolean }>
  | Op<'conv', { group: number }>;

export type OperationName = Operation['op'];

/** One entry of the tape: the operation, what went in and what came out. */
export type TapeEntry<Name extends OperationName = OperationName> = Extract<
  Operation,
  { readonly op: Name }
> & {
  readonly inputs: readonly Value[];
  readonly output: Value;
};
