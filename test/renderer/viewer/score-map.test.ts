import { describe, expect, it } from 'vitest';
import { isoline, type LoadedMap, mapScale, scoreAt } from '../../../src-renderer/viewer/score-map.ts';

function mapOf(rows: readonly (readonly number[])[]): LoadedMap {
  const values = Uint16Array.from(rows.flat().map((score) => Math.round(score * 65535)));
  return { width: rows[0]!.length, height: rows.length, values };
}

describe('the place of a map', () => {
  it('of frame pixels is the image exactly', () => {
    expect(mapScale({ width: 1024, height: 512 }, { width: 2048, height: 1024 })).toEqual({ x: 2, y: 2 });
  });

  it('of cells may reach into the padding', () => {
    // Frame 1024 × 682 → 256 × 170.5 cells of 4, so 171 rows, the last one half outside.
    const scale = mapScale({ width: 256, height: 171 }, { width: 3000, height: 1998 });
    expect(scale.x).toBeCloseTo(3000 / 256);
    expect(scale.y).toBeCloseTo(1998 / 170.5);
  });
});

describe('the place of a map of an image in tiles', () => {
  it('is the image exactly, whatever its size', () => {
    const strip = mapScale({ width: 4096, height: 14 }, { width: 12_000, height: 40 });
    expect(strip.x).toBeCloseTo(12_000 / 4096);
    expect(strip.y).toBeCloseTo(40 / 14);
    // 256 × 192 would be cells.
    const large = mapScale({ width: 2364, height: 1773 }, { width: 12_000, height: 9000 });
    expect(large.x).toBeCloseTo(12_000 / 2364);
    expect(large.y).toBeCloseTo(9000 / 1773);
  });
});

describe('the value under the pointer', () => {
  const map = mapOf([
    [0, 1],
    [0.5, 0.5],
  ]);
  const image = { width: 4, height: 4 };

  it('is that of the map pixel at its middle', () => {
    expect(scoreAt(map, image, 1, 1)).toBeCloseTo(0, 4);
    expect(scoreAt(map, image, 3, 1)).toBeCloseTo(1, 4);
  });

  it('lies in between elsewhere, and is held at the edges', () => {
    expect(scoreAt(map, image, 2, 1)).toBeCloseTo(0.5, 4);
    expect(scoreAt(map, image, 1.5, 2)).toBeCloseTo((0.25 + 0.5) / 2, 4);
    expect(scoreAt(map, image, 3.9, 0.1)).toBeCloseTo(1, 4);
  });

  it('is none outside the image', () => {
    expect(scoreAt(map, image, -0.1, 1)).toBeNull();
    expect(scoreAt(map, image, 1, 4)).toBeNull();
  });
});

describe('the isoline', () => {
  it('crosses between pixel centres where the value is', () => {
    const line = isoline(
      mapOf([
        [0, 1],
        [0, 1],
      ]),
      0.25,
    );
    expect([...line].map((v) => Math.round(v * 1000) / 1000)).toEqual([0.75, 0.5, 0.75, 1.5]);
  });

  it('closes around a peak', () => {
    const peak = mapOf([
      [0, 0, 0],
      [0, 1, 0],
      [0, 0, 0],
    ]);
    const line = isoline(peak, 0.5);
    expect(line).toHaveLength(16);
    const ends = new Map<string, number>();
    for (let i = 0; i < line.length; i += 2) {
      const key = `${line[i]!.toFixed(3)} ${line[i + 1]!.toFixed(3)}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
    expect([...ends.values()]).toEqual([2, 2, 2, 2]);
    expect([...ends.keys()].sort()).toEqual(['1.000 1.500', '1.500 1.000', '1.500 2.000', '2.000 1.500']);
  });

  it('joins corners that face each other by their mean, and has all ends met, on any map', () => {
    let seed = 7;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const size = 24;
    // A quiet edge all round: every line must close.
    const rows = Array.from({ length: size }, (_, y) =>
      Array.from({ length: size }, (_, x) =>
        x === 0 || y === 0 || x === size - 1 || y === size - 1 ? 0 : random(),
      ),
    );
    const line = isoline(mapOf(rows), 0.5);
    const ends = new Map<string, number>();
    for (let i = 0; i < line.length; i += 2) {
      const key = `${line[i]!.toFixed(4)} ${line[i + 1]!.toFixed(4)}`;
      ends.set(key, (ends.get(key) ?? 0) + 1);
    }
    expect(ends.size).toBeGreaterThan(300);
    expect([...ends.values()].every((count) => count % 2 === 0)).toBe(true);
  });
});
