import { expect, test } from 'vitest';
import { pixelHash } from '../../../src-main/training/synthetic/pixel-hash.ts';

test('pixel hashes are uniform and unlike their neighbours', () => {
  let sum = 0;
  let product = 0;
  const count = 100 * 100;
  for (let y = 0; y < 100; y++) {
    for (let x = 0; x < 100; x++) {
      const own = pixelHash(x, y, 42);
      sum += own;
      product += (own - 0.5) * (pixelHash(x + 1, y, 42) - 0.5);
    }
  }
  expect(Math.abs(sum / count - 0.5)).toBeLessThan(0.015);
  expect(Math.abs(product / count) * 12).toBeLessThan(0.05);
});
