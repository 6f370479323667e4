import { describe, expect, it } from 'vitest';
import { cellGrid } from '../../src-main/pipeline/frame.ts';
import {
  backgroundLikeness,
  choosePart,
  likestPlaces,
  partCells,
  partTokens,
  seedOf,
  tokenAt,
} from '../../src-main/pipeline/part-mask.ts';
import { frameFor } from '../../src-shared/frame.ts';

const frame = frameFor(2048, 1024);
const grid = { width: 64, height: 32 };

let state = 3;
const random = () => {
  state = (state * 16807) % 2147483647;
  return state / 2147483647 - 0.5;
};

/** Noise with a patch of one direction around a token. */
function stage(channels: number, [px, py]: readonly [number, number]) {
  const data = Float32Array.from({ length: grid.width * grid.height * channels }, (_, i) => {
    const token = Math.floor(i / channels);
    const near = Math.hypot((token % grid.width) - px, Math.floor(token / grid.width) - py) < 3;
    return random() + (near && i % channels === 0 ? 8 : 0);
  });
  return { dims: [grid.height, grid.width, channels], data };
}

/** A disc of positive logits on SAM's lattice, in cells. */
function disc(x: number, y: number, radius: number, quality = 0.95) {
  const logits = Float32Array.from(
    { length: 256 * 256 },
    (_, i) => radius - Math.hypot((i % 256) - x, (i >> 8) - y),
  );
  return { logits, quality };
}

describe('the tokens of a part', () => {
  it('are the averaged neighbours of all stages, each of length 1, as a naive loop has them', () => {
    const stages = [stage(4, [10, 10]), stage(6, [10, 10])];
    const tokens = partTokens(stages, 16);
    expect([tokens.width, tokens.height, tokens.channels, tokens.cell]).toEqual([64, 32, 10, 16]);
    for (const [x, y] of [
      [0, 0],
      [63, 31],
      [10, 11],
    ] as const) {
      const sum = new Array<number>(10).fill(0);
      for (let v = y - 1; v <= y + 1; v++)
        for (let u = x - 1; u <= x + 1; u++) {
          if (u < 0 || v < 0 || u > 63 || v > 31) continue;
          let offset = 0;
          for (const { dims, data } of stages) {
            const own = [...data.subarray((v * 64 + u) * dims[2]!, (v * 64 + u + 1) * dims[2]!)];
            const length = Math.hypot(...own);
            own.forEach((value, c) => {
              sum[offset + c]! += value / length;
            });
            offset += dims[2]!;
          }
        }
      const found = tokens.data.subarray((y * 64 + x) * 10, (y * 64 + x + 1) * 10);
      sum.forEach((value, c) => {
        expect(found[c]).toBeCloseTo(value / Math.hypot(...sum), 5);
      });
    }
  });

  it('say how much the background resembles the part: the median outside of it', () => {
    const tokens = partTokens([stage(8, [10, 10])], 16);
    const token = tokenAt(tokens, { x: 10.5 * 32, y: 10.5 * 32 }, frame);
    const cells = Uint8Array.from({ length: 256 * 128 }, (_, i) => (i % 256 < 80 ? 1 : 0));
    const outside = Array.from({ length: 64 * 32 }, (_, i) => i)
      .filter((i) => i % 64 >= 20)
      .map((i) => token.reduce((sum, value, c) => sum + value * tokens.data[i * 8 + c]!, 0))
      .sort((a, b) => a - b);
    const median = outside[outside.length >> 1]!;
    expect(backgroundLikeness(tokens, token, cells, frame)).toBeCloseTo(median, 5);
    expect(backgroundLikeness(tokens, token, new Uint8Array(256 * 128).fill(1), frame)).toBe(0);
  });

  it('find the place again where the part has moved to', () => {
    const before = partTokens([stage(8, [10, 10])], 16);
    const token = tokenAt(before, { x: 10.5 * 32, y: 10.5 * 32 }, frame);
    const after = partTokens([stage(8, [48, 20])], 16);
    const place = { token: [...token], background: 0 };
    const [first, second] = likestPlaces(after, { ...place, background: -1 }, frame, 3);
    expect(Math.hypot(first!.x - 48.5 * 32, first!.y - 20.5 * 32)).toBeLessThan(100);
    // The next place is another one, not the token beside it.
    expect(Math.hypot(second!.x - first!.x, second!.y - first!.y)).toBeGreaterThan(6.4 * 32);
    expect(() => likestPlaces(after, { token: [1, 2], background: 0 }, frame, 1)).toThrow(TypeError);
    // Where nothing resembles it more than the background did there is no such place.
    expect(likestPlaces(after, place, frame, 1)).toHaveLength(1);
    expect(
      likestPlaces(partTokens([stage(8, [-9, -9])], 16), { ...place, background: 0.95 }, frame, 1),
    ).toEqual([]);
  });
});

describe("SAM's masks for a part", () => {
  const levels = [disc(60, 60, 8), disc(60, 60, 30), disc(60, 60, 300)];
  const seed = seedOf(levels, 2, frame)!;

  it('give the seed its share of the image and of the border', () => {
    expect(seed.share).toBeCloseTo((Math.PI * 30 ** 2) / (256 * 128), 2);
    expect(seed.border).toBe(0);
    expect(seedOf(levels, 3, frame)?.border).toBe(1);
    expect(seedOf([disc(0, 0, -1)], 1, frame)).toBeUndefined();
  });

  it('are chosen by the size that is nearest', () => {
    const part = choosePart([disc(180, 70, 5), disc(180, 70, 12), disc(180, 70, 33)], seed, frame);
    expect(part).toMatchObject({ share: expect.closeTo((Math.PI * 33 ** 2) / (256 * 128), 2) });
  });

  it.each([
    ['size', [disc(60, 60, 8), disc(60, 60, 12), disc(60, 60, 100)]],
    ['size', [disc(60, 60, -1), disc(60, 60, -1), disc(60, 60, -1)]],
    ['quality', [disc(60, 60, 8), disc(60, 60, 30, 0.5), disc(60, 60, 300)]],
  ])('are doubted: %s', (doubt, unsure) => {
    expect(choosePart(unsure, seed, frame)).toEqual({ doubt });
  });

  it('are doubted when they are the background', () => {
    const ring = { logits: disc(128, 64, 80).logits.map((value) => -value), quality: 0.95 };
    const likeIt = { share: seedOf([ring], 1, frame)!.share, border: 0 };
    expect(choosePart([ring], likeIt, frame)).toEqual({ doubt: 'border' });
    expect(choosePart([ring], { ...likeIt, border: 0.9 }, frame)).toHaveProperty('cells');
  });
});

describe('the cells on a part', () => {
  const { width, height } = cellGrid(frame);
  const cellsOf = (isPart: (x: number, y: number) => boolean) =>
    Uint8Array.from({ length: width * height }, (_, i) => (isPart(i % width, Math.floor(i / width)) ? 1 : 0));

  it('have a margin of two cells, and no holes or narrow notches: they may be the defect', () => {
    const within = (x: number, y: number, radius: number) => Math.hypot(x - 100, y - 60) <= radius;
    const damaged = cellsOf((x, y) => within(x, y, 30) && !within(x, y, 9) && !(y > 58 && y < 62 && x > 120));
    const cells = partCells(damaged, frame);
    const wrong = cells.findIndex((cell, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return (cell === 0 && within(x, y, 29)) || (cell === 1 && !within(x, y, 33));
    });
    expect(wrong).toBe(-1);
    expect([cells[60 * width + 130], cells[28 * width + 100]]).toEqual([1, 1]);
  });

  it('reach to the edge of the image where the part does', () => {
    const cells = partCells(
      cellsOf((x) => x < 40),
      frame,
    );
    expect(cells).toEqual(cellsOf((x) => x < 42));
  });
});
