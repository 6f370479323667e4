import { describe, expect, it } from 'vitest';
import { shrinkRgb } from '../../src-main/pipeline/shrink.ts';
import { Random } from '../../src-shared/random.ts';

function noise(width: number, height: number) {
  const random = new Random(`${width}/${height}`);
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, () => random.int(0, 255)) };
}
const whole = ({ width, height }: { width: number; height: number }) => ({
  left: 0,
  top: 0,
  right: width,
  bottom: height,
});

describe('shrinkRgb', () => {
  it('takes pixels that are covered in part by their share: three pixels to two, by hand', () => {
    const image = { width: 3, height: 1, data: Uint8Array.of(0, 10, 200, 90, 40, 100, 30, 70, 100) };
    // (1 · a + ½ · b) / 1.5 and (½ · b + 1 · c) / 1.5
    expect([...shrinkRgb(image, whole(image), 2, 1).data]).toEqual([30, 20, 167, 50, 60, 100]);
  });

  it.each([
    [13, 7, 5, 3],
    [20, 9, 19, 8],
    [16, 16, 4, 2],
    [7, 31, 1, 1],
  ])('is the mean of what a pixel covers: %i × %i to %i × %i', (fromWidth, fromHeight, width, height) => {
    const image = noise(fromWidth + 6, fromHeight + 4);
    const window = { left: 2, top: 3, right: 2 + fromWidth, bottom: 3 + fromHeight };
    const small = shrinkRgb(image, window, width, height);
    expect([small.width, small.height]).toEqual([width, height]);
    const overlap = (a: number, b: number, c: number, d: number) =>
      Math.max(0, Math.min(b, d) - Math.max(a, c));
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width * 3; x++) {
        const column = Math.floor(x / 3);
        let sum = 0;
        let area = 0;
        for (let v = 0; v < fromHeight; v++) {
          for (let u = 0; u < fromWidth; u++) {
            const covered =
              overlap((column * fromWidth) / width, ((column + 1) * fromWidth) / width, u, u + 1) *
              overlap((y * fromHeight) / height, ((y + 1) * fromHeight) / height, v, v + 1);
            area += covered;
            sum += covered * image.data[((v + 3) * image.width + u + 2) * 3 + (x % 3)]!;
          }
        }
        // A mean that ends in .5 may be rounded either way.
        expect(Math.abs(small.data[y * width * 3 + x]! - sum / area)).toBeLessThanOrEqual(0.501);
      }
    }
  });

  it('never enlarges, and copies where nothing is shrunk', () => {
    const image = noise(5, 4);
    expect(shrinkRgb(image, whole(image), 9, 4)).toEqual(image);
  });
});
