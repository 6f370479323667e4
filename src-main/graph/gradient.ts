import type { AdjointContext, AdjointRule, Adjoints } from './adjoint-rule.ts';
import { ADJOINT_RULES } from './adjoint-rules.ts';
import type { GraphBuilder, Value } from './builder.ts';
import { formatShape, productOf, sameShape } from './shape.ts';
import type { OperationName, TapeEntry } from './tape.ts';

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
  const tape = [...builder.tape];
  const relevant = new Set(wrt.map((value) => value.name));
  for (const entry of tape) {
    if (entry.output.type !== 'int64' && entry.inputs.some((input) => relevant.has(input.name))) {
      relevant.add(entry.output.name);
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
  for (const entry of tape.toReversed()) {
    if (!relevant.has(entry.output.name) || !parts.has(entry.output.name)) continue;
    const g = total(entry.output.name)!;
    const wanted = entry.inputs.map((input) => relevant.has(input.name));
    for (const [place, part] of adjointOf(builder, entry, g, wanted).entries()) {
      const input = entry.inputs[place]!;
      if (!part || !wanted[place]) continue;
      if (!sameShape(part.shape, input.shape)) {
        throw new Error(
          `The adjoint of ${entry.op} has shape ${formatShape(part.shape)} instead of ${formatShape(input.shape)}.`,
        );
      }
      parts.set(input.name, [...(parts.get(input.name) ?? []), part]);
    }
  }
  return wrt.map((value) => total(value.name) ?? builder.expand(builder.constant(0), value.shape));
}

function adjointOf(b: GraphBuilder, entry: TapeEntry, g: Value, wanted: readonly boolean[]): Adjoints {
  const [x, other] = entry.inputs as readonly [Value, Value];
  const context: AdjointContext<OperationName> = { b, entry, x, other, y: entry.output, g, wanted };
  return (ADJOINT_RULES[entry.op] as AdjointRule<OperationName>)(context);
}
