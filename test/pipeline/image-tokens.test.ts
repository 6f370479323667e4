import { describe, expect, it } from 'vitest';
import { comparedStages, keptTokens } from '../../src-main/pipeline/image-tokens.ts';

describe('the stages that are compared', () => {
  it('are all but the first, at full size the first of them', () => {
    expect(comparedStages(4)).toEqual({ half: [1, 2, 3], fine: [1] });
  });
  it('are the only one where there is one', () => {
    expect(comparedStages(1)).toEqual({ half: [0], fine: [0] });
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
