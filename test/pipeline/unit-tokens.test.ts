import { describe, expect, it } from 'vitest';
import type { TokenGrid } from '../../src-main/pipeline/image-tokens.ts';
import { unitTokens } from '../../src-main/pipeline/unit-tokens.ts';
import { noise } from '../inference/tiny-pack.ts';

const [height, width] = [4, 5];
const grid = (stage: number, channels: number): TokenGrid => {
  const data = Float16Array.from(noise(height * width * channels, stage + 5));
  return { stage, width, height, channels, data };
};

/** Token by token, as the formula says. */
function naive({ channels, data }: TokenGrid, smoothed: boolean): number[][] {
  const unit = (token: number[]) => {
    const length = Math.sqrt(token.reduce((sum, value) => sum + value * value, 1e-6));
    return token.map((value) => value / length);
  };
  const tokens = Array.from({ length: height * width }, (_, i) => {
    const token = [...data.slice(i * channels, (i + 1) * channels)];
    const mean = token.reduce((sum, value) => sum + value, 0) / channels;
    return unit(token.map((value) => value - mean));
  });
  if (!smoothed) return tokens;
  return tokens.map((_, i) => {
    const near = tokens.filter(
      (_, j) =>
        Math.abs((i % width) - (j % width)) <= 1 &&
        Math.abs(Math.floor(i / width) - Math.floor(j / width)) <= 1,
    );
    const mean = Array.from({ length: channels }, (_, c) => {
      return near.reduce((sum, token) => sum + token[c]!, 0) / near.length;
    });
    return unit(mean);
  });
}

describe('tokens that are compared', () => {
  for (const smoothed of [false, true]) {
    it(`are centred, of unit length${smoothed ? ', averaged with their neighbours' : ''}, stage by stage`, () => {
      const stages = [grid(1, 3), grid(2, 7)];
      const units = unitTokens(stages, { smoothed });
      expect(units).toMatchObject({ width, height, channels: 10 });
      const [a, b] = stages.map((stage) => naive(stage, smoothed));
      const expected = a!.flatMap((token, i) => [...token, ...b![i]!].map((value) => value / Math.SQRT2));
      units.data.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 5);
      });
    });
  }
  it('are nothing where there is no contrast', () => {
    const flat = { stage: 0, width: 1, height: 1, channels: 4, data: new Float16Array(4).fill(3) };
    expect([...unitTokens([flat], { smoothed: true }).data]).toEqual([0, 0, 0, 0]);
  });
});
