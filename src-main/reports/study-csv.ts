import { join } from 'node:path';
import type { CsvStyle } from '../../src-shared/export-formats.ts';
import type { HumanVerdict, VerdictEntry } from '../../src-shared/verdict.ts';
import { makeFolder, writeFileAtomically } from '../files/atomic-write.ts';
import { csvText } from './csv-text.ts';
import { imageKey } from './image-key.ts';

/** An answer of an agreement study. */
export interface StudyCsvRow {
  readonly inspector: string;
  readonly round: number;
  readonly image: string;
  readonly imageId: number;
  readonly verdict: VerdictEntry['verdict'];
  readonly reference: HumanVerdict | null;
  readonly takenBack: boolean;
  readonly milliseconds: number;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** `answers.csv` in the folder: one row per answer in the order of their giving, written as `results.csv` is. */
export async function exportStudyCsv(
  folder: string,
  rows: readonly StudyCsvRow[],
  style: CsvStyle,
): Promise<string> {
  const path = join(folder, 'answers.csv');
  await makeFolder(folder);
  const cells = rows.map((row) => ({
    inspector: row.inspector,
    round: row.round,
    image: row.image,
    verdict: row.verdict,
    ground_truth: row.reference,
    taken_back: row.takenBack ? 'yes' : 'no',
    milliseconds: row.milliseconds,
    judged_at: row.at,
    image_id: row.imageId,
    key: imageKey(row.image),
  }));
  await writeFileAtomically(path, csvText(cells, style, true));
  return path;
}
