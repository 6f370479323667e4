import { describe, expect, it } from 'vitest';
import {
  countPositive,
  mapToImage,
  resampleRows,
  upsampleToFrame,
} from '../../src-main/pipeline/bilinear.ts';
import { frameGrid } from '../../src-main/pipeline/frame.ts';
import { planTiles } from '../../src-main/pipeline/tile-plan.ts';
import { frameFor } from '../../src-shared/frame.ts';
import { Random } from '../../src-shared/random.ts';
import { sampleBilinear } from './naive-bilinear.ts';

describe('resampleRows', () => {
  it('doubles a row as worked by hand: half-pixel centres, replicated ends', () => {
    const rows: number[][] = [];
    const window = { x: 0, y: 0, width: 6, height: 2, ratioX: 0.5, ratioY: 0.5 };
    resampleRows({ width: 3, height: 1, data: Float32Array.of(0, 8, 4) }, window, (row) =>
      rows.push([...row]),
    );
    expect(rows).toEqual([
      [0, 2, 6, 7, 5, 4],
      [0, 2, 6, 7, 5, 4],
    ]);
  });

  it.each([0.25, 0.37, 1, 2.6])('follows the definition in a window of a patch, ratio %d', (ratio) => {
    const random = new Random(ratio);
    const source = { width: 9, height: 7, data: Float32Array.from({ length: 63 }, () => random.next()) };
    const window = { x: 3, y: 5, width: 11, height: 6, ratioX: ratio, ratioY: ratio, originX: 2, originY: 1 };
    resampleRows(source, window, (row, y) => {
      const expected = Array.from(row, (_, i) =>
        sampleBilinear(source.data, 9, 7, (3 + i + 0.5) * ratio - 0.5 - 2, (y + 0.5) * ratio - 0.5 - 1),
      );
      for (const [i, value] of expected.entries()) expect(row[i]).toBeCloseTo(value, 5);
    });
  });
});

describe('countPositive', () => {
  it.each([0.25, 0.37, 1, 2.6])('counts what resampleRows makes, ratio %d', (ratio) => {
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(`${ratio}/${seed}`);
      const data = Float32Array.from({ length: 63 }, () => random.next() - 0.3);
      const source = { width: 9, height: 7, data };
      const window = { x: 1, y: 2, width: 23, height: 17, ratioX: ratio, ratioY: ratio };
      let expected = 0;
      resampleRows(source, window, (row) => {
        expected += row.filter((value) => value > 0).length;
      });
      expect(countPositive(source, window)).toBe(expected);
    }
  });
});

describe('lattices', () => {
  const frame = frameFor(300, 170); // content 1024 × 580, 256 × 145 cells
  const cells = frameGrid(frame, 256);

  it('brings cells to frame pixels, four per cell', () => {
    // Bilinear interpolation keeps a plane: cell centres are at 4 · cell + 2, frame pixel centres at pixel + 0.5.
    const data = Float32Array.from(
      { length: cells.width * cells.height },
      (_, i) => (4 * (i % cells.width) + 2) / 2048 + (4 * Math.floor(i / cells.width) + 2) / 4096,
    );
    const map = upsampleToFrame({ ...cells, data }, frame);
    expect([map.width, map.height]).toEqual([1024, 580]);
    for (const [x, y] of [
      [2, 2],
      [517, 333],
      [1021, 577],
    ] as const) {
      expect(map.data[y * 1024 + x]).toBeCloseTo((x + 0.5) / 2048 + (y + 0.5) / 4096, 6);
    }
  });

  it('brings both lattices to the same place in the image', () => {
    // The same plane over the image as a map on cells and as a map on frame pixels.
    const plane = (width: number, height: number, cell: number) =>
      Uint16Array.from(
        { length: width * height },
        (_, i) => 20 * cell * ((i % width) + 0.5) + 10 * cell * (Math.floor(i / width) + 0.5),
      );
    const coarse = mapToImage({ ...cells, data: plane(cells.width, cells.height, 4) }, frame);
    const fine = mapToImage({ width: 1024, height: 580, data: plane(1024, 580, 1) }, frame);
    expect(coarse).toHaveLength(300 * 170);
    for (const [x, y] of [
      [1, 1],
      [150, 80],
      [298, 168],
    ] as const) {
      const value = 20 * (x + 0.5) * (1024 / 300) + 10 * (y + 0.5) * (580 / 170);
      expect(Math.abs(coarse[y * 300 + x]! - value)).toBeLessThan(2);
      expect(Math.abs(fine[y * 300 + x]! - value)).toBeLessThan(20);
    }
  });

  it('takes the map of an image in tiles, of any size, for all of the image', () => {
    const { frame } = planTiles(
      { width: 3000, height: 120 },
      { mode: 'scale', scale: 1, overlap: 0.25 },
      { inputSize: 1024, grid: 64 },
    )!;
    const data = Uint16Array.from(
      { length: frame.width * frame.height },
      (_, i) => (10 * ((i % frame.width) + 0.5) * 3000) / frame.width,
    );
    const values = mapToImage({ width: frame.width, height: frame.height, data }, frameFor(3000, 120));
    for (const x of [5, 1234, 2990])
      expect(Math.abs(values[60 * 3000 + x]! - 10 * (x + 0.5))).toBeLessThan(2);
  });
});
