import { describe, expect, it } from 'vitest';
import { isOneKind } from '../../src-main/pipeline/one-kind.ts';
import { type UnitTokens, unitTokens } from '../../src-main/pipeline/unit-tokens.ts';
import { noise } from '../inference/tiny-pack.ts';

/** A picture whose tokens are those of its kind, with a little of its own. */
function picture(kind: number, seed: number, own = 0.1): UnitTokens {
  const common = noise(6 * 8, kind);
  const data = Float16Array.from(noise(6 * 8, seed), (value, i) => common[i]! + own * value);
  return unitTokens([{ stage: 0, width: 3, height: 2, channels: 8, data }], { smoothed: false });
}

describe('a batch', () => {
  it('is of one kind where its images are alike', () => {
    expect(isOneKind(Array.from({ length: 6 }, (_, i) => picture(1, 10 + i)))).toBe(true);
  });
  it('is of one kind, too, where each image has enough of its like', () => {
    expect(isOneKind(Array.from({ length: 12 }, (_, i) => picture(1 + (i % 2), 10 + i)))).toBe(true);
  });
  it('is of several where no image has its like', () => {
    expect(isOneKind(Array.from({ length: 8 }, (_, i) => picture(i + 1, 10 + i)))).toBe(false);
  });
});
