import { expect, it } from 'vitest';
import { objectShare } from '../../src-main/methods/object-share.ts';
import { frameFor } from '../../src-shared/frame.ts';
import type { Pack } from '../../src-shared/pack.ts';

const vision: Pick<Pack['vision'], 'inputSize' | 'fit' | 'mean' | 'std'> = {
  inputSize: 64,
  fit: 'longest-side-pad',
  mean: [120, 110, 100],
  std: [60, 50, 40],
};

/** 64 × 32 pixels of content in the tower's square, as the tower is fed. */
function fed(value: (x: number, y: number) => readonly [number, number, number]) {
  const data = new Float32Array(3 * 64 * 64);
  for (let y = 0; y < 32; y++)
    for (let x = 0; x < 64; x++) {
      value(x, y).forEach((level, channel) => {
        data[(channel * 64 + y) * 64 + x] = (level - vision.mean[channel]!) / vision.std[channel]!;
      });
    }
  return { frame: frameFor(640, 320, 64), pixels: { type: 'float32', dims: [1, 3, 64, 64], data } } as const;
}

it('is that of the part before a plain background', () => {
  const isPart = (x: number, y: number) => x >= 20 && x < 40 && y >= 6 && y < 26;
  const image = fed((x, y) => (isPart(x, y) ? [40, 60, 90] : [200 + ((x + y) % 3), 200, 200]));
  expect(objectShare(image, vision)).toBeCloseTo((20 * 20) / (64 * 32), 2);
});

it('is the whole image where no part stands out', () => {
  expect(
    objectShare(
      fed((x, y) => [100 + ((x * 7 + y * 3) % 11), 100, 100]),
      vision,
    ),
  ).toBe(1);
});
