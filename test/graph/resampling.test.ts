import { describe, expect, it } from 'vitest';
import {
  bicubicMatrix,
  bilinearMatrix,
  cornersAlignedMatrix,
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

describe('bilinear resampling with corners aligned', () => {
  it('keeps the first and the last, and shares the way between them evenly', () => {
    expect(apply(cornersAlignedMatrix(5, 3), [0, 8, 20])).toEqual([0, 4, 8, 14, 20]);
    expect(apply(cornersAlignedMatrix(2, 5), [1, 0, 0, 0, 7])).toEqual([1, 7]);
    expect(apply(cornersAlignedMatrix(3, 1), [4])).toEqual([4, 4, 4]);
    expect(apply(cornersAlignedMatrix(1, 3), [4, 0, 0])).toEqual([4]);
  });
});

describe('bicubic resampling', () => {
  it('doubles by hand-worked weights of a = −0.75, clamped at the ends', () => {
    // A quarter of the way, from the second to the first: −27, 225, 67 and −9 parts of 256.
    const [, , third, , , , , last] = apply(bicubicMatrix(8, 4, 'bicubic'), [0, 256, 512, 1024]);
    expect(third).toBeCloseTo(225 * 1 - 27 * 2, 4);
    expect(last).toBeCloseTo(-27 * 2 + (225 + 67 - 9) * 4, 4);
  });

  it.each(['bicubic', 'bicubic-antialias'] as const)('by %s keeps what is everywhere the same', (kind) => {
    for (const [outputs, inputs] of [
      [37, 24],
      [5, 14],
      [7, 7],
      [3, 1],
    ] as const)
      for (const value of apply(bicubicMatrix(outputs, inputs, kind), new Array(inputs).fill(2)))
        expect(value).toBeCloseTo(2, 5);
  });

  it('keeps a straight line away from the ends, and takes neighbours into account when shrinking', () => {
    const line = Array.from({ length: 24 }, (_, at) => at);
    apply(bicubicMatrix(12, 24, 'bicubic-antialias'), line)
      .slice(3, 9)
      .forEach((value, at) => {
        expect(value).toBeCloseTo(2 * (at + 3) + 0.5, 5);
      });
    const [row] = [bicubicMatrix(6, 24, 'bicubic-antialias').data.subarray(24 * 2, 24 * 3)];
    expect(row!.filter((weight) => weight !== 0).length).toBeGreaterThan(8);
    const plain = bicubicMatrix(6, 24, 'bicubic').data.subarray(24 * 2, 24 * 3);
    expect(plain.filter((weight) => weight !== 0).length).toBeLessThanOrEqual(4);
  });
});

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
