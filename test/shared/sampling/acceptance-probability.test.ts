import { describe, expect, it } from 'vitest';
import {
  acceptanceProbability,
  probabilityOfNone,
} from '../../../src-shared/sampling/acceptance-probability.ts';
import { CONSUMER_RISK, zeroAcceptanceSample } from '../../../src-shared/sampling/zero-acceptance.ts';

const choose = (n: number, k: number): bigint => {
  let ways = 1n;
  for (let i = 1; i <= k; i++) ways = (ways * BigInt(n - k + i)) / BigInt(i);
  return ways;
};
/** A fraction of whole numbers as a number. */
const ratio = (top: bigint, bottom: bigint) => Number((top * 10n ** 15n) / bottom) / 1e15;

describe('the operating characteristic', () => {
  // Montgomery, Introduction to Statistical Quality Control, the OC curve of n = 89, c = 2.
  it.each([
    [0.005, 0.9897],
    [0.01, 0.9397],
    [0.02, 0.7366],
    [0.03, 0.4985],
    [0.04, 0.3042],
    [0.05, 0.1721],
    [0.06, 0.0919],
    [0.07, 0.0468],
    [0.08, 0.023],
    [0.09, 0.0109],
  ])('of n = 89, c = 2 at %d is %d', (share, probability) => {
    expect(acceptanceProbability(89, 2, share)).toBeCloseTo(probability, 4);
  });

  it.each([
    [200, 10, 5],
    [200, 0, 1],
    [2000, 21, 1],
    [13, 44, 50],
    [1250, 21, 3],
  ])('of n = %i, c = %i is the sum of whole numbers at %i %%', (size, accept, percent) => {
    const [bad, good] = [BigInt(percent), BigInt(100 - percent)];
    let sum = 0n;
    for (let k = 0; k <= Math.min(accept, size); k++) {
      sum += choose(size, k) * bad ** BigInt(k) * good ** BigInt(size - k);
    }
    const exact = ratio(sum, 100n ** BigInt(size));
    expect(acceptanceProbability(size, accept, percent / 100)).toBeCloseTo(exact, 10);
  });

  it('begins at 1, ends at 0, and falls', () => {
    expect(acceptanceProbability(200, 10, 0)).toBe(1);
    expect(acceptanceProbability(200, 10, 1)).toBe(0);
    const curve = Array.from({ length: 50 }, (_, i) => acceptanceProbability(200, 10, i / 200));
    expect(curve).toEqual([...curve].sort((a, b) => b - a));
  });
});

describe('plans that accept none', () => {
  it.each([
    [50, 5, 1],
    [100, 37, 5],
    [1000, 200, 10],
    [20, 20, 3],
  ])('%i items, %i drawn, %i bad: as many ways as without the bad ones', (lot, drawn, bad) => {
    const exact = drawn > lot - bad ? 0 : ratio(choose(lot - bad, drawn), choose(lot, drawn));
    expect(probabilityOfNone(lot, drawn, bad)).toBeCloseTo(exact, 10);
  });

  it('of a lot without end takes ln 0.1 / ln (1 − p)', () => {
    // By hand: 44.9 for 5 %, 229.1 for 1 %, 21.85 for 10 %.
    expect(zeroAcceptanceSample(10_000_000, 5)).toBe(45);
    expect(zeroAcceptanceSample(10_000_000, 1)).toBe(230);
    expect(zeroAcceptanceSample(10_000_000, 10)).toBe(22);
  });

  it.each([
    [50, 2],
    [100, 5],
    [500, 1],
    [1200, 0.65],
    [6000, 4],
    [7, 30],
  ])('of %i items for %d %% is the first that is safe enough', (lot, rejectable) => {
    const bad = Math.ceil((lot * rejectable) / 100);
    const safe = Array.from({ length: lot }, (_, i) => i + 1).find(
      (size) => size > lot - bad || ratio(choose(lot - bad, size), choose(lot, size)) <= CONSUMER_RISK,
    );
    expect(zeroAcceptanceSample(lot, rejectable)).toBe(safe);
  });

  it('inspects nearly everything where one bad item is too many', () => {
    expect(zeroAcceptanceSample(100, 1)).toBe(90);
    expect(zeroAcceptanceSample(2, 0.1)).toBe(2);
  });
});
