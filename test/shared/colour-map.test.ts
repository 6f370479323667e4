import { expect, it } from 'vitest';
import { colourise, scoreColour } from '../../src-shared/colour-map.ts';

it.each([
  // Entries of matplotlib's inferno table.
  [0, [0, 0, 4]],
  [0.25, [87, 16, 110]],
  [0.5, [188, 55, 84]],
  [0.75, [249, 142, 9]],
  [1, [252, 255, 164]],
])('colours %d as inferno does', (score, expected) => {
  for (const [channel, value] of scoreColour(score).entries()) {
    expect(Math.abs(value - expected[channel]!)).toBeLessThanOrEqual(6);
  }
});

it('gets lighter with the score', () => {
  const lightness = (score: number) => {
    const [r, g, b] = scoreColour(score).map((value) => (value / 255) ** 2.2);
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  for (let i = 1; i <= 20; i++) expect(lightness(i / 20)).toBeGreaterThan(lightness((i - 1) / 20));
});

it('fades with the score and clamps scores outside 0..1', () => {
  const rgba = colourise({ data: Float32Array.of(0, 0.4, 1, 2) }, { opacity: 0.5 });
  expect([rgba[3], rgba[7], rgba[11], rgba[15]]).toEqual([0, 51, 128, 128]);
  expect([...rgba.subarray(8, 11)]).toEqual([...scoreColour(1)]);
  expect(rgba).toHaveLength(16);
});
