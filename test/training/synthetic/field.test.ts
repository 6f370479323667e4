import { expect, test } from 'vitest';
import { blur, sample, standardise } from '../../../src-main/training/synthetic/field.ts';
import { fractalNoise } from '../../../src-main/training/synthetic/noise.ts';
import { Random } from '../../../src-shared/random.ts';

/** Dense two-dimensional Gaussian with clamped borders. */
function naiveBlur(field: Float32Array, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(4 * sigma);
  const out = new Float32Array(field.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let weights = 0;
      for (let dy = -reach; dy <= reach; dy++) {
        for (let dx = -reach; dx <= reach; dx++) {
          const weight = Math.exp(-(dx * dx + dy * dy) / (2 * sigma * sigma));
          const px = Math.min(width - 1, Math.max(0, x + dx));
          const py = Math.min(height - 1, Math.max(0, y + dy));
          sum += weight * field[py * width + px]!;
          weights += weight;
        }
      }
      out[y * width + x] = sum / weights;
    }
  }
  return out;
}

test.each([
  { sigma: 0.7, tolerance: 0.03, margin: 0 },
  { sigma: 1.6, tolerance: 0.03, margin: 0 },
  // Three box passes approximate the Gaussian; near the border each of them clamps.
  { sigma: 4, tolerance: 0.03, margin: 10 },
])('blur with σ $sigma agrees with a dense Gaussian', ({ sigma, tolerance, margin }) => {
  const [width, height] = [51, 39];
  const random = new Random('blur');
  const field = Float32Array.from({ length: width * height }, () => (random.chance(0.1) ? 3 : random.next()));
  const fast = blur(field, width, height, sigma);
  const slow = naiveBlur(field, width, height, sigma);
  for (let y = margin; y < height - margin; y++) {
    for (let x = margin; x < width - margin; x++) {
      expect(Math.abs(fast[y * width + x]! - slow[y * width + x]!)).toBeLessThan(tolerance);
    }
  }
});

test('blur keeps a constant field constant, borders included', () => {
  for (const sigma of [0.1, 0.8, 2, 7]) {
    for (const value of blur(new Float32Array(12 * 9).fill(2.5), 12, 9, sigma))
      expect(value).toBeCloseTo(2.5, 4);
  }
});

test('sample interpolates between pixel centres and clamps outside', () => {
  const field = Float32Array.of(0, 1, 2, 3);
  expect(sample(field, 2, 2, 0.5, 0.5)).toBeCloseTo(1.5);
  expect(sample(field, 2, 2, 0.25, 0)).toBeCloseTo(0.25);
  expect(sample(field, 2, 2, -5, 9)).toBe(2);
});

test('standardise gives mean 0 and deviation 1, and zeros for a constant', () => {
  const field = standardise(Float32Array.of(1, 2, 3, 4));
  const deviation = Math.sqrt(1.25);
  [1, 2, 3, 4].forEach((value, i) => {
    expect(field[i]).toBeCloseTo((value - 2.5) / deviation, 5);
  });
  expect([...standardise(Float32Array.of(7, 7, 7))]).toEqual([0, 0, 0]);
});

test('fractal noise varies slowly along its stretch and quickly across it', () => {
  const [width, height] = [128, 128];
  const noise = fractalNoise(width, height, new Random('n'), {
    wavelength: 8,
    octaves: 2,
    angle: 0,
    stretch: 12,
  });
  let along = 0;
  let across = 0;
  for (let y = 0; y < height - 1; y++) {
    for (let x = 0; x < width - 1; x++) {
      const at = y * width + x;
      along += (noise[at + 1]! - noise[at]!) ** 2;
      across += (noise[at + width]! - noise[at]!) ** 2;
    }
  }
  expect(across / along).toBeGreaterThan(20);
});
