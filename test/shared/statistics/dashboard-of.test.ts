import { expect, it } from 'vitest';
import { dashboardSchema } from '../../../src-shared/statistics/dashboard.ts';
import {
  type CountedRun,
  type DashboardTotals,
  dashboardOf,
  type VerdictTotal,
} from '../../../src-shared/statistics/dashboard-of.ts';

const run = (runId: number, changes: Partial<CountedRun> = {}): CountedRun => ({
  runId,
  batchId: runId,
  batchName: `Batch ${runId}`,
  partNumber: 'P',
  lot: `L${runId}`,
  recipe: 'R',
  warn: 0.4,
  reject: 0.6,
  ...changes,
});

const total = (runId: number, images: number, changes: Partial<VerdictTotal> = {}): VerdictTotal => ({
  runId,
  day: '2026-11-01',
  model: 'accept',
  human: 'none',
  defectClass: '',
  severity: 'none',
  judgedDay: '',
  images,
  ...changes,
});

const of = (changes: Partial<DashboardTotals>) =>
  dashboardOf({
    filter: {},
    by: 'lot',
    choices: { partNumbers: [], lots: [], recipes: [], inspectors: [] },
    runs: [],
    verdicts: [],
    scores: [],
    times: [],
    history: [],
    studies: [],
    reworked: 0,
    ...changes,
  });

const judged = { judgedDay: '2026-11-02' } as const;

it('counts by hand what the inspectors and, without them, the model say', () => {
  const dashboard = of({
    runs: [run(1)],
    verdicts: [
      total(1, 50),
      total(1, 7, { model: 'warn' }),
      total(1, 3, { model: 'reject' }),
      total(1, 2, { model: 'failed' }),
      total(1, 20, { model: 'accept', human: 'accept', ...judged }),
      total(1, 4, { model: 'accept', human: 'reject', defectClass: 'dent', severity: 'major', ...judged }),
      total(1, 5, { model: 'reject', human: 'accept', ...judged }),
      total(1, 6, {
        model: 'reject',
        human: 'reject',
        defectClass: 'crack',
        severity: 'critical',
        ...judged,
      }),
      total(1, 5, { model: 'warn', human: 'uncertain', ...judged }),
    ],
    reworked: 2,
  });
  expect(dashboardSchema.parse(dashboard)).toEqual(dashboard);
  expect(dashboard).toMatchObject({
    batches: 1,
    inspected: 100,
    failed: 2,
    model: { accept: 74, warn: 12, reject: 14 },
    human: { accept: 25, reject: 10, uncertain: 5 },
    unreviewed: 60,
    overturned: 9,
    // Good: 50 + 20 + 5; nonconforming: 3 + 4 + 6; (75 − 2) / 100.
    yield: { inspected: 100, good: 75, nonconforming: 13, undecided: 12, reworked: 2, firstPass: 0.73 },
    confusion: {
      accept: { accept: 20, warn: 0, reject: 5 },
      reject: { accept: 4, warn: 0, reject: 6 },
      uncertain: { accept: 0, warn: 5, reject: 0 },
      none: { accept: 50, warn: 7, reject: 3 },
    },
    throughput: [
      { day: '2026-11-01', inspected: 100, reviewed: 0 },
      { day: '2026-11-02', inspected: 0, reviewed: 40 },
    ],
  });
  expect(dashboard.pareto.map(({ defectClass, count, weighted }) => [defectClass, count, weighted])).toEqual([
    ['crack', 6, 60],
    ['dent', 4, 20],
  ]);
  const [point] = dashboard.pChart.points;
  expect(point).toMatchObject({ inspected: 88, nonconforming: 13, undecided: 12, share: 13 / 88 });
});

it('makes one point of the batches of a lot, and one of each batch without a lot, in the order of time', () => {
  const { pChart } = of({
    runs: [
      run(1, { lot: 'A' }),
      run(2, { lot: '' }),
      run(3, { lot: 'A' }),
      run(4, { lot: '' }),
      run(5, { lot: 'A', partNumber: 'Q' }),
      run(6, { lot: 'empty' }),
    ],
    verdicts: [
      total(1, 10, { day: '2026-11-03' }),
      total(2, 10, { day: '2026-11-02' }),
      total(3, 10, { day: '2026-11-04', model: 'reject' }),
      total(4, 10, { day: '2026-11-02' }),
      total(5, 10, { day: '2026-11-01' }),
    ],
  });
  expect(pChart.points.map(({ key, partNumber, batchIds }) => [key, partNumber, batchIds])).toEqual([
    ['A', 'Q', [5]],
    ['Batch 2', 'P', [2]],
    ['Batch 4', 'P', [4]],
    ['A', 'P', [1, 3]],
  ]);
  expect(pChart.centre).toBe(10 / 50);
  expect(pChart.points[3]!.share).toBe(0.5);
});

it('makes a point of each day', () => {
  const { pChart } = of({
    by: 'day',
    runs: [run(1), run(2)],
    verdicts: [
      total(1, 3, { day: '2026-11-03', model: 'reject' }),
      total(2, 9, { day: '2026-11-03' }),
      total(1, 8, { day: '2026-11-02' }),
    ],
  });
  expect(pChart.points.map(({ key, batchIds, share }) => [key, batchIds, share])).toEqual([
    ['2026-11-02', [1], 0],
    ['2026-11-03', [1, 2], 0.25],
  ]);
});

it('counts images by the day of their inspection, verdicts by the day on which they were given', () => {
  const { inspected, throughput, batches } = of({
    filter: { from: '2026-11-02', to: '2026-11-02' },
    runs: [run(1), run(2)],
    verdicts: [
      total(1, 4, { day: '2026-11-01', human: 'accept', judgedDay: '2026-11-02' }),
      total(2, 5, { day: '2026-11-02', human: 'accept', judgedDay: '2026-11-03' }),
    ],
  });
  expect([inspected, batches]).toEqual([5, 1]);
  expect(throughput).toMatchObject([{ day: '2026-11-02', inspected: 5, reviewed: 4 }]);
});

it('says thresholds where all runs have the same', () => {
  const verdicts = [total(1, 1), total(2, 1)];
  expect(of({ runs: [run(1), run(2)], verdicts }).scores.thresholds).toEqual({ warn: 0.4, reject: 0.6 });
  expect(of({ runs: [run(1), run(2, { warn: 0.3 })], verdicts }).scores.thresholds).toBeNull();
});

it('has the agreement and kappa of a published table', () => {
  // Cohen's kappa, Wikipedia, "Simple example": 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: 35 of 50 alike, kappa 0.40.
  const pair = { first: 'ana', second: 'bo' };
  const { agreement } = of({
    history: [
      { ...pair, firstVerdict: 'accept', secondVerdict: 'accept', images: 20 },
      { ...pair, firstVerdict: 'accept', secondVerdict: 'reject', images: 5 },
      { ...pair, firstVerdict: 'reject', secondVerdict: 'accept', images: 10 },
      { ...pair, firstVerdict: 'reject', secondVerdict: 'reject', images: 15 },
    ],
  });
  expect(agreement.studies).toEqual([]);
  expect(agreement.history).toMatchObject([{ ...pair, agreed: 35, total: 50 }]);
  expect(agreement.history[0]!.kappa).toBeCloseTo(0.4, 12);
});

it('is empty without any image', () => {
  const dashboard = of({});
  expect(dashboardSchema.parse(dashboard)).toEqual(dashboard);
  expect(dashboard).toMatchObject({ inspected: 0, pareto: [], throughput: [] });
  expect(dashboard.yield.firstPass).toBeNull();
  expect(dashboard.pChart).toEqual({ by: 'lot', centre: null, points: [] });
});
