import type { Pack } from '../../src-shared/pack.ts';

/** A matrix, row by row. Multiplying by it resamples one axis; its transpose is the exact adjoint. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array;
}

/**
 * Average pooling of an axis of length `n` with window and stride `k`; the last window may be shorter and
 * averages what it has.
 * @returns ceil(n / k) × n
 */
export function poolingMatrix(n: number, k: number): Matrix {
  const rows = Math.ceil(n / k);
  const data = new Float32Array(rows * n);
  for (let row = 0; row < rows; row++) {
    const start = row * k;
    const end = Math.min(n, start + k);
    data.fill(1 / (end - start), row * n + start, row * n + end);
  }
  return { rows, columns: n, data };
}

/**
 * Bilinear resampling of an axis, half-pixel centres, clamped at the ends.
 * @param step input cells per output cell: output centre i lies at (i + 0.5) · step − 0.5
 * @returns outputs × inputs
 */
export function bilinearMatrix(outputs: number, inputs: number, step: number): Matrix {
  const data = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    const centre = Math.min(inputs - 1, Math.max(0, (row + 0.5) * step - 0.5));
    const low = Math.floor(centre);
    const high = Math.min(inputs - 1, low + 1);
    data[row * inputs + low]! += 1 - (centre - low);
    data[row * inputs + high]! += centre - low;
  }
  return { rows: outputs, columns: inputs, data };
}

/**
 * Bilinear resampling of an axis whose first and last centres stay where they are (`align_corners` of PyTorch's
 * `interpolate`).
 * @returns outputs × inputs
 */
export function cornersAlignedMatrix(outputs: number, inputs: number): Matrix {
  const data = new Float32Array(outputs * inputs);
  const step = outputs > 1 ? (inputs - 1) / (outputs - 1) : 0;
  for (let row = 0; row < outputs; row++) {
    const low = Math.min(inputs - 1, Math.floor(row * step));
    const high = Math.min(inputs - 1, low + 1);
    const share = row * step - low;
    data[row * inputs + low]! += 1 - share;
    data[row * inputs + high]! += share;
  }
  return { rows: outputs, columns: inputs, data };
}

/**
 * How a table of positions is resampled: `bicubic` with a = −0.75 at the half-pixel centres, clamped at the ends
 * (PyTorch's `interpolate`, transformers); `bicubic-antialias` with a = −0.5 and a kernel as wide as an output cell
 * (open_clip, Pillow).
 */
export type BicubicKind = NonNullable<Pack['vision']['positions']>['resize'];

/** Bicubic resampling of an axis. @returns outputs × inputs */
export function bicubicMatrix(outputs: number, inputs: number, kind: BicubicKind): Matrix {
  const antialias = kind === 'bicubic-antialias';
  const step = inputs / outputs;
  const stretch = antialias ? Math.max(step, 1) : 1;
  const data = new Float32Array(outputs * inputs);
  for (let row = 0; row < outputs; row++) {
    const centre = (row + 0.5) * step - 0.5;
    const weights = new Float64Array(inputs);
    let sum = 0;
    for (let at = Math.ceil(centre - 2 * stretch); at <= centre + 2 * stretch; at++) {
      const isOutside = at < 0 || at >= inputs;
      if (antialias && isOutside) continue;
      const weight = cubicWeight((at - centre) / stretch, antialias ? -0.5 : -0.75);
      weights[Math.min(inputs - 1, Math.max(0, at))]! += weight;
      sum += weight;
    }
    for (let at = 0; at < inputs; at++) data[row * inputs + at] = weights[at]! / sum;
  }
  return { rows: outputs, columns: inputs, data };
}

/** Keys' kernel (1981); `a` is its slope at distance 1. */
function cubicWeight(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x >= 2) return 0;
  return x <= 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : ((x - 5) * x + 8) * x * a - 4 * a;
}

/** Rows and columns exchanged. */
export function transposedMatrix(matrix: Matrix): Matrix {
  const { rows, columns, data } = matrix;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
  return { rows: columns, columns: rows, data: out };
}
