import { type PairAgreement, pairAgreement } from '../agreement.ts';
import { type HumanVerdict, type ModelVerdict, overturns, type Severity } from '../verdict.ts';
import type { HumanAnswer } from '../what-if.ts';
import type { Dashboard } from './dashboard.ts';
import { firstPassYield } from './first-pass-yield.ts';
import { controlChart, type PChartSubgroup } from './p-chart.ts';
import { pareto, SEVERITY_WEIGHTS } from './pareto.ts';
import { nearestRank } from './quantile.ts';
import type { StatsFilter, Subgroup } from './stats-filter.ts';

/** A run that counts, with what is written on its batch. */
export interface CountedRun {
  readonly runId: number;
  readonly batchId: number;
  readonly batchName: string;
  readonly partNumber: string;
  readonly lot: string;
  readonly recipe: string;
  readonly warn: number;
  readonly reject: number;
}

/** Images of a run that are alike in all of this. Empty `inspector` and `judgedDay`: no verdict of an inspector. */
export interface VerdictTotal {
  readonly runId: number;
  readonly day: string;
  readonly model: ModelVerdict | 'failed';
  readonly human: HumanAnswer;
  readonly defectClass: string;
  readonly severity: Severity | 'none';
  readonly judgedDay: string;
  readonly images: number;
}

/** How often two inspectors gave these two answers to the same image. */
export interface PairTotal {
  readonly first: string;
  readonly second: string;
  readonly firstVerdict: HumanVerdict;
  readonly secondVerdict: HumanVerdict;
  readonly images: number;
}

/** Everything that a dashboard is made of, within its filter; {@link VerdictTotal}s also by the day of their verdict. */
export interface DashboardTotals {
  readonly filter: StatsFilter;
  readonly by: Subgroup;
  readonly choices: Dashboard['choices'];
  readonly runs: readonly CountedRun[];
  readonly verdicts: readonly VerdictTotal[];
  readonly scores: readonly { readonly model: ModelVerdict; readonly bin: number; readonly images: number }[];
  readonly times: readonly {
    readonly day: string;
    readonly milliseconds: number;
    readonly images: number;
  }[];
  readonly history: readonly PairTotal[];
  readonly studies: readonly PairTotal[];
  readonly reworked: number;
}

/** Makes a dashboard of totals. */
export function dashboardOf(totals: DashboardTotals): Dashboard {
  const { filter, by, choices, runs, reworked } = totals;
  const inPeriod = totals.verdicts.filter(({ day }) => isWithin(day, filter));
  const done = inPeriod.filter(isDone);
  const confusion = { accept: zero(), reject: zero(), uncertain: zero(), none: zero() };
  for (const { human, model, images } of done) confusion[human][model] += images;
  const count = (test: (total: DoneTotal) => boolean) => images(done.filter(test));
  const ofHuman = (human: HumanAnswer) => count((total) => total.human === human);
  const inspected = images(done);
  const good = count((total) => decisionOf(total) === 'good');
  const nonconforming = count((total) => decisionOf(total) === 'nonconforming');
  const counted = new Set(inPeriod.map(({ runId }) => runId));
  return {
    filter,
    choices,
    batches: counted.size,
    inspected,
    failed: images(inPeriod) - inspected,
    model: {
      accept: count(({ model }) => model === 'accept'),
      warn: count(({ model }) => model === 'warn'),
      reject: count(({ model }) => model === 'reject'),
    },
    human: { accept: ofHuman('accept'), reject: ofHuman('reject'), uncertain: ofHuman('uncertain') },
    unreviewed: ofHuman('none'),
    overturned: count(({ human, model }) => human !== 'none' && overturns(human, model)),
    yield: {
      inspected,
      good,
      nonconforming,
      undecided: inspected - good - nonconforming,
      reworked,
      firstPass: firstPassYield(good, reworked, inspected),
    },
    weights: SEVERITY_WEIGHTS,
    pareto: pareto(defectClasses(done), 'count'),
    pChart: { by, ...chartOf(done, runs, by) },
    scores: { bins: binsOf(totals.scores), thresholds: commonThresholds(runs, counted) },
    confusion,
    agreement: { history: pairsOf(totals.history), studies: pairsOf(totals.studies) },
    milliseconds: timesOf(totals.times),
    throughput: throughputOf(totals, done),
  };
}

type DoneTotal = VerdictTotal & { readonly model: ModelVerdict };

function isDone(total: VerdictTotal): total is DoneTotal {
  return total.model !== 'failed';
}

/** What an image counts as: the inspector's verdict or, where there is none, the model's. */
function decisionOf({ human, model }: DoneTotal): 'good' | 'nonconforming' | 'undecided' {
  const verdict = human === 'none' ? model : human;
  if (verdict === 'accept') return 'good';
  return verdict === 'reject' ? 'nonconforming' : 'undecided';
}

function isWithin(day: string, { from = '', to }: StatsFilter): boolean {
  return day >= from && (to === undefined || day <= to);
}

function defectClasses(done: readonly DoneTotal[]) {
  const rejected = done.filter(({ human }) => human === 'reject');
  return [...Map.groupBy(rejected, ({ defectClass }) => defectClass)].map(([defectClass, totals]) => {
    const severities = { critical: 0, major: 0, minor: 0, none: 0 };
    for (const total of totals) severities[total.severity] += total.images;
    return { defectClass, severities };
  });
}

interface Group extends PChartSubgroup {
  readonly key: string;
  readonly partNumber: string;
  readonly batchIds: readonly number[];
  readonly undecided: number;
}

function chartOf(done: readonly DoneTotal[], runs: readonly CountedRun[], by: Subgroup) {
  const groups = by === 'day' ? groupsByDay(done, runs) : groupsByLot(done, runs);
  const { centre, points } = controlChart(groups);
  return {
    centre,
    points: groups.map((group, i) => ({ ...group, ...points[i]!, violations: [...points[i]!.violations] })),
  };
}

function groupsByDay(done: readonly DoneTotal[], runs: readonly CountedRun[]): Group[] {
  const batchOf = new Map(runs.map(({ runId, batchId }) => [runId, batchId]));
  return [...Map.groupBy(done, ({ day }) => day)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, totals]) => {
      const batchIds = [...new Set(totals.map(({ runId }) => batchOf.get(runId)!))].sort((a, b) => a - b);
      return { key, partNumber: '', batchIds, ...decided(totals) };
    });
}

/** Lots of one part number, batches without a lot each for itself, by their first day and then in the order of their making. */
function groupsByLot(done: readonly DoneTotal[], runs: readonly CountedRun[]): Group[] {
  const totalsOf = Map.groupBy(done, ({ runId }) => runId);
  const used = runs.filter(({ runId }) => totalsOf.has(runId));
  const lots = Map.groupBy(used, ({ lot, partNumber, batchId }) =>
    lot === '' ? String(batchId) : JSON.stringify([partNumber, lot]),
  );
  const groups = [...lots.values()].map((members) => {
    const [{ lot, batchName, partNumber }] = members as [CountedRun, ...CountedRun[]];
    const totals = members.flatMap(({ runId }) => totalsOf.get(runId)!);
    const batchIds = members.map(({ batchId }) => batchId).sort((a, b) => a - b);
    const first = totals.reduce((least, { day }) => (day < least ? day : least), totals[0]!.day);
    return { first, group: { key: lot || batchName, partNumber, batchIds, ...decided(totals) } };
  });
  groups.sort((a, b) =>
    a.first === b.first ? a.group.batchIds[0]! - b.group.batchIds[0]! : a.first < b.first ? -1 : 1,
  );
  return groups.map(({ group }) => group);
}

function decided(totals: readonly DoneTotal[]) {
  const of = (decision: string) => images(totals.filter((total) => decisionOf(total) === decision));
  const nonconforming = of('nonconforming');
  return { inspected: of('good') + nonconforming, nonconforming, undecided: of('undecided') };
}

function binsOf(scores: DashboardTotals['scores']) {
  const bins = Array.from({ length: 100 }, zero);
  for (const { model, bin, images: count } of scores) bins[bin]![model] += count;
  return bins;
}

function commonThresholds(runs: readonly CountedRun[], counted: ReadonlySet<number>) {
  const [first, ...others] = runs.filter(({ runId }) => counted.has(runId));
  if (!first) return null;
  const { warn, reject } = first;
  return others.every((run) => run.warn === warn && run.reject === reject) ? { warn, reject } : null;
}

function pairsOf(totals: readonly PairTotal[]): PairAgreement[] {
  return [...Map.groupBy(totals, ({ first, second }) => JSON.stringify([first, second])).values()]
    .map((cells) => {
      const answers = (said: (cell: PairTotal) => HumanVerdict) =>
        cells.flatMap((cell) => Array.from({ length: cell.images }, () => said(cell)));
      const { first, second } = cells[0]!;
      return {
        first,
        second,
        ...pairAgreement(
          answers(({ firstVerdict }) => firstVerdict),
          answers(({ secondVerdict }) => secondVerdict),
        ),
      };
    })
    .sort((a, b) => b.total - a.total || (a.first + a.second < b.first + b.second ? -1 : 1));
}

function timesOf(times: DashboardTotals['times']) {
  const values = times.map(({ milliseconds, images: count }) => [milliseconds, count] as const);
  return { median: nearestRank(values, 0.5), p95: nearestRank(values, 0.95) };
}

function throughputOf(totals: DashboardTotals, done: readonly DoneTotal[]): Dashboard['throughput'] {
  const inspected = Map.groupBy(done, ({ day }) => day);
  const judged = totals.verdicts.filter(
    (total) => isDone(total) && total.judgedDay !== '' && isWithin(total.judgedDay, totals.filter),
  );
  const reviewed = Map.groupBy(judged, ({ judgedDay }) => judgedDay);
  const times = Map.groupBy(totals.times, ({ day }) => day);
  return [...new Set([...inspected.keys(), ...reviewed.keys()])].sort().map((day) => {
    const { median, p95 } = timesOf(times.get(day) ?? []);
    return {
      day,
      inspected: images(inspected.get(day) ?? []),
      reviewed: images(reviewed.get(day) ?? []),
      medianMilliseconds: median,
      p95Milliseconds: p95,
    };
  });
}

function images(totals: readonly { readonly images: number }[]): number {
  return totals.reduce((sum, total) => sum + total.images, 0);
}

function zero() {
  return { accept: 0, warn: 0, reject: 0 };
}
