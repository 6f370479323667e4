import { describe, expect, it } from 'vitest';
import { applySymmetry, type Symmetry } from '../../src-main/training/token-symmetry.ts';

const [height, width, channels] = [2, 3, 2];
/** Channel 0 of a token is ten times its row plus its column, channel 1 a hundred more. */
const tokens = Uint8Array.from({ length: height * width * channels }, (_, i) => {
  const token = Math.floor(i / channels);
  return 10 * Math.floor(token / width) + (token % width) + (i % channels) * 100;
});
const all: Symmetry[] = [false, true].flatMap((transpose) =>
  [false, true].flatMap((mirrorRows) =>
    [false, true].map((mirrorColumns) => ({ transpose, mirrorRows, mirrorColumns })),
  ),
);

type Rows = readonly (readonly number[])[];

/** Channel 0 as rows. */
function rowsOf(data: ArrayLike<number>, columns: number): number[][] {
  const values = Array.from(data).filter((_, i) => i % channels === 0);
  return Array.from({ length: values.length / columns }, (_, y) =>
    values.slice(y * columns, (y + 1) * columns),
  );
}

function naive(rows: Rows, { transpose, mirrorRows, mirrorColumns }: Symmetry): Rows {
  let out = rows;
  if (transpose) out = rows[0]!.map((_, x) => rows.map((row) => row[x]!));
  if (mirrorRows) out = out.toReversed();
  if (mirrorColumns) out = out.map((row) => row.toReversed());
  return out;
}

describe.each(all)('transpose $transpose, rows $mirrorRows, columns $mirrorColumns', (symmetry) => {
  const moved = applySymmetry(tokens, height, width, channels, symmetry);
  const [rows, columns] = symmetry.transpose ? [width, height] : [height, width];

  it('moves tokens whole, to where transposing and then mirroring puts them', () => {
    expect(rowsOf(moved, columns)).toEqual(naive(rowsOf(tokens, width), symmetry));
    for (let i = 0; i < moved.length; i += 2) expect(moved[i + 1]).toBe(moved[i]! + 100);
  });

  it('is undone by mirroring and then transposing', () => {
    const { transpose, mirrorRows, mirrorColumns } = symmetry;
    const unmirrored = applySymmetry(moved, rows, columns, channels, {
      transpose: false,
      mirrorRows,
      mirrorColumns,
    });
    const back = applySymmetry(unmirrored, rows, columns, channels, {
      transpose,
      mirrorRows: false,
      mirrorColumns: false,
    });
    expect(Array.from(back)).toEqual(Array.from(tokens));
  });
});

it('gives eight different results', () => {
  const results = all.map((symmetry) => applySymmetry(tokens, height, width, channels, symmetry).join());
  expect(new Set(results.map((result, i) => result + all[i]!.transpose)).size).toBe(8);
});

it('keeps float16 features as they are', () => {
  const features = Float16Array.of(0.5, -2, 1e-3, 60000);
  const mirrored = applySymmetry(features, 1, 2, 2, {
    transpose: false,
    mirrorRows: false,
    mirrorColumns: true,
  });
  expect(mirrored).toBeInstanceOf(Float16Array);
  expect(Array.from(mirrored)).toEqual([features[2], features[3], 0.5, -2]);
});
