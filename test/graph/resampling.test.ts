import { describe, expect, it } from 'vitest';
import {
  bilinearMatrix,
  type Matrix,
  poolingMatrix,
  transposedMatrix,
} from '../../src-main/graph/resampling.ts';
import { numbers } from './graph-check.ts';

function apply({ rows, columns, data }: Matrix, x: readonly number[]): number[] {
  expect(x).toHaveLength(columns);
  return Array.from({ length: rows }, (_, row) =>
    x.reduce((sum, value, column) => sum + data[row * columns + column]! * value, 0),
  );
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

describe('pooling', () => {
  it('averages windows, the last one over what it has', () => {
    expect(apply(poolingMatrix(8, 3), [1, 2, 6, 0, 3, 3, 10, 20])).toEqual([3, 2, 15].map(near));
    expect(apply(poolingMatrix(2, 3), [1, 2])).toEqual([1.5]);
    expect(apply(poolingMatrix(3, 1), [7, 8, 9])).toEqual([7, 8, 9]);
  });
});

describe('bilinear resampling', () => {
  it('doubles by hand-worked weights, clamped at the ends', () => {
    // Output centres lie at −0.25 (clamped), 0.25, 0.75, 1.25 (clamped) of the two input cells.
    expect(apply(bilinearMatrix(4, 2, 0.5), [0, 8])).toEqual([0, 2, 6, 8]);
  });

  it('shrinks by reading between two cells', () => {
    expect(apply(bilinearMatrix(2, 4, 2), [1, 3, 10, 20])).toEqual([2, 15]);
  });

  it('quadruples: eighths of the way between neighbours', () => {
    const outputs = apply(bilinearMatrix(10, 3, 0.25), [0, 8, 16]);
    expect(outputs).toEqual([0, 0, 1, 3, 5, 7, 9, 11, 13, 15]);
  });

  it('repeats a single cell', () => {
    expect(apply(bilinearMatrix(3, 1, 0.25), [5])).toEqual([5, 5, 5]);
  });

  it('keeps a constant, whatever the sizes', () => {
    for (const [outputs, inputs, step] of [
      [27, 7, 0.25],
      [7, 3, 1 / 3],
      [9, 1, 1 / 9],
    ] as const) {
      const constant = new Array<number>(inputs).fill(3);
      expect(apply(bilinearMatrix(outputs, inputs, step), constant)).toEqual(
        new Array(outputs).fill(near(3)),
      );
    }
  });
});

it('a transposed matrix is the adjoint: ⟨Ax, y⟩ = ⟨x, Aᵀy⟩', () => {
  for (const matrix of [poolingMatrix(10, 3), bilinearMatrix(13, 4, 0.3)]) {
    const x = numbers([matrix.columns], 1).data;
    const y = numbers([matrix.rows], 2).data;
    expect(dot(apply(matrix, x), y)).toBeCloseTo(dot(x, apply(transposedMatrix(matrix), y)), 10);
  }
});

function near(value: number): number {
  return expect.closeTo(value, 5) as unknown as number;
}
