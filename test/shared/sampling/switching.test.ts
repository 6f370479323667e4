import { describe, expect, it } from 'vitest';
import type { InspectionSeverity } from '../../../src-shared/sampling/master-tables.ts';
import { samplingPlan } from '../../../src-shared/sampling/plan.ts';
import { type InspectedLot, switchingState } from '../../../src-shared/sampling/switching.ts';

const planOf = (severity: InspectionSeverity, aql = 2.5) =>
  samplingPlan({ lotSize: 6000, level: 'II', severity, aql });

/** Lots by letter: `a`ccepted with nothing found, `r`ejected. */
function lots(severity: InspectionSeverity, letters: string, aql?: number): InspectedLot[] {
  const plan = planOf(severity, aql);
  return [...letters].map((letter) => ({
    plan,
    proposed: severity,
    accepted: letter === 'a',
    found: letter === 'a' ? 0 : plan.reject,
  }));
}

const next = (...runs: readonly InspectedLot[][]) => switchingState(runs.flat());

it('begins with normal inspection', () => {
  expect(switchingState([])).toMatchObject({ proposed: 'normal', reason: 'first-lot', score: 0, lots: 0 });
});

describe('from normal to tightened (9.3.1)', () => {
  it.each([
    ['rr', 'tightened'],
    ['raaar', 'tightened'],
    ['aaararaa', 'tightened'],
    ['raaaar', 'normal'],
    ['r', 'normal'],
    ['rraaaa', 'normal'],
  ] as const)('after %s: %s', (letters, proposed) => {
    expect(next(lots('normal', letters)).proposed).toBe(proposed);
  });
});

describe('from tightened to normal (9.3.2), and the end (9.4)', () => {
  it.each([
    ['aaaaa', 'normal', 'five-accepted'],
    ['raaaaa', 'normal', 'five-accepted'],
    ['aaaa', 'tightened', 'stays-tightened'],
    ['aaaar', 'tightened', 'stays-tightened'],
    ['rarararar', 'discontinued', 'five-not-accepted'],
    ['rrrr', 'tightened', 'stays-tightened'],
    ['rrrrr', 'discontinued', 'five-not-accepted'],
  ] as const)('after %s: %s', (letters, proposed, reason) => {
    expect(next(lots('normal', 'rr'), lots('tightened', letters))).toMatchObject({ proposed, reason });
  });

  it('counts anew after inspection was discontinued and taken up again', () => {
    const [first, ...others] = lots('tightened', 'rrr');
    const again = [{ ...first!, proposed: 'discontinued' as const }, ...others];
    expect(next(lots('tightened', 'rrrrr'), again)).toMatchObject({
      proposed: 'tightened',
      notAccepted: 3,
      lots: 3,
    });
  });

  it('does not count lots before the last change of severity', () => {
    expect(next(lots('tightened', 'aaaaa'), lots('normal', 'r')).proposed).toBe('normal');
    expect(next(lots('tightened', 'rrrr'), lots('normal', 'a'), lots('tightened', 'r')).proposed).toBe(
      'tightened',
    );
  });
});

describe('the switching score (9.3.3.2)', () => {
  it('adds 2 for a lot accepted with Ac 0 or 1, and begins again with one that is not', () => {
    // AQL 0.065: L, Ac 0; 0.25: Ac 1.
    expect(next(lots('normal', 'aaa', 0.065)).score).toBe(6);
    expect(next(lots('normal', 'aara', 0.25)).score).toBe(2);
    expect(next(lots('normal', 'a'.repeat(14), 0.065))).toMatchObject({ score: 28, reason: 'stays-normal' });
    expect(next(lots('normal', 'a'.repeat(15), 0.065))).toMatchObject({
      score: 30,
      reason: 'may-reduce',
      proposed: 'normal',
    });
  });

  it('adds 3 where the lot had been accepted with the next tighter AQL too', () => {
    // L, AQL 2.5: Ac 10; AQL 1.5: Ac 7.
    const found = (...counts: number[]) =>
      counts.map((count) => ({
        plan: planOf('normal'),
        proposed: 'normal' as const,
        accepted: count <= 10,
        found: count,
      }));
    expect(next(found(7, 0, 3)).score).toBe(9);
    expect(next(found(7, 8, 3)).score).toBe(3);
    expect(next(found(7, 3, 11)).score).toBe(0);
    expect(next(found(...Array.from({ length: 10 }, () => 7)))).toMatchObject({
      score: 30,
      reason: 'may-reduce',
    });
  });

  it('compares with the same sample where an arrow had led to it', () => {
    // L, AQL 10 leads up to K (125), Ac 21; there AQL 6.5 has Ac 14.
    const plan = planOf('normal', 10);
    expect(plan).toMatchObject({ tableLetter: 'K', accept: 21 });
    const lot = (found: number) => [{ plan, proposed: 'normal' as const, accepted: true, found }];
    expect([next(lot(14)).score, next(lot(15)).score]).toEqual([3, 0]);
  });
});

describe('from reduced to normal (9.3.4)', () => {
  it('with the first lot that is not accepted', () => {
    expect(next(lots('reduced', 'aaaa')).proposed).toBe('reduced');
    expect(next(lots('reduced', 'aar'))).toMatchObject({
      proposed: 'normal',
      reason: 'reduced-not-accepted',
    });
  });

  it('the score begins at 0 again', () => {
    const history = [
      lots('normal', 'a'.repeat(15), 0.065),
      lots('reduced', 'r', 0.065),
      lots('normal', 'a', 0.065),
    ];
    expect(next(...history)).toMatchObject({ proposed: 'normal', score: 2 });
  });
});
