import { describe, expect, it } from 'vitest';
import { Random } from '../../../src-shared/random.ts';
import { firstPassYield } from '../../../src-shared/statistics/first-pass-yield.ts';
import { pareto } from '../../../src-shared/statistics/pareto.ts';
import { nearestRank } from '../../../src-shared/statistics/quantile.ts';

describe('Pareto', () => {
  const none = { critical: 0, major: 0, minor: 0, none: 0 };
  const classes = [
    { defectClass: 'dent', severities: { ...none, minor: 6 } },
    { defectClass: 'crack', severities: { ...none, critical: 2, major: 1 } },
    { defectClass: '', severities: { ...none, none: 1 } },
  ];

  it('orders by count, with the running share of all', () => {
    expect(
      pareto(classes, 'count').map(({ defectClass, count, cumulative }) => [defectClass, count, cumulative]),
    ).toEqual([
      ['dent', 6, 0.6],
      ['crack', 3, 0.9],
      ['', 1, 1],
    ]);
  });

  it('orders by severity: 10 for critical, 5 for major, 1 for minor and for none', () => {
    // 2 × 10 + 5 = 25 of 32; 6 × 1; 1 × 1.
    expect(
      pareto(classes, 'weighted').map(({ defectClass, weighted, cumulative }) => [
        defectClass,
        weighted,
        cumulative,
      ]),
    ).toEqual([
      ['crack', 25, 25 / 32],
      ['dent', 6, 31 / 32],
      ['', 1, 1],
    ]);
  });

  it('is empty of nothing', () => {
    expect(pareto([], 'count')).toEqual([]);
  });
});

describe('first-pass yield', () => {
  it('is (good − reworked) / in', () => {
    // By hand: of 100 in, 90 come out good, 5 of these after rework.
    expect(firstPassYield(90, 5, 100)).toBe(0.85);
    expect(firstPassYield(0, 0, 0)).toBeNull();
  });
});

describe('nearest rank', () => {
  // The example of the method in "Percentile", Wikipedia: five numbers, and ten.
  it.each([
    [[15, 20, 35, 40, 50], 0.05, 15],
    [[15, 20, 35, 40, 50], 0.3, 20],
    [[15, 20, 35, 40, 50], 0.4, 20],
    [[15, 20, 35, 40, 50], 0.5, 35],
    [[15, 20, 35, 40, 50], 1, 50],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.25, 7],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.5, 8],
    [[3, 6, 7, 8, 8, 10, 13, 15, 16, 20], 0.75, 15],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(
      nearestRank(
        values.map((value) => [value, 1] as const),
        share,
      ),
    ).toBe(expected);
  });

  it('counts how often values occur as if each stood alone', () => {
    const random = new Random('ranks');
    for (let i = 0; i < 100; i++) {
      const values = Array.from(
        { length: random.int(1, 12) },
        () => [random.int(0, 9), random.int(0, 4)] as const,
      );
      const all = values
        .flatMap(([value, count]) => Array.from({ length: count }, () => value))
        .sort((a, b) => a - b);
      for (const share of [0.5, 0.95]) {
        const expected = all[Math.ceil(share * all.length) - 1] ?? null;
        expect(nearestRank(values, share)).toBe(expected);
      }
    }
    expect(nearestRank([], 0.5)).toBeNull();
  });
});
