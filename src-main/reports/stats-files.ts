import { join } from 'node:path';
import type { PairAgreement } from '../../src-shared/agreement.ts';
import type { CsvStyle } from '../../src-shared/export-formats.ts';
import type { Dashboard } from '../../src-shared/statistics/dashboard.ts';
import { SOFTWARE_VERSION } from '../../src-shared/version.ts';
import { HUMAN_ANSWERS, MODEL_VERDICTS } from '../../src-shared/what-if.ts';
import { makeFolder, writeFileAtomically } from '../files/atomic-write.ts';
import { type CsvRow, csvText } from './csv-text.ts';

export type StatsFormat = 'csv' | 'json';

const JSON_FILE = 'statistics.json';

/** The tables of a dashboard by the names of their files. */
const TABLES: Readonly<Record<string, (dashboard: Dashboard) => readonly CsvRow[]>> = {
  'summary.csv': summary,
  'pareto.csv': ({ pareto }) =>
    pareto.map(({ defectClass, severities, count, weighted, cumulative }) => ({
      defect_class: defectClass,
      count,
      ...severities,
      weighted,
      cumulative_share: round(cumulative),
    })),
  'p-chart.csv': ({ pChart: { by, centre, points } }) =>
    points.map(({ key, partNumber, inspected, nonconforming, undecided, violations, ...limits }) => ({
      by,
      key,
      part_number: partNumber,
      decided: inspected,
      nonconforming,
      undecided,
      share: round(limits.share),
      centre: round(centre),
      lower: round(limits.lower),
      upper: round(limits.upper),
      nelson_rules: violations.join(' '),
    })),
  'scores.csv': ({ scores }) =>
    scores.bins.map((bin, i) => ({ from: i / 100, below: (i + 1) / 100, ...bin })),
  'model-inspector.csv': ({ confusion }) =>
    HUMAN_ANSWERS.map((human) => ({ inspector: human, ...modelColumns(confusion[human]) })),
  'agreement.csv': ({ agreement }) => [
    ...agreement.history.map((pair) => pairRow('history', pair)),
    ...agreement.studies.map((pair) => pairRow('study', pair)),
  ],
  'throughput.csv': ({ throughput }) =>
    throughput.map(({ day, inspected, reviewed, medianMilliseconds, p95Milliseconds }) => ({
      day,
      inspected,
      reviewed,
      median_ms: medianMilliseconds,
      p95_ms: p95Milliseconds,
    })),
};

/** The names of the files that {@link writeStats} may write. */
export function statsFileNames(formats: readonly StatsFormat[]): string[] {
  const tables = formats.includes('csv') ? Object.keys(TABLES) : [];
  return formats.includes('json') ? [...tables, JSON_FILE] : tables;
}

/**
 * Writes each table of a dashboard as a CSV file and all as one JSON file, as asked for. A table in which nothing is has no
 * file.
 * @returns the paths
 */
export async function writeStats(
  folder: string,
  dashboard: Dashboard,
  formats: readonly StatsFormat[],
  style: CsvStyle,
): Promise<string[]> {
  await makeFolder(folder);
  const paths: string[] = [];
  const write = async (name: string, text: string) => {
    const path = join(folder, name);
    await writeFileAtomically(path, text);
    paths.push(path);
  };
  if (formats.includes('csv')) {
    for (const [name, rowsOf] of Object.entries(TABLES)) {
      const rows = rowsOf(dashboard);
      if (rows.length > 0) await write(name, csvText(rows, style, true));
    }
  }
  if (formats.includes('json')) await write(JSON_FILE, statsJson(dashboard));
  return paths;
}

/** A dashboard as JSON, ending in a line break. */
export function statsJson(dashboard: Dashboard): string {
  const head = { format: 'clipsam-statistics', formatVersion: 1, writtenBy: SOFTWARE_VERSION };
  return `${JSON.stringify({ ...head, ...dashboard }, null, 2)}\n`;
}

function summary({ filter, human, scores, milliseconds, yield: of, ...counts }: Dashboard): CsvRow[] {
  const figures: CsvRow = {
    batches: counts.batches,
    inspected: counts.inspected,
    failed: counts.failed,
    ...modelColumns(counts.model),
    inspector_accept: human.accept,
    inspector_reject: human.reject,
    inspector_uncertain: human.uncertain,
    unreviewed: counts.unreviewed,
    overturned: counts.overturned,
    good: of.good,
    nonconforming: of.nonconforming,
    undecided: of.undecided,
    reworked: of.reworked,
    first_pass_yield: round(of.firstPass),
    warn_threshold: scores.thresholds?.warn ?? null,
    reject_threshold: scores.thresholds?.reject ?? null,
    median_ms: milliseconds.median,
    p95_ms: milliseconds.p95,
  };
  return [
    ...Object.entries(filter).map(([name, value]) => ({ figure: `filter: ${name}`, value: value ?? null })),
    ...Object.entries(figures).map(([figure, value]) => ({ figure, value })),
  ];
}

function modelColumns(counts: Dashboard['model']): CsvRow {
  return Object.fromEntries(MODEL_VERDICTS.map((verdict) => [`model_${verdict}`, counts[verdict]]));
}

function pairRow(
  source: 'history' | 'study',
  { first, second, agreed, total, kappa, interval }: PairAgreement,
): CsvRow {
  return {
    source,
    first,
    second,
    agreed,
    total,
    low: round(interval?.[0] ?? null),
    high: round(interval?.[1] ?? null),
    kappa: round(kappa),
  };
}

function round(value: number | null): number | null {
  return value === null ? null : Number(value.toFixed(6));
}
