import type { PairAgreement } from '../../src-shared/agreement.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { HUMAN_ANSWERS, MODEL_VERDICTS } from '../../src-shared/what-if.ts';
import { percent, printable, table } from './terminal.ts';

/** Statistics as tables for people. */
export function describeStats(stats: Dashboard): string {
  const sections = [
    overview(stats),
    modelAndInspector(stats),
    paretoTable(stats),
    pChartTable(stats),
    agreementTable(stats),
    throughputTable(stats),
  ];
  return sections.filter((section) => section !== '').join('\n\n');
}

function overview({
  batches,
  inspected,
  failed,
  yield: of,
  overturned,
  scores,
  milliseconds,
}: Dashboard): string {
  const { thresholds } = scores;
  const { median, p95 } = milliseconds;
  return [
    `${inspected} images inspected in ${batches} batches, ${failed} more failed`,
    `${of.good} good, ${of.nonconforming} nonconforming, ${of.undecided} undecided; ${overturned} overturned by inspectors`,
    `first-pass yield ${percent(of.firstPass)} %: (${of.good} good − ${of.reworked} reworked) / ${of.inspected} in`,
    thresholds
      ? `thresholds: warn ${thresholds.warn}, reject ${thresholds.reject}`
      : 'thresholds: not the same in all runs',
    ...(median === null ? [] : [`time per image: median ${median} ms, 95 % within ${p95} ms`]),
  ].join('\n');
}

function modelAndInspector({ confusion }: Dashboard): string {
  const rows = HUMAN_ANSWERS.map((human) => [
    human === 'none' ? 'not reviewed' : human,
    ...MODEL_VERDICTS.map((model) => String(confusion[human][model])),
  ]);
  return table([['inspector \\ model', ...MODEL_VERDICTS], ...rows]);
}

function paretoTable({ pareto, weights }: Dashboard): string {
  if (pareto.length === 0) return '';
  const header = [
    'defect class',
    'critical',
    'major',
    'minor',
    'no severity',
    'count',
    'weighted',
    'cumulative %',
  ];
  const rows = pareto.map(({ defectClass, severities: { critical, major, minor, none }, ...bar }) => [
    printable(defectClass) || '(none)',
    ...[critical, major, minor, none, bar.count, bar.weighted].map(String),
    percent(bar.cumulative),
  ]);
  const { critical, major, minor, none } = weights;
  return `${table([header, ...rows])}\nweights: critical ${critical}, major ${major}, minor ${minor}, without a severity ${none}`;
}

function pChartTable({ pChart: { by, centre, points } }: Dashboard): string {
  if (points.length === 0) return '';
  const header = [
    by,
    'part number',
    'decided',
    'nonconforming',
    'undecided',
    '%',
    'lower %',
    'upper %',
    'Nelson rules',
  ];
  const rows = points.map((point) => [
    printable(point.key),
    printable(point.partNumber),
    ...[point.inspected, point.nonconforming, point.undecided].map(String),
    ...[point.share, point.lower, point.upper].map(percent),
    point.violations.join(' '),
  ]);
  return `${table([header, ...rows], 2)}\ncentre ${percent(centre)} %, limits p̄ ± 3√(p̄(1−p̄)/n)`;
}

function agreementTable({ agreement: { history, studies } }: Dashboard): string {
  if (history.length + studies.length === 0) return '';
  const row = (source: string, { first, second, agreed, total, interval, kappa }: PairAgreement) => [
    source,
    printable(first),
    printable(second),
    `${agreed} of ${total}`,
    interval ? `${percent(interval[0])}–${percent(interval[1])} %` : '–',
    kappa === null ? '–' : kappa.toFixed(2),
  ];
  return table(
    [
      ['agreement', 'inspector', 'inspector', 'alike', '95 % interval', 'kappa'],
      ...history.map((pair) => row('one after the other', pair)),
      ...studies.map((pair) => row('blind studies', pair)),
    ],
    3,
  );
}

function throughputTable({ throughput }: Dashboard): string {
  if (throughput.length === 0) return '';
  const rows = throughput.map(({ day, inspected, reviewed, medianMilliseconds, p95Milliseconds }) => [
    day,
    ...[inspected, reviewed].map(String),
    ...[medianMilliseconds, p95Milliseconds].map((time) => (time === null ? '–' : String(time))),
  ]);
  return table([['day', 'inspected', 'reviewed', 'median ms', '95 % ms'], ...rows]);
}
