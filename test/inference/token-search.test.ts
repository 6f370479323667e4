import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src-main/graph/model.ts';
import { buildNearestGraph } from '../../src-main/graph/nearest.ts';
import { createSession, type Session } from '../../src-main/inference/ort.ts';
import { TokenSearch, tokenBank } from '../../src-main/inference/token-search.ts';
import { type UnitTokens, unitTokens } from '../../src-main/pipeline/unit-tokens.ts';
import { noise } from './tiny-pack.ts';

let sessions: { readonly nearest: Session; readonly nearestInWindow: Session };
let search: TokenSearch;

beforeAll(async () => {
  const open = (windowed: boolean) =>
    createSession(encodeModel(buildNearestGraph({ windowed })), { device: 'cpu', threads: 1 });
  sessions = { nearest: await open(false), nearestInWindow: await open(true) };
  search = new TokenSearch(sessions);
});
afterAll(async () => {
  await sessions.nearest.release();
  await sessions.nearestInWindow.release();
});

function picture(seed: number, width: number, height: number, channels = 6): UnitTokens {
  const data = Float16Array.from(noise(width * height * channels, seed));
  return unitTokens([{ stage: 0, width, height, channels, data }], { smoothed: false });
}

const ANYWHERE = { rows: Number.POSITIVE_INFINITY, columns: Number.POSITIVE_INFINITY };

/** The largest cosine of each token, pair by pair. */
function naive(a: UnitTokens, b: UnitTokens, window = ANYWHERE): number[] {
  const { channels } = a;
  return Array.from({ length: a.width * a.height }, (_, i) => {
    let best = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < b.width * b.height; j++) {
      const across = Math.abs((i % a.width) - (j % b.width));
      const down = Math.abs(Math.floor(i / a.width) - Math.floor(j / b.width));
      if (across > window.columns || down > window.rows) continue;
      let cosine = 0;
      for (let c = 0; c < channels; c++) cosine += a.data[i * channels + c]! * b.data[j * channels + c]!;
      best = Math.max(best, cosine);
    }
    return best;
  });
}

function expectClose(found: Float32Array | undefined, expected: readonly number[]) {
  expect(found?.length).toBe(expected.length);
  found?.forEach((value, i) => {
    expect(value).toBeCloseTo(expected[i]!, 5);
  });
}

describe('the nearest token', () => {
  const tokens = picture(1, 7, 5);
  const others = [picture(2, 7, 5), picture(3, 7, 5), picture(4, 4, 9), picture(5, 7, 5)];

  it('is found in each picture, whatever its size', async () => {
    const found = await search.nearest(tokens, tokenBank(others), null);
    expect(found.length).toBe(4);
    others.forEach((other, i) => {
      expectClose(found[i], naive(tokens, other));
    });
  });

  it('is looked for within the window, in pictures of the same size', async () => {
    for (const window of [
      { rows: 2, columns: 2 },
      { rows: 1, columns: 3 },
      { rows: 0, columns: 7 },
    ]) {
      const found = await search.nearest(tokens, tokenBank(others), window);
      others.forEach((other, i) => {
        expectClose(found[i], naive(tokens, other, other.width === 7 ? window : undefined));
      });
    }
  });

  it.each([
    [4, 6],
    [1, 0],
    [5, 2],
    [9, 1],
    [40, 3],
  ])('is looked for within %i rows and %i columns of a grid of many rows', async (rows, columns) => {
    const tall = [picture(6, 5, 37), picture(7, 5, 37), picture(8, 5, 37)] as const;
    const found = await search.nearest(tall[0], tokenBank(tall), { rows, columns });
    tall.forEach((other, i) => {
      expectClose(found[i], naive(tall[0], other, { rows, columns }));
    });
  });

  it('is its own double in the same picture', async () => {
    const [found] = await search.nearest(tokens, tokenBank([tokens]), { rows: 0, columns: 0 });
    found?.forEach((cosine) => {
      expect(cosine).toBeCloseTo(1, 4);
    });
  });

  it('is found tile by tile where there are many', async () => {
    const large = Array.from({ length: 5 }, (_, i) => picture(10 + i, 64, 32, 2));
    const bank = tokenBank(large);
    expect(bank.tiles.map(({ first, pictures }) => [first, pictures])).toEqual([
      [0, 4],
      [4, 1],
    ]);
    const found = await search.nearest(tokens2, bank, null);
    large.forEach((other, i) => {
      expectClose(found[i], naive(tokens2, other));
    });
  });
  const tokens2 = picture(9, 3, 3, 2);

  it('is no longer looked for when that is cancelled', async () => {
    const search1 = search.nearest(tokens, tokenBank(others), null, AbortSignal.abort());
    await expect(search1).rejects.toMatchObject({ code: 'cancelled' });
  });
});
