import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { HumanVerdict, VerdictEntry } from '../../src-shared/verdict.ts';
import { makeFolder, writeFileAtomically } from '../files/atomic-write.ts';

/** An answer of a repeat inspection. */
export interface StudyCsvRow {
  readonly inspector: string;
  readonly round: number;
  readonly image: string;
  readonly verdict: VerdictEntry['verdict'];
  readonly reference: HumanVerdict | null;
  readonly takenBack: boolean;
  readonly milliseconds: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** `answers.csv` in the folder: one row per answer in the order of their giving, written as `results.csv` is. */
export async function exportStudyCsv(folder: string, rows: readonly StudyCsvRow[]): Promise<string> {
  const path = join(folder, 'answers.csv');
  await makeFolder(folder);
  const columns = [
    'inspector',
    'round',
    'image',
    'verdict',
    'ground_truth',
    'taken_back',
    'milliseconds',
    'judged_at',
  ];
  const cells = rows.map((row) => ({
    inspector: row.inspector,
    round: row.round,
    image: row.image,
    verdict: row.verdict,
    ground_truth: row.reference,
    taken_back: row.takenBack ? 'yes' : 'no',
    milliseconds: row.milliseconds,
    judged_at: row.at,
  }));
  const text = stringify(cells, {
    header: true,
    columns,
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    quoted_match: /[\r\n]/,
  });
  await writeFileAtomically(path, text);
  return path;
}
