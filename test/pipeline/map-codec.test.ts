import { expect, it } from 'vitest';
import { dequantiseMap, quantiseMap } from '../../src-main/pipeline/map-codec.ts';

it('stores 0..1 as 0..65535, rounded, clamped', () => {
  const data = Float32Array.of(0, 1, 0.5, 1.5, -0.2, 0.25);
  expect([...quantiseMap({ width: 3, height: 2, data })]).toEqual([0, 65535, 32768, 65535, 0, 16384]);
});

it('comes back within half a step', () => {
  const data = Float32Array.from({ length: 999 }, (_, i) => i / 998);
  const back = dequantiseMap(quantiseMap({ width: 999, height: 1, data }), 999, 1);
  expect([back.width, back.height]).toEqual([999, 1]);
  for (const [i, value] of data.entries()) expect(Math.abs(back.data[i]! - value)).toBeLessThan(1 / 131000);
});
