import { describe, expect, it } from 'vitest';
import { type ContentGrid, cropStage, mapMatrices, umciMatrices } from '../../src-main/graph/umci-feeds.ts';
import { numbers } from './graph-check.ts';
import { averagePool, bilinear, type Grid, mapGrid, range } from './naive-umci.ts';
import { TINY_UMCI } from './umci-fixture.ts';

/** Content of 3 × 5 tokens of an 8 × 8 grid; in map cells it ends inside its last tokens. */
const content: ContentGrid = { height: 3, width: 5, mapHeight: 10, mapWidth: 18 };
const GRID = 8;

function gridOf(data: ArrayLike<number>, height: number, width: number, channels: number): Grid {
  const places = range(height).map(() => range(width).map(() => []));
  return mapGrid(places, (y, x) => range(channels).map((c) => data[(y * width + x) * channels + c]!));
}

const flat = (grid: Grid) => grid.flat(2);

function stageTokens(side: number, channels: number) {
  const stage = { width: channels, grid: side };
  return { stage, tokens: Float32Array.from(numbers([side * side * channels], side).data) };
}

describe('cropStage', () => {
  it('cuts the content out of a grid of the same size', () => {
    const { stage, tokens } = stageTokens(GRID, 3);
    const cropped = cropStage(tokens, stage, GRID, content);
    const expected = gridOf(tokens, GRID, GRID, 3)
      .slice(0, 3)
      .map((line) => line.slice(0, 5));
    expect(cropped.dims).toEqual([3, 5, 3]);
    expect(Array.from(cropped.data)).toEqual(flat(expected));
  });

  // At twice the resolution the content of 10 × 18 map cells is 5 × 9 tokens, at four times 10 × 18.
  it.each([
    [2, 5, 9],
    [4, 10, 18],
  ])('averages the content of a grid %i times as fine', (pool, height, width) => {
    const { stage, tokens } = stageTokens(GRID * pool, 2);
    const cropped = cropStage(tokens, stage, GRID, content);
    const fine = gridOf(tokens, stage.grid, stage.grid, 2)
      .slice(0, height)
      .map((line) => line.slice(0, width));
    expect(cropped.dims).toEqual([3, 5, 2]);
    flat(averagePool(fine, pool)).forEach((value, i) => {
      expect(cropped.data[i]).toBeCloseTo(value, 5);
    });
  });

  it.each([
    [1, 3, 5],
    [2, 5, 9],
    [4, 10, 18],
  ])('takes nothing from the padding (grid %i times as fine)', (pool, height, width) => {
    const { stage, tokens } = stageTokens(GRID * pool, 2);
    const before = cropStage(tokens, stage, GRID, content);
    for (let y = 0; y < stage.grid; y++)
      for (let x = 0; x < stage.grid; x++)
        if (y >= height || x >= width)
          tokens.fill(1e6, (y * stage.grid + x) * 2, (y * stage.grid + x + 1) * 2);
    expect(cropStage(tokens, stage, GRID, content).data).toEqual(before.data);
  });

  it('refuses tokens that do not fit the stage, and grids that are no multiple', () => {
    const { stage, tokens } = stageTokens(GRID, 2);
    expect(() => cropStage(tokens.subarray(2), stage, GRID, content)).toThrow(
      '126 values do not fit a 8×8×2',
    );
    expect(() => cropStage(tokens, stage, 5, content)).toThrow('do not fit');
  });
});

describe('umciMatrices', () => {
  const matrices = umciMatrices({ ...TINY_UMCI, scaleKernels: [3, 5] }, content);
  const product = (left: string, grid: Grid, right: string): Grid => {
    const [a, b] = [matrices[left]!, matrices[right]!];
    const [rows, height] = a.dims as [number, number];
    const [width, columns] = b.dims as [number, number];
    expect([height, width]).toEqual([grid.length, grid[0]!.length]);
    return range(rows).map((y) =>
      range(columns).map((x) => [
        range(height).reduce(
          (sum, v) =>
            sum +
            range(width).reduce(
              (line, u) => line + a.data[y * height + v]! * grid[v]![u]![0]! * b.data[u * columns + x]!,
              0,
            ),
          0,
        ),
      ]),
    );
  };
  const close = (actual: Grid, expected: Grid) => {
    expect([actual.length, actual[0]!.length]).toEqual([expected.length, expected[0]!.length]);
    const values = flat(actual);
    flat(expected).forEach((value, i) => {
      expect(values[i]).toBeCloseTo(value, 5);
    });
  };
  const tokens = gridOf(numbers([3, 5], 3).data, 3, 5, 1);

  it('bring tokens to the map, bilinearly and cropped to the content', () => {
    close(product('map_rows', tokens, 'map_columns'), bilinear(tokens, 10, 18, 1 / 4));
  });

  it.each([3, 5])('pool tokens by %i and bring them back', (k) => {
    const pooled = averagePool(tokens, k);
    close(product(`pool_rows_${k}`, tokens, `pool_columns_${k}`), pooled);
    close(product(`up_rows_${k}`, pooled, `up_columns_${k}`), bilinear(pooled, 3, 5, 1 / k));
  });

  it('holds only what the head asks for', () => {
    const paths = { strip: true, scale: false };
    const without = umciMatrices({ ...TINY_UMCI, paths, novelty: [] }, content);
    expect(Object.keys(without)).toEqual(['map_rows', 'map_columns']);
  });
});

describe('mapMatrices', () => {
  it('bring a whole token grid to the map, by centres as UMCI does or corner to corner', () => {
    const centres = mapMatrices(content, 'centres');
    const umci = umciMatrices({ ...TINY_UMCI, novelty: [] }, content);
    expect(centres).toEqual({ map_rows: umci.map_rows, map_columns: umci.map_columns });
    const { map_rows, map_columns } = mapMatrices(
      { height: 2, width: 3, mapHeight: 3, mapWidth: 5 },
      'corners',
    );
    expect(map_rows).toEqual({ type: 'float32', dims: [3, 2], data: Float32Array.of(1, 0, 0.5, 0.5, 0, 1) });
    expect(map_columns!.dims).toEqual([3, 5]);
    expect(Array.from(map_columns!.data)).toEqual([1, 0.5, 0, 0, 0, 0, 0.5, 1, 0.5, 0, 0, 0, 0, 0.5, 1]);
  });
});
