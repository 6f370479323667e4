import { GraphWriter } from './graph-writer.ts';
import { broadcastShapes } from './shape.ts';
import { requireSameType, requireShape, type Value } from './value.ts';

/** Operations element by element. */
export class ElementwiseOps extends GraphWriter {
  // Two operands, broadcasting.

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
    return this.record({ op: 'sum' }, values, this.emit('Sum', values, first.type, first.shape));
  }

  // One operand.

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
    const erf = this.emit('Erf', [this.#scaled(x, 'Div', Math.SQRT2)], x.type, x.shape);
    const onePlusErf = this.#scaled(erf, 'Add', 1);
    const product = this.emit('Mul', [x, onePlusErf], x.type, x.shape);
    return this.record({ op: 'gelu', onePlusErf }, [x], this.#scaled(product, 'Mul', 0.5));
  }

  pow(x: Value, exponent: number): Value {
    const y = this.emit('Pow', [x, this.constant(exponent)], x.type, x.shape);
    return this.record({ op: 'pow', exponent }, [x], y);
  }

  #binary(op: 'add' | 'sub' | 'mul' | 'div', opType: string, a: Value, b: Value): Value {
    requireSameType(op, a, b);
    return this.record({ op }, [a, b], this.emit(opType, [a, b], a.type, broadcastShapes(a.shape, b.shape)));
  }

  #unary(
    op: 'neg' | 'exp' | 'log' | 'sqrt' | 'sign' | 'tanh' | 'sigmoid' | 'softplus' | 'relu',
    opType: string,
    x: Value,
  ): Value {
    return this.record({ op }, [x], this.emit(opType, [x], x.type, x.shape));
  }

  #scaled(x: Value, opType: 'Add' | 'Mul' | 'Div', by: number): Value {
    return this.emit(opType, [x, this.constant(by)], x.type, x.shape);
  }
}
