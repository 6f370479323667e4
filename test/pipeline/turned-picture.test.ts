import { describe, expect, it } from 'vitest';
import { TURNS, turnedPicture } from '../../src-main/pipeline/turned-picture.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';

/** A grey picture from rows of numbers. */
function picture(rows: readonly (readonly number[])[]): RgbImage {
  const data = Uint8Array.from(rows.flat().flatMap((value) => [value, value, value]));
  return { width: rows[0]!.length, height: rows.length, data };
}

const letters = picture([
  [1, 2, 3],
  [4, 5, 6],
]);

describe('a turned picture', () => {
  it('is looked at in fifteen more ways', () => {
    expect(TURNS.length).toBe(15);
    expect(new Set(TURNS.map(({ eighths, mirrored }) => `${eighths} ${mirrored}`)).size).toBe(15);
  });
  it('is exact by quarters, clockwise', () => {
    const quarter = picture([
      [4, 1],
      [5, 2],
      [6, 3],
    ]);
    expect(turnedPicture(letters, { eighths: 2, mirrored: false })).toEqual(quarter);
    const half = picture([
      [6, 5, 4],
      [3, 2, 1],
    ]);
    expect(turnedPicture(letters, { eighths: 4, mirrored: false })).toEqual(half);
  });
  it('is mirrored before it is turned', () => {
    const mirrored = picture([
      [3, 2, 1],
      [6, 5, 4],
    ]);
    expect(turnedPicture(letters, { eighths: 0, mirrored: true })).toEqual(mirrored);
    expect(turnedPicture(letters, { eighths: 6, mirrored: true })).toEqual(
      turnedPicture(mirrored, { eighths: 6, mirrored: false }),
    );
  });
  it('keeps its size and its middle by eighths, and repeats its edges', () => {
    const rows = Array.from({ length: 41 }, (_, y) => Array.from({ length: 41 }, () => (y < 20 ? 200 : 40)));
    const { width, height, data } = turnedPicture(picture(rows), { eighths: 1, mirrored: false });
    expect([width, height]).toEqual([41, 41]);
    const at = (x: number, y: number) => data[3 * (y * 41 + x)]!;
    // The bright half was above; turned clockwise by 45° it lies to the upper right.
    expect([at(30, 10), at(10, 30), at(40, 0), at(0, 40)]).toEqual([200, 40, 200, 40]);
    expect(at(10, 8)).toBe(200);
    expect(at(8, 12)).toBe(40);
  });
});
