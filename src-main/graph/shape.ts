/**
 * A dimension: a size known now, or a symbol whose size is known when the graph runs. Symbols are equal when
 * their text is equal; products are written `2*h*w` with sorted factors, shifted sizes `h+2`.
 */
export type Dim = number | string;

export type TensorShape = readonly Dim[];

/** `[1, 3, h, w]`. */
export function formatShape(shape: TensorShape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes have the same sizes and symbols. */
export function sameShape(a: TensorShape, b: TensorShape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** An axis counted from the front; negative axes count from the end. */
export function resolveAxis(axis: number, rank: number): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new TypeError(`Axis ${axis} is outside a tensor of rank ${rank}.`);
  }
  return resolved;
}

/** The shape two operands broadcast to (NumPy's rule). A symbol broadcasts with itself and with 1 only. */
export function broadcastShapes(a: TensorShape, b: TensorShape): Dim[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left === right || right === 1) return left;
    if (left === 1) return right;
    throw new TypeError(`Shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast.`);
  });
}

/** The product of dimensions: a number when all are known, otherwise a canonical symbol such as `2*h*w`. */
export function productOf(dims: TensorShape): Dim {
  const { count, symbols } = factorsOf(dims);
  if (symbols.length === 0 || count === 0) return count;
  return [...(count === 1 ? [] : [count]), ...symbols].join('*');
}

/** `productOf(dims) / productOf(divisors)`, or undefined when that is no whole dimension. */
export function quotientOf(dims: TensorShape, divisors: TensorShape): Dim | undefined {
  const over = factorsOf(dims);
  const under = factorsOf(divisors);
  const symbols = [...over.symbols];
  for (const symbol of under.symbols) {
    const at = symbols.indexOf(symbol);
    if (at < 0) return undefined;
    symbols.splice(at, 1);
  }
  const count = over.count / under.count;
  return Number.isInteger(count) ? productOf([count, ...symbols]) : undefined;
}

/** A dimension made longer (or shorter) by a fixed number of elements. */
export function shiftDim(dim: Dim, by: number): Dim {
  if (typeof dim === 'number') return dim + by;
  const [, base = dim, offset = '0'] = /^(.+?)([+-]\d+)$/.exec(dim) ?? [];
  const total = Number(offset) + by;
  if (total === 0) return base.replaceAll('·', '*');
  // A shifted product is one factor of later products: its own factors must not be split off again.
  return `${base.replaceAll('*', '·')}${total > 0 ? '+' : ''}${total}`;
}

function factorsOf(dims: TensorShape): { count: number; symbols: string[] } {
  let count = 1;
  const symbols: string[] = [];
  for (const factor of dims.flatMap((dim) => String(dim).split('*'))) {
    if (/^\d+$/.test(factor)) count *= Number(factor);
    else symbols.push(factor);
  }
  return { count, symbols: symbols.sort() };
}
