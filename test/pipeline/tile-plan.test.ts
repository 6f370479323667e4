import { describe, expect, it } from 'vitest';
import {
  areaSpan,
  LONGEST_MAP,
  MOST_ENLARGED,
  MOST_TILES,
  planTiles,
  tileArea,
  tileCount,
} from '../../src-main/pipeline/tile-plan.ts';
import { Random } from '../../src-shared/random.ts';

const ENCODER = { inputSize: 1024, grid: 64 };
const byScale = (scale: number, overlap = 0.25) => ({ mode: 'scale', scale, overlap }) as const;

describe('a plan of tiles', () => {
  it('covers every pixel of 200 sizes, with the overlap that was asked for, and nothing outside', () => {
    const random = new Random('tile-plan');
    for (let round = 0; round < 200; round++) {
      const width = random.int(8, round % 3 === 0 ? 13_000 : 5000);
      const height = random.int(8, round % 5 === 0 ? 120 : 5000);
      const overlap = random.next() * 0.5;
      const scale = 0.05 + 0.95 * random.next();
      const plan = planTiles({ width, height }, byScale(scale, overlap), ENCODER);
      if (!plan) {
        expect(1024 / Math.max(width, height)).toBeGreaterThanOrEqual(scale * 0.999);
        continue;
      }
      const columns = new Uint8Array(width);
      const rows = new Uint8Array(height);
      for (let i = 0; i < tileCount(plan); i++) {
        const area = tileArea(plan, i);
        expect(area.x + area.width).toBeLessThanOrEqual(width);
        expect(area.y + area.height).toBeLessThanOrEqual(height);
        columns.fill(1, area.x, area.x + area.width);
        rows.fill(1, area.y, area.y + area.height);
      }
      // Every row of tiles has the same columns, so the two sides are enough.
      expect(columns.includes(0)).toBe(false);
      expect(rows.includes(0)).toBe(false);
      for (const { starts, length } of [plan.columns, plan.rows]) {
        for (let i = 1; i < starts.length; i++) {
          expect(starts[i - 1]! + length - starts[i]!).toBeGreaterThanOrEqual(Math.floor(length * overlap));
        }
      }
      const cells = new Uint8Array(plan.frame.width * plan.frame.height);
      for (let i = 0; i < tileCount(plan); i++) {
        const span = areaSpan(tileArea(plan, i), plan.frame);
        for (let y = span.top; y < span.bottom; y++) {
          cells.fill(1, y * plan.frame.width + span.left, y * plan.frame.width + span.right);
        }
      }
      expect(cells.includes(0)).toBe(false);
    }
  });

  it('has the scale of the recipe', () => {
    const plan = planTiles({ width: 12_000, height: 9000 }, byScale(1), ENCODER)!;
    expect(plan.scale).toBe(1);
    expect([plan.columns.starts.length, plan.rows.starts.length]).toEqual([16, 12]);
    expect(plan.columns.starts.at(-1)).toBe(12_000 - 1024);
    expect(plan.limit).toBeUndefined();
  });

  it('is none where the whole image is as large already', () => {
    expect(planTiles({ width: 1024, height: 800 }, byScale(1), ENCODER)).toBeUndefined();
    expect(planTiles({ width: 2048, height: 800 }, byScale(0.5), ENCODER)).toBeUndefined();
    expect(planTiles({ width: 2049, height: 800 }, byScale(0.5), ENCODER)).toBeDefined();
  });

  it('gives the smallest defect its tokens', () => {
    const recipe = { mode: 'smallest-defect', pixels: 32, tokens: 2, overlap: 0.2 } as const;
    // Two tokens of 16 frame pixels for 32 image pixels.
    expect(planTiles({ width: 4000, height: 3000 }, recipe, ENCODER)?.scale).toBe(1);
    const limited = planTiles({ width: 2000, height: 1000 }, { ...recipe, pixels: 4 }, ENCODER)!;
    expect(limited.scale).toBe(MOST_ENLARGED);
    expect(limited.limit).toEqual({ by: 'enlargement', wanted: 8 });
  });

  it('enlarges a strip until its short side has two tokens: tiles are as high as the strip', () => {
    const plan = planTiles({ width: 12_000, height: 40 }, byScale(0.2), ENCODER)!;
    expect(plan.scale).toBeCloseTo(32 / 40, 2);
    expect(plan.rows).toEqual({ starts: [0], length: 40, overlap: 0 });
    expect(plan.columns.length).toBe(1280);
    expect(plan.limit).toBeUndefined();
    expect(planTiles({ width: 12_000, height: 40 }, byScale(1), ENCODER)?.scale).toBe(1);
    expect(planTiles({ width: 12_000, height: 8 }, byScale(1), ENCODER)?.scale).toBe(MOST_ENLARGED);
  });

  it('never has more than a thousand tiles, and says so', () => {
    const recipe = { mode: 'smallest-defect', pixels: 8, tokens: 2, overlap: 0.5 } as const;
    const plan = planTiles({ width: 12_000, height: 9000 }, recipe, ENCODER)!;
    expect(tileCount(plan)).toBeLessThanOrEqual(MOST_TILES);
    expect(tileCount(plan)).toBeGreaterThan(MOST_TILES * 0.8);
    expect(plan.limit).toEqual({ by: 'count', wanted: 4 });
    expect(plan.scale).toBeLessThan(4);
  });

  it('bounds the joined map, and never makes it smaller than that of a single frame', () => {
    for (const [width, height] of [
      [12_000, 9000],
      [30_000, 20],
      [1100, 1100],
      [9, 5000],
      [20_000, 20_000],
    ] as const) {
      const { frame } = planTiles({ width, height }, byScale(1), ENCODER)!;
      const long = Math.max(frame.width, frame.height);
      expect(long).toBeGreaterThanOrEqual(1024);
      expect(long).toBeLessThanOrEqual(LONGEST_MAP);
      expect(frame.width * frame.height).toBeLessThanOrEqual(1.01 * 2 ** 22);
      expect(frame.cell).toBe(1);
    }
  });
});
