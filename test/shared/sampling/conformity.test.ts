import { describe, expect, it } from 'vitest';
import { type JudgedItem, judgeSample } from '../../../src-shared/sampling/conformity.ts';
import { type ClassLimits, planLot } from '../../../src-shared/sampling/plan.ts';
import type { Severity } from '../../../src-shared/verdict.ts';

const ok: JudgedItem = { human: 'accept', severity: null, marks: 0 };
const none: JudgedItem = { human: null, severity: null, marks: 0 };
const bad = (severity: Severity | null, marks = 1): JudgedItem => ({ human: 'reject', severity, marks });
const times = (count: number, item: JudgedItem) => Array.from({ length: count }, () => item);
const plansFor = (limits: ClassLimits, lotSize = 6000) =>
  planLot({ standard: 'iso-2859-1', lotSize, level: 'II', limits });

const PLANS = plansFor({ critical: 0, major: 2.5, minor: 4 });
const judge = (...items: JudgedItem[]) => judgeSample(PLANS, [...items, ...times(200 - items.length, ok)]);

describe('a sample of 200 with AQL 2.5 (Ac 10) and 4.0 (Ac 14)', () => {
  it.each([
    [10, 14, 0, 'accepted'],
    [11, 0, 0, 'rejected'],
    [0, 15, 0, 'rejected'],
    [0, 0, 1, 'rejected'],
  ] as const)('%i major, %i minor, %i critical: %s', (major, minor, critical, conformity) => {
    const items = [
      ...times(major, bad('major')),
      ...times(minor, bad('minor')),
      ...times(critical, bad('critical')),
    ];
    const finding = judge(...items);
    expect(finding.conformity).toBe(conformity);
    expect(finding).toMatchObject({ total: 200, judged: 200, missing: 0 });
    expect(finding.classes).toMatchObject({
      major: { found: major },
      minor: { found: minor },
      critical: { found: critical },
    });
  });

  it('stays open while one verdict is missing or does not decide, unless too much was found', () => {
    expect(judge(none)).toMatchObject({ conformity: 'open', missing: 1, judged: 199 });
    expect(judge({ ...ok, human: 'uncertain' })).toMatchObject({ conformity: 'open', uncertain: 1 });
    expect(judge(bad(null))).toMatchObject({ conformity: 'open', unclassified: 1 });
    expect(judge(none, ...times(11, bad('major'))).conformity).toBe('rejected');
  });
});

it('tells of a nonconformity whose class is not judged', () => {
  const plans = plansFor({ major: 2.5 });
  const finding = judgeSample(plans, [bad('minor'), ...times(199, ok)]);
  expect(finding).toMatchObject({
    conformity: 'accepted',
    unclassified: 1,
    classes: { major: { found: 0 } },
  });
});

it('judges a class by its own part of the sample, and tells what lies beyond', () => {
  // L: AQL 0.1 leads to K with 125 items, Ac 0; 2.5 takes 200.
  const plans = plansFor({ critical: 0.1, major: 2.5 });
  const items = times(200, ok);
  items[125] = bad('critical');
  expect(judgeSample(plans, items)).toMatchObject({
    conformity: 'accepted',
    classes: { critical: { found: 0, beyond: 1, conformity: 'accepted' } },
  });
  items[124] = bad('critical');
  expect(judgeSample(plans, items)).toMatchObject({
    conformity: 'rejected',
    classes: { critical: { found: 1, beyond: 1, conformity: 'rejected' } },
  });
});

it('above AQL 10 counts what is marked, at least one for a rejected image', () => {
  // 500 items: H, 50; AQL 15 has Ac 14.
  const plans = plansFor({ minor: 15 }, 500);
  expect(plans.minor).toMatchObject({ sampleSize: 50, accept: 14, counts: 'nonconformities' });
  const items = [bad('minor', 12), bad('minor', 0), bad('minor', 1), ...times(47, ok)];
  expect(judgeSample(plans, items)).toMatchObject({
    conformity: 'accepted',
    classes: { minor: { found: 14 } },
  });
  items[2] = bad('minor', 2);
  expect(judgeSample(plans, items).conformity).toBe('rejected');
});
