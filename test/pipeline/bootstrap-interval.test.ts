import { describe, expect, it } from 'vitest';
import { bootstrapInterval, pairedDifference } from '../../src-main/pipeline/bootstrap-interval.ts';
import { Random } from '../../src-shared/random.ts';

describe('an interval', () => {
  it('is of the middle 95 %, between neighbours as NumPy has it', () => {
    // numpy.quantile(numpy.arange(101), [0.025, 0.975])
    const values = Array.from({ length: 101 }, (_, i) => (i * 37) % 101);
    const interval = bootstrapInterval(values)!;
    expect(interval.low).toBeCloseTo(2.5, 12);
    expect(interval.high).toBeCloseTo(97.5, 12);
  });

  it('passes over what has no value', () => {
    expect(bootstrapInterval([Number.NaN, 3, Number.NaN])).toEqual({ low: 3, high: 3 });
    expect(bootstrapInterval([Number.NaN])).toBeNull();
    expect(bootstrapInterval([])).toBeNull();
  });
});

describe('a paired difference', () => {
  const resamples = (middle: number, spread: number, seed: string) => {
    const random = new Random(seed);
    return Float64Array.from({ length: 1000 }, () => middle + spread * random.normal());
  };

  it('is better or worse where its interval leaves 0 out, else noise', () => {
    const base = resamples(0.5, 0.1, 'base');
    const nudge = resamples(0.03, 0.01, 'nudge');
    const higher = base.map((value, i) => value + nudge[i]!);
    // Each figure's own interval is far wider than the difference: only pairs can tell.
    expect(bootstrapInterval(base)!.high).toBeGreaterThan(0.6);
    const better = pairedDifference(0.03, higher, base);
    expect(better.verdict).toBe('better');
    expect(better.interval!.low).toBeCloseTo(0.03 - 1.96 * 0.01, 2);
    expect(better.p).toBeLessThan(0.05);
    expect(pairedDifference(-0.03, base, higher).verdict).toBe('worse');
    expect(pairedDifference(0, base, resamples(0.5, 0.1, 'other')).verdict).toBe('noise');
  });

  it('has twice the smaller tail as p, and 1 where nothing differs', () => {
    // Three of 99 resamples at or below 0, and the figure itself: 2 × 4 / 100.
    const differences = Float64Array.from({ length: 99 }, (_, i) => (i < 3 ? -1 : 1));
    expect(pairedDifference(1, differences, new Float64Array(99)).p).toBeCloseTo(0.08, 12);
    const same = resamples(0.5, 0.1, 'same');
    expect(pairedDifference(0, same, same)).toEqual({
      ...{ difference: 0, interval: { low: 0, high: 0 } },
      ...{ p: 1, verdict: 'noise' },
    });
  });

  it('says nothing without resamples', () => {
    const none = new Float64Array();
    expect(pairedDifference(0.1, none, none)).toEqual({
      ...{ difference: 0.1, interval: null },
      ...{ p: null, verdict: null },
    });
  });
});
