import { z } from 'zod';
import { CODE_LETTERS } from './code-letters.ts';

/** Which of the three master tables a lot is inspected by. */
export const inspectionSeveritySchema = z.enum(['normal', 'tightened', 'reduced']);
export type InspectionSeverity = z.infer<typeof inspectionSeveritySchema>;

/** The columns: percent nonconforming (up to 10) or nonconformities per 100 items. */
export const AQLS: readonly number[] = [
  0.01, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.25, 0.4, 0.65, 1, 1.5, 2.5, 4, 6.5, 10, 15, 25, 40, 65, 100,
  150, 250, 400, 650, 1000,
];

/** What stands in a cell: the acceptance number, or an arrow to the first plan below or above. */
type Cell = number | 'down' | 'up';

/**
 * A master table by its structure. What stands in it runs along diagonals, because each row has about 1.6 times the sample
 * of the one above and each column about 1.6 times the AQL of the one before: the same product, the same cell.
 */
interface MasterTable {
  /** By code letter. */
  readonly sampleSizes: readonly number[];
  /** Row + column (from 0) of the diagonal with the acceptance number 0; before it arrows lead down. */
  readonly zeroAt: number;
  /** Cells of a row from that diagonal on; behind them arrows lead up. */
  readonly cells: (letter: string) => readonly Cell[];
}

const FULL_SAMPLES = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000];
const isShort = (letter: string) => letter <= 'E';

/** ISO 2859-1:1999, tables 2-A, 2-B and 2-C: the rejection number is always the next one. */
const TABLES: Readonly<Record<InspectionSeverity, MasterTable>> = {
  normal: {
    sampleSizes: FULL_SAMPLES,
    zeroAt: 14,
    cells: (letter) => [0, 'up', 'down', 1, 2, 3, 5, 7, 10, 14, 21, ...(isShort(letter) ? [30, 44] : [])],
  },
  tightened: {
    sampleSizes: [...FULL_SAMPLES, 3150],
    zeroAt: 15,
    cells: (letter) =>
      // The last row was added for one cell.
      letter === 'S'
        ? ['down', 'down', 'down', 1]
        : [0, 'down', 'down', 1, 2, 3, 5, 8, 12, 18, ...(isShort(letter) ? [27, 41] : [])],
  },
  reduced: {
    sampleSizes: [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800],
    zeroAt: 14,
    cells(letter) {
      // These two have the sample of C, but not its acceptance numbers.
      if (letter === 'A') return [0, 'down', 'down', 1, 2, 3, 5, 7, 10, 14, 21, 30];
      if (letter === 'B') return [0, 'up', 'down', 'down', 1, 2, 3, 5, 7, 10, 14, 21, 30];
      return [0, 'up', 'down', 'down', 1, 2, 3, 5, 6, 8, 10, ...(isShort(letter) ? [14, 21] : [])];
    },
  },
};

/** A plan of a master table. */
export interface TablePlan {
  /** Row that it stands in: another than was asked for where an arrow led to it. */
  readonly letter: string;
  readonly sampleSize: number;
  /** Acceptance number Ac; the rejection number Re is one more. */
  readonly accept: number;
}

/** What stands in a cell of a master table, arrows and all. @throws RangeError for another letter or AQL */
export function masterCell(severity: InspectionSeverity, letter: string, aql: number): Cell {
  const table = TABLES[severity];
  const row = CODE_LETTERS.indexOf(letter);
  const column = AQLS.indexOf(aql);
  if (table.sampleSizes[row] === undefined || column < 0) {
    throw new RangeError(`The ${severity} table has no cell ${letter}, ${aql}.`);
  }
  const at = row + column - table.zeroAt;
  if (at < 0) return 'down';
  return table.cells(letter)[at] ?? 'up';
}

/**
 * The plan for a code letter and an AQL. Arrows are followed within the column, to the sample size of the row that they lead
 * to. At the upper and the lower edge an arrow of the diagonal has no plan to lead to; the tables turn it round there.
 * @throws RangeError for another letter or AQL
 */
export function resolve(severity: InspectionSeverity, letter: string, aql: number): TablePlan {
  const asked = masterCell(severity, letter, aql);
  const found =
    typeof asked === 'number'
      ? planAt(severity, letter, aql)
      : (follow(severity, letter, aql, asked) ??
        follow(severity, letter, aql, asked === 'up' ? 'down' : 'up'));
  if (!found) throw new RangeError(`The ${severity} table has no plan for ${letter}, ${aql}.`);
  return found;
}

function follow(
  severity: InspectionSeverity,
  letter: string,
  aql: number,
  direction: 'up' | 'down',
): TablePlan | undefined {
  const step = direction === 'down' ? 1 : -1;
  const rows = TABLES[severity].sampleSizes.length;
  for (let row = CODE_LETTERS.indexOf(letter) + step; row >= 0 && row < rows; row += step) {
    const plan = planAt(severity, CODE_LETTERS[row]!, aql);
    if (plan) return plan;
  }
  return undefined;
}

function planAt(severity: InspectionSeverity, letter: string, aql: number): TablePlan | undefined {
  const accept = masterCell(severity, letter, aql);
  if (typeof accept !== 'number') return undefined;
  return { letter, sampleSize: TABLES[severity].sampleSizes[CODE_LETTERS.indexOf(letter)]!, accept };
}
