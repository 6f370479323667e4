import { describe, expect, it } from 'vitest';
import { countedCells, countedScore } from '../../src-main/pipeline/below-limit.ts';
import { upsampleToFrame } from '../../src-main/pipeline/bilinear.ts';
import { frameGrid } from '../../src-main/pipeline/frame.ts';
import { fuseMasks } from '../../src-main/pipeline/mask-fusion.ts';
import type { RegionMasks } from '../../src-main/pipeline/mask-levels.ts';
import { regionPrompts } from '../../src-main/pipeline/region-prompts.ts';
import { findRegions } from '../../src-main/pipeline/regions.ts';
import type { ScoreMap } from '../../src-main/pipeline/score-map.ts';
import { calipers } from '../../src-shared/calipers.ts';
import { frameFor } from '../../src-shared/frame.ts';

const THETA = 0.5;
const frame = frameFor(512, 512);
/** Image pixels per cell. */
const CELL = 2;

interface Square {
  readonly x: number;
  readonly y: number;
  /** Side in cells. */
  readonly side: number;
  readonly value: number;
}

const holds = ({ x, y, side }: Square, column: number, row: number) =>
  column >= x && column < x + side && row >= y && row < y + side;

/** Squares on a floor of 0.2. */
function mapOf(squares: readonly Square[]): ScoreMap {
  const grid = frameGrid(frame, 256);
  const data = Float32Array.from({ length: grid.width * grid.height }, (_, i) => {
    const [x, y] = [i % grid.width, Math.floor(i / grid.width)];
    return squares.find((square) => holds(square, x, y))?.value ?? 0.2;
  });
  return { ...grid, data };
}

/** SAM outlines each region as it is. */
function masksOf(coarse: ScoreMap, minCells = 1): RegionMasks[] {
  return findRegions(coarse, { theta: THETA, minCells, maxRegions: 8 }).map((region) => {
    const logits = new Float32Array(256 * 256).fill(-1);
    for (const cell of region.cells) {
      logits[Math.floor(cell / coarse.width) * 256 + (cell % coarse.width)] = 1;
    }
    const levels = [1, 2, 3].map(() => ({ logits, quality: 0.9 }));
    return { region, prompts: regionPrompts(region, coarse, frame, 3), levels };
  });
}

const fuse = (
  squares: readonly Square[],
  limits?: { length?: number; area?: number },
  lambda = 1,
  minCells = 1,
) => {
  const coarse = mapOf(squares);
  return fuseMasks({ coarse, frame, regions: masksOf(coarse, minCells), theta: THETA, lambda, limits });
};

const large = { x: 40, y: 60, side: 20, value: 0.7 };
const small = { x: 150, y: 100, side: 4, value: 0.98 };

describe('regions below the limits', () => {
  it('have the calipers of their outline, limits or not', () => {
    for (const { regions } of [fuse([large, small]), fuse([large, small], { length: 20 })]) {
      for (const { polygons, length, width } of regions) {
        const { longest, shortest } = calipers(polygons.flatMap(([outline]) => outline ?? []));
        expect([length, width]).toEqual([longest, shortest]);
      }
      expect(regions.map(({ width }) => Math.round((width ?? 0) / CELL))).toEqual([4, 20]);
    }
  });

  it('are recorded, and the score is that of an image without them', () => {
    const limited = fuse([large, small], { length: 20 });
    expect(limited.regions.map(({ belowLimit }) => belowLimit)).toEqual([true, undefined]);
    expect(limited.score).toBe(fuse([large]).score);
    const plain = fuse([large, small]);
    expect(plain.score).toBeGreaterThan(limited.score);
    expect(limited.mask).toEqual(plain.mask);
    expect(limited.finalMap).toEqual(plain.finalMap);
  });

  it('leave a score of at most θ where nothing else is above it, also without weight for the masks', () => {
    for (const lambda of [0, 0.3, 1, 4]) {
      const { score, regions } = fuse([small], { length: 20 }, lambda);
      expect(regions).toHaveLength(1);
      expect(score).toBeLessThanOrEqual(THETA);
      expect(score).toBeGreaterThanOrEqual(0.2);
    }
  });

  it('are those that are smaller than all limits given', () => {
    const marks = (limits: { length?: number; area?: number }) =>
      fuse([large, small], limits).regions.map(({ belowLimit }) => belowLimit === true);
    expect(marks({ length: 20, area: 30 })).toEqual([false, false]);
    expect(marks({ length: 20, area: 100 })).toEqual([true, false]);
    expect(marks({ length: 8, area: 100 })).toEqual([false, false]);
    expect(marks({ length: 500, area: 50_000 })).toEqual([true, true]);
  });

  it('change nothing where all regions are large enough', () => {
    const limited = fuse([large, small], { length: 3 });
    expect(limited).toEqual(fuse([large, small]));
    expect(limited).not.toHaveProperty('counted');
  });

  it('specks that were too small for a region count no more than they do, and are told', () => {
    const plain = fuse([large, small], undefined, 0, 100);
    expect(plain.regions).toHaveLength(1);
    expect(plain.score).toBeCloseTo(0.98, 5);
    const limited = fuse([large, small], { length: 20 }, 0, 100);
    expect(limited.regions).toHaveLength(1);
    expect(limited.counted?.specks).toBe(1);
    expect(limited.score).toBe(fuse([large], undefined, 0, 100).score);
  });

  it('what is large and no region counts: there may be more than the recipe records', () => {
    const { score, counted } = fuse([large], { length: 20 }, 0, 1000);
    expect(counted).toBeUndefined();
    expect(score).toBeCloseTo(0.7, 5);
  });
});

describe('what counts', () => {
  it('is found again place by place, touching regions together', () => {
    const coarse = mapOf([large, small, { ...small, x: 60, y: 61, value: 0.9 }]);
    const finalMap = upsampleToFrame(coarse, frame);
    const above = Uint8Array.from(finalMap.data, (value) => (value > THETA ? 1 : 0));
    const spanOf = ({ x, y, side }: Square) => ({
      left: 4 * x,
      top: 4 * y,
      right: 4 * (x + side),
      bottom: 4 * (y + side),
    });
    const judged = ([square, isBelow]: readonly [Square, boolean]) => {
      const span = spanOf(square);
      const scores = new Float32Array((span.right - span.left) * (span.bottom - span.top)).fill(square.value);
      return { span, scores, peak: square.value, isBelow };
    };
    const regions = (
      [
        [large, false],
        [small, true],
        [{ ...small, x: 60, y: 61 }, true],
      ] as const
    ).map(judged);
    const { score, places, specks } = countedScore(finalMap, above, regions, {
      frame,
      theta: THETA,
      limits: { length: 20 },
    });
    expect(score).toBe(0.7);
    expect(specks).toBe(0);
    expect(places.map(({ counts }) => counts)).toEqual([true, false]);

    const cells = countedCells(places, frame, frame, 2);
    const at = (x: number, y: number) => cells[y * coarse.width + x];
    // The small one with what its slope reaches and two cells around; the touching one belongs to the large one.
    expect(at(150, 100)).toBe(0);
    expect(at(148, 98)).toBe(0);
    expect(at(145, 100)).toBe(1);
    expect(at(61, 62)).toBe(1);
    expect(cells.filter((cell) => cell === 0).length).toBeLessThanOrEqual(10 * 10);
  });
});
