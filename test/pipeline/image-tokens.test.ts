import { describe, expect, it } from 'vitest';
import { comparedStages, keptTokens } from '../../src-main/pipeline/image-tokens.ts';

const stages = [{ grid: 128 }, { grid: 64 }, { grid: 64 }, { grid: 64 }];

describe('the stages that are compared', () => {
  it('are those on the grid of the head, at full size the first of them', () => {
    expect(comparedStages(stages, 64)).toEqual({ half: [1, 2, 3], fine: [1] });
  });
  it('are all of them where none is on that grid', () => {
    expect(comparedStages([{ grid: 128 }, { grid: 256 }], 64)).toEqual({ half: [0, 1], fine: [0] });
  });
});

describe('what is kept of tokens', () => {
  // 3 rows × 5 columns × 2 channels: the first channel counts tokens, the second is its negative half.
  const data = Float32Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? i / 2 : -(i - 1) / 4));
  const kept = keptTokens([{ dims: [3, 5, 2], data }], { half: [0], fine: [0] });

  it('is all of them at full size', () => {
    expect(kept.fine).toEqual([
      { stage: 0, width: 5, height: 3, channels: 2, data: Float16Array.from(data) },
    ]);
  });
  it('is averages of 2 × 2 at half the size, the last ones over what they have', () => {
    const means = [(0 + 1 + 5 + 6) / 4, (2 + 3 + 7 + 8) / 4, (4 + 9) / 2, (10 + 11) / 2, (12 + 13) / 2, 14];
    const expected = Float16Array.from(means.flatMap((mean) => [mean, -mean / 2]));
    expect(kept.half).toEqual([{ stage: 0, width: 3, height: 2, channels: 2, data: expected }]);
  });
});
