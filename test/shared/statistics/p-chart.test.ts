import { describe, expect, it } from 'vitest';
import { controlChart } from '../../../src-shared/statistics/p-chart.ts';

// Montgomery, Introduction to Statistical Quality Control, 6th ed., table 7.1 (frozen orange juice concentrate); the same
// counts as shares of 50 chips in NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.2.
const CANS = [
  12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
];

// The same book, table 7.4: purchase orders, with samples of different size.
const ORDERS = [12, 8, 6, 9, 10, 12, 11, 16, 10, 6, 20, 15, 9, 8, 6, 8, 10, 7, 5, 8, 5, 8, 10, 6, 9];
const SIZES = [
  100, 80, 80, 100, 110, 110, 100, 100, 90, 90, 110, 120, 120, 120, 110, 80, 80, 80, 90, 100, 100, 100, 100,
  90, 90,
];

describe('p-chart', () => {
  it('has the published centre and limits with subgroups of one size', () => {
    const { centre, points } = controlChart(CANS.map((nonconforming) => ({ inspected: 50, nonconforming })));
    expect(centre).toBeCloseTo(0.2313, 4);
    for (const { lower, upper } of points) {
      expect(lower).toBeCloseTo(0.0524, 4);
      expect(upper).toBeCloseTo(0.4102, 4);
    }
    expect(points.map(({ share }) => share)).toEqual(CANS.map((count) => count / 50));
  });

  it('finds the published samples outside of the limits', () => {
    const { points } = controlChart(CANS.map((nonconforming) => ({ inspected: 50, nonconforming })));
    const outside = points.flatMap(({ violations }, i) => (violations.includes(1) ? [i + 1] : []));
    expect(outside).toEqual([15, 23]);
  });

  it('has limits of their own for subgroups of different size', () => {
    const { centre, points } = controlChart(
      ORDERS.map((nonconforming, i) => ({ nonconforming, inspected: SIZES[i]! })),
    );
    // 234 of 2,450; limits to three digits as printed: samples 1 (n = 100), 2 (80), 11 (110), 12 (120).
    expect(centre).toBeCloseTo(0.0955, 4);
    expect(points[0]!.upper).toBeCloseTo(0.184, 3);
    expect(points[1]!.upper).toBeCloseTo(0.194, 3);
    expect(points[10]!.upper).toBeCloseTo(0.18, 3);
    expect(points[11]!.upper).toBeCloseTo(0.176, 3);
    expect(points[0]!.lower).toBeCloseTo(0.007, 3);
    expect(points[1]!.lower).toBe(0);
    const outside = points.flatMap(({ violations }, i) => (violations.includes(1) ? [i + 1] : []));
    expect(outside).toEqual([11]);
  });

  it('clips limits to 0 and 1', () => {
    const { points } = controlChart([
      { inspected: 4, nonconforming: 4 },
      { inspected: 4, nonconforming: 3 },
      { inspected: 1000, nonconforming: 900 },
    ]);
    expect(points[0]!.upper).toBe(1);
    const few = controlChart([
      { inspected: 10, nonconforming: 0 },
      { inspected: 10, nonconforming: 1 },
    ]);
    expect(few.points.map(({ lower }) => lower)).toEqual([0, 0]);
  });

  it('passes over empty subgroups, and has no centre where all are empty', () => {
    const none = { inspected: 0, nonconforming: 0 };
    const { centre, points } = controlChart([none, { inspected: 10, nonconforming: 5 }, none]);
    expect(centre).toBe(0.5);
    expect(points[0]).toEqual({ share: null, lower: null, upper: null, violations: [] });
    expect(points[1]!.share).toBe(0.5);
    expect(controlChart([none])).toEqual({ centre: null, points: [points[0]] });
  });

  it('sees no violation where everything, or nothing, is nonconforming', () => {
    for (const nonconforming of [0, 10]) {
      const { points } = controlChart(Array.from({ length: 20 }, () => ({ inspected: 10, nonconforming })));
      expect(points.flatMap(({ violations }) => violations)).toEqual([]);
    }
  });
});
