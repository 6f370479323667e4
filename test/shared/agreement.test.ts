import { describe, expect, it } from 'vitest';
import {
  cohenKappa,
  fleissKappa,
  type InspectorRatings,
  readingOf,
  studyAgreement,
  wilsonInterval,
} from '../../src-shared/agreement.ts';
import type { HumanVerdict } from '../../src-shared/verdict.ts';

const times = <T>(count: number, value: T) => Array.from({ length: count }, () => value);
/** `a`ccept, `r`eject, `u`ncertain. */
const say = (letters: string) =>
  [...letters].map(
    (letter): HumanVerdict => (letter === 'a' ? 'accept' : letter === 'r' ? 'reject' : 'uncertain'),
  );

describe('Cohen’s kappa', () => {
  it('of a 2 × 2 table is as worked by hand', () => {
    // 20 both yes, 5 only the first, 10 only the second, 15 both no: 0.7 observed, 0.5·0.6 + 0.5·0.4 = 0.5 expected.
    const first = [...times(25, 'yes'), ...times(25, 'no')];
    const second = [...times(20, 'yes'), ...times(5, 'no'), ...times(10, 'yes'), ...times(15, 'no')];
    expect(cohenKappa(first, second)).toBeCloseTo(0.4, 12);
  });

  it('is 1 for the same answers, -1 for opposite halves, 0 where one always says the same', () => {
    expect(cohenKappa(say('aarr'), say('aarr'))).toBe(1);
    expect(cohenKappa(say('aarr'), say('rraa'))).toBe(-1);
    expect(cohenKappa(say('aaaa'), say('aarr'))).toBe(0);
  });

  it('is not defined when both gave only one answer, or none', () => {
    expect(cohenKappa(say('aaa'), say('aaa'))).toBeNull();
    expect(cohenKappa([], [])).toBeNull();
    expect(() => cohenKappa(say('a'), say('ar'))).toThrow(RangeError);
  });
});

describe('Fleiss’ kappa', () => {
  it('of the well-known table of 10 items, 14 raters and 5 categories is 0.210', () => {
    const table = [
      [0, 0, 0, 0, 14],
      [0, 2, 6, 4, 2],
      [0, 0, 3, 5, 6],
      [0, 3, 9, 2, 0],
      [2, 2, 8, 1, 1],
      [7, 7, 0, 0, 0],
      [3, 2, 6, 3, 0],
      [2, 5, 3, 2, 2],
      [6, 5, 2, 1, 0],
      [0, 2, 2, 3, 7],
    ];
    expect(fleissKappa(table)).toBeCloseTo(0.21, 3);
  });

  it('is 1 when all agree, and less than 0 when they never do', () => {
    expect(
      fleissKappa([
        [3, 0],
        [0, 3],
      ]),
    ).toBe(1);
    // Observed 0, expected ½: two raters who always differ.
    expect(fleissKappa(times(4, [1, 1]))).toBe(-1);
  });

  it('is not defined when all ratings are the same, and refuses uneven tables', () => {
    expect(fleissKappa(times(5, [7, 0, 0]))).toBeNull();
    expect(fleissKappa([])).toBeNull();
    expect(() => fleissKappa([[1], [2]])).toThrow(RangeError);
    expect(() => fleissKappa([[1, 0]])).toThrow(RangeError);
  });
});

it('Wilson’s interval is that of the tables', () => {
  const [low, high] = wilsonInterval(9, 10)!;
  expect(low).toBeCloseTo(0.5958, 4);
  expect(high).toBeCloseTo(0.9821, 4);
  expect(wilsonInterval(0, 10)![0]).toBe(0);
  expect(wilsonInterval(0, 10)![1]).toBeCloseTo(0.2775, 4);
  expect(wilsonInterval(0, 0)).toBeNull();
});

it('a kappa is read as AIAG and as Landis and Koch read it', () => {
  expect([-0.1, 0.2, 0.4, 0.6, 0.75, 0.8, 0.81].map(readingOf)).toEqual([
    { aiag: 'poor', landis: 'poor' },
    { aiag: 'poor', landis: 'slight' },
    { aiag: 'between', landis: 'fair' },
    { aiag: 'between', landis: 'moderate' },
    { aiag: 'between', landis: 'substantial' },
    { aiag: 'good', landis: 'substantial' },
    { aiag: 'good', landis: 'almost-perfect' },
  ]);
});

describe('a study', () => {
  const raters: InspectorRatings[] = [
    { inspector: 'ana', rounds: [say('aarr'), say('aarr')] },
    { inspector: 'bo', rounds: [say('aarr'), say('arru')] },
  ];

  it('tells repeatability, reproducibility and what was missed', () => {
    const { inspectors, overall, pairs } = studyAgreement(raters, ['accept', 'reject', 'reject', null]);
    const [ana, bo] = inspectors;
    expect(ana).toMatchObject({ repeatability: { kappa: 1, agreed: 4, total: 4 } });
    // bo: 2 of 4 alike; accept ½·¼, reject ½·½, uncertain 0: 3/8 expected, so (4/8 - 3/8) / (5/8).
    expect(bo?.repeatability).toMatchObject({ agreed: 2, total: 4, kappa: expect.closeTo(0.2, 12) });
    expect(ana?.reference).toMatchObject({ defective: 4, misses: 2, good: 2, falseAlarms: 0, agreed: 4 });
    expect(bo?.reference).toMatchObject({ defective: 4, misses: 1, good: 2, falseAlarms: 0, agreed: 5 });
    expect(overall).toMatchObject({ agreed: 2, total: 4 });
    // Rows (4,0,0), (3,1,0), (0,4,0), (0,3,1): (1 + ½ + 1 + ½) / 4 observed, (49 + 64 + 1) / 256 expected.
    expect(overall.kappa).toBeCloseTo((0.75 - 114 / 256) / (1 - 114 / 256), 12);
    expect(pairs).toMatchObject([{ first: 'ana', second: 'bo', agreed: 6, total: 8 }]);
  });

  it('has no reference where nothing is known, and no kappa where all say the same', () => {
    const same = [{ inspector: 'ana', rounds: [say('aaa'), say('aaa')] }];
    const { inspectors, overall, pairs } = studyAgreement(same, [null, null, null]);
    expect(inspectors[0]).toMatchObject({ reference: null, repeatability: { kappa: null, agreed: 3 } });
    expect(overall.kappa).toBeNull();
    expect(pairs).toEqual([]);
    expect(studyAgreement([], []).overall).toEqual({ kappa: null, agreed: 0, total: 0, interval: null });
  });

  it('takes Fleiss’ kappa for three rounds', () => {
    const rounds = [say('ar'), say('ar'), say('ar')];
    expect(studyAgreement([{ inspector: 'ana', rounds }], []).inspectors[0]?.repeatability.kappa).toBe(1);
  });
});
