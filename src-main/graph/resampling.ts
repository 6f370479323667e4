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

/** Rows and columns exchanged. */
export function transposedMatrix(matrix: Matrix): Matrix {
  const { rows, columns, data } = matrix;
  const out = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) out[column * rows + row] = data[row * columns + column]!;
  return { rows: columns, columns: rows, data: out };
}
