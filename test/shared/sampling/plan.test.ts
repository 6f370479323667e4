import { expect, it } from 'vitest';
import { isLimit, planLot, sampleSizeOf, samplingPlan } from '../../../src-shared/sampling/plan.ts';

it('plans the check case: 6,000 items at level II', () => {
  const plans = planLot({
    standard: 'iso-2859-1',
    lotSize: 6000,
    level: 'II',
    limits: { critical: 0, major: 2.5, minor: 4 },
  });
  expect(sampleSizeOf(plans)).toBe(200);
  expect(plans.major).toMatchObject({
    codeLetter: 'L',
    tableLetter: 'L',
    sampleSize: 200,
    accept: 10,
    reject: 11,
  });
  expect(plans.minor).toMatchObject({ sampleSize: 200, accept: 14, reject: 15 });
  expect(plans.critical).toMatchObject({ sampleSize: 200, accept: 0, reject: 1, tableLetter: null });
});

it('follows the severity of each class, and leaves out a class without a limit', () => {
  const plans = planLot({
    standard: 'iso-2859-1',
    lotSize: 6000,
    level: 'II',
    limits: { major: 2.5, minor: 4 },
    severities: { major: 'tightened', minor: 'reduced' },
  });
  expect(plans.critical).toBeUndefined();
  expect(plans.major).toMatchObject({ sampleSize: 200, accept: 8, severity: 'tightened' });
  expect(plans.minor).toMatchObject({ sampleSize: 80, accept: 8, severity: 'reduced' });
  expect(sampleSizeOf(plans)).toBe(200);
});

it('says where an arrow led, and where the sample is the whole lot', () => {
  const arrow = samplingPlan({ lotSize: 6000, level: 'II', severity: 'normal', aql: 0.15 });
  expect(arrow).toMatchObject({
    codeLetter: 'L',
    tableLetter: 'M',
    sampleSize: 315,
    accept: 1,
    everyItem: false,
  });
  // Letter B, 3 items; the arrow for 0.65 leads to 20, which are more than there are.
  const whole = samplingPlan({ lotSize: 12, level: 'II', severity: 'normal', aql: 0.65 });
  expect(whole).toMatchObject({
    codeLetter: 'B',
    tableLetter: 'F',
    sampleSize: 12,
    accept: 0,
    everyItem: true,
  });
  expect(samplingPlan({ lotSize: 20, level: 'II', severity: 'normal', aql: 0.65 }).everyItem).toBe(true);
  expect(samplingPlan({ lotSize: 21, level: 'II', severity: 'normal', aql: 0.65 }).everyItem).toBe(false);
});

it('counts nonconformities above AQL 10', () => {
  const counts = (aql: number) => samplingPlan({ lotSize: 500, level: 'II', severity: 'normal', aql }).counts;
  expect([counts(10), counts(15)]).toEqual(['nonconforming', 'nonconformities']);
});

it('takes the sample of the code letter where nothing but “none” is asked for', () => {
  const only = { standard: 'iso-2859-1', level: 'II', limits: { critical: 0 } } as const;
  expect(sampleSizeOf(planLot({ ...only, lotSize: 6000 }))).toBe(200);
  expect(sampleSizeOf(planLot({ ...only, lotSize: 2 }))).toBe(2);
  expect(sampleSizeOf(planLot({ ...only, lotSize: 2, level: 'III' }))).toBe(2);
});

it('plans c = 0 by the rejectable quality, for every class alike', () => {
  const plans = planLot({
    standard: 'zero-acceptance',
    lotSize: 10_000_000,
    level: 'II',
    limits: { critical: 1, major: 5 },
  });
  expect(plans).toMatchObject({
    critical: { sampleSize: 230, accept: 0, reject: 1, codeLetter: null },
    major: { sampleSize: 45, accept: 0, reject: 1 },
  });
});

it('knows what a class can be judged by', () => {
  expect([0, 0.65, 2.5, 1000].every((aql) => isLimit('iso-2859-1', aql))).toBe(true);
  expect([2, 5, 0.66, 1001].some((aql) => isLimit('iso-2859-1', aql))).toBe(false);
  expect(isLimit('zero-acceptance', 2)).toBe(true);
  expect(isLimit('zero-acceptance', 101)).toBe(false);
});
