import { formatShape, sameShape, type TensorShape } from './shape.ts';

export type ElementType = 'float32' | 'float16' | 'int64';

/** A tensor of the graph under construction. Its shape is known now up to symbolic dimensions. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: TensorShape;
}

/** Name and shape, for error messages. */
export function describe(value: Value): string {
  return `"${value.name}" ${formatShape(value.shape)}`;
}

/** @throws TypeError unless both have one element type */
export function requireSameType(op: string, a: Value, b: Value): void {
  if (a.type !== b.type) throw new TypeError(`${op}: ${a.type} and ${b.type} do not mix.`);
}

/** @throws TypeError unless the value has the shape */
export function requireShape(op: string, value: Value, shape: TensorShape): void {
  if (!sameShape(value.shape, shape)) {
    throw new TypeError(`${op}: ${describe(value)} should have the shape ${formatShape(shape)}.`);
  }
}
