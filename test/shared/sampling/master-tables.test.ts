import { describe, expect, it, test } from 'vitest';
import { CODE_LETTERS, codeLetter } from '../../../src-shared/sampling/code-letters.ts';
import {
  AQLS,
  type InspectionSeverity,
  masterCell,
  resolve,
} from '../../../src-shared/sampling/master-tables.ts';

/** Rows that a lot size can lead to. */
const LETTERS = CODE_LETTERS.filter((letter) => letter !== 'S');
const SEVERITIES: readonly InspectionSeverity[] = ['normal', 'tightened', 'reduced'];

/** A row as it is printed: from the column of the first acceptance number on; `^` and `v` are arrows. */
function printed(severity: InspectionSeverity, letter: string): string {
  const cells = AQLS.map((aql) => masterCell(severity, letter, aql));
  const from = cells.findIndex((cell) => typeof cell === 'number');
  const text = cells.slice(from).map((cell) => (cell === 'up' ? '^' : cell === 'down' ? 'v' : cell));
  return `${AQLS[from]}: ${text.join(' ')}`;
}

describe('code letters (ISO 2859-1, table 1; MIL-STD-105E and ANSI/ASQ Z1.4 have the same)', () => {
  it.each([
    [6000, 'II', 'L'],
    [8, 'II', 'A'],
    [9, 'II', 'B'],
    [1200, 'II', 'J'],
    [1201, 'II', 'K'],
    [500_001, 'II', 'Q'],
    [10_000_000, 'III', 'R'],
    [2, 'III', 'B'],
    [3201, 'I', 'J'],
    [500_001, 'I', 'N'],
    [500_000, 'S-1', 'D'],
    [35_001, 'S-2', 'E'],
    [500_001, 'S-3', 'H'],
    [500_001, 'S-4', 'K'],
    [90, 'S-4', 'C'],
  ] as const)('a lot of %i at level %s has the letter %s', (size, level, letter) => {
    expect(codeLetter(size, level)).toBe(letter);
  });
});

describe('plans as printed', () => {
  // MIL-STD-105E (1989), tables II-A and II-B, which ISO 2859-1:1999 took over as 2-A and 2-B.
  it.each([
    ['normal', 'A', '6.5: 0 ^ v 1 2 3 5 7 10 14 21 30'],
    ['normal', 'E', '1: 0 ^ v 1 2 3 5 7 10 14 21 30 44 ^ ^ ^'],
    ['normal', 'F', '0.65: 0 ^ v 1 2 3 5 7 10 14 21 ^ ^ ^ ^ ^ ^'],
    ['normal', 'L', '0.065: 0 ^ v 1 2 3 5 7 10 14 21 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^'],
    ['normal', 'R', '0.025: 1 2 3 5 7 10 14 21 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^'],
    ['tightened', 'A', '10: 0 v v 1 2 3 5 8 12 18 27'],
    ['tightened', 'E', '1.5: 0 v v 1 2 3 5 8 12 18 27 41 ^ ^ ^'],
    ['tightened', 'L', '0.1: 0 v v 1 2 3 5 8 12 18 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^'],
    // ISO 2859-1:1999, table 2-C, which is not that of MIL-STD-105E: no gap between Ac and Re.
    ['reduced', 'A', '6.5: 0 v v 1 2 3 5 7 10 14 21 30'],
    ['reduced', 'B', '4: 0 ^ v v 1 2 3 5 7 10 14 21 30'],
    ['reduced', 'C', '2.5: 0 ^ v v 1 2 3 5 6 8 10 14 21 ^'],
    ['reduced', 'L', '0.065: 0 ^ v v 1 2 3 5 6 8 10 ^ ^ ^ ^ ^ ^ ^ ^ ^ ^ ^'],
  ] as const)('%s inspection, row %s', (severity, letter, row) => {
    expect(printed(severity, letter)).toBe(row);
  });

  it.each([
    ['normal', 'L', 2.5, { letter: 'L', sampleSize: 200, accept: 10 }],
    ['normal', 'L', 4, { letter: 'L', sampleSize: 200, accept: 14 }],
    ['normal', 'J', 2.5, { letter: 'J', sampleSize: 80, accept: 5 }],
    ['normal', 'K', 1, { letter: 'K', sampleSize: 125, accept: 3 }],
    ['normal', 'G', 4, { letter: 'G', sampleSize: 32, accept: 3 }],
    ['tightened', 'L', 2.5, { letter: 'L', sampleSize: 200, accept: 8 }],
    ['tightened', 'K', 1, { letter: 'K', sampleSize: 125, accept: 2 }],
    ['reduced', 'L', 2.5, { letter: 'L', sampleSize: 80, accept: 6 }],
    ['reduced', 'L', 4, { letter: 'L', sampleSize: 80, accept: 8 }],
    // Arrows: the sample size changes with them.
    ['normal', 'L', 0.1, { letter: 'K', sampleSize: 125, accept: 0 }],
    ['normal', 'L', 0.15, { letter: 'M', sampleSize: 315, accept: 1 }],
    ['normal', 'L', 15, { letter: 'J', sampleSize: 80, accept: 21 }],
    ['normal', 'A', 1, { letter: 'E', sampleSize: 13, accept: 0 }],
    ['normal', 'C', 6.5, { letter: 'D', sampleSize: 8, accept: 1 }],
    ['normal', 'F', 400, { letter: 'D', sampleSize: 8, accept: 44 }],
    ['tightened', 'Q', 0.025, { letter: 'S', sampleSize: 3150, accept: 1 }],
    ['tightened', 'L', 0.15, { letter: 'N', sampleSize: 500, accept: 1 }],
    ['reduced', 'L', 0.1, { letter: 'K', sampleSize: 50, accept: 0 }],
    ['reduced', 'P', 0.04, { letter: 'R', sampleSize: 800, accept: 1 }],
    // At the edges, where an arrow of the diagonal would lead out of the table, it points the other way.
    ['normal', 'A', 10, { letter: 'C', sampleSize: 5, accept: 1 }],
    ['normal', 'R', 0.015, { letter: 'P', sampleSize: 800, accept: 0 }],
    ['tightened', 'R', 0.015, { letter: 'Q', sampleSize: 1250, accept: 0 }],
    ['tightened', 'R', 0.025, { letter: 'S', sampleSize: 3150, accept: 1 }],
    ['reduced', 'Q', 0.025, { letter: 'N', sampleSize: 200, accept: 0 }],
  ] as const)('%s, %s, AQL %d', (severity, letter, aql, plan) => {
    expect(resolve(severity, letter, aql)).toEqual(plan);
  });

  it('has no row or column of another name', () => {
    expect(() => resolve('normal', 'S', 1)).toThrow(RangeError);
    expect(() => resolve('normal', 'I', 1)).toThrow(RangeError);
    expect(() => resolve('normal', 'L', 2)).toThrow(RangeError);
  });
});

describe.each(SEVERITIES)('every cell of the table for %s inspection', (severity) => {
  const rows = severity === 'tightened' ? CODE_LETTERS : LETTERS;
  const plansOf = (aql: number) =>
    rows.flatMap((letter, row) => {
      const accept = masterCell(severity, letter, aql);
      return typeof accept === 'number' ? [{ letter, row, accept }] : [];
    });

  test('an arrow leads to the nearest plan that its column has in its direction', () => {
    let [arrows, turned] = [0, 0];
    for (const aql of AQLS) {
      const plans = plansOf(aql);
      LETTERS.forEach((letter, row) => {
        const cell = masterCell(severity, letter, aql);
        const found = resolve(severity, letter, aql);
        if (typeof cell === 'number') {
          expect(found).toMatchObject({ letter, accept: cell });
          return;
        }
        arrows++;
        const below = plans.filter((plan) => plan.row > row).at(0);
        const above = plans.filter((plan) => plan.row < row).at(-1);
        const [ahead, behind] = cell === 'down' ? [below, above] : [above, below];
        if (!ahead) turned++;
        const { letter: own, accept } = (ahead ?? behind)!;
        expect(found).toMatchObject({ letter: own, accept });
        // With the sample of the row that it stands in, not of the row that was asked for.
        expect(found.sampleSize).toBe(resolve(severity, own, aql).sampleSize);
      });
    }
    expect(arrows).toBeGreaterThan(150);
    expect(turned).toBe({ normal: 2, tightened: 1, reduced: 3 }[severity]);
  });

  test('in a row the acceptance number rises with the AQL, and samples grow from row to row', () => {
    for (const letter of LETTERS) {
      const own = AQLS.map((aql) => masterCell(severity, letter, aql)).filter(
        (cell) => typeof cell === 'number',
      );
      expect(own.length).toBeGreaterThan(6);
      expect(own).toEqual([...new Set(own)].sort((a, b) => a - b));
    }
    for (const aql of AQLS) {
      const column = plansOf(aql).map(({ letter }) => resolve(severity, letter, aql));
      for (const [i, plan] of column.entries()) {
        const next = column[i + 1];
        if (!next) continue;
        expect(next.sampleSize).toBeGreaterThanOrEqual(plan.sampleSize);
        expect(next.accept).toBeGreaterThanOrEqual(plan.accept);
      }
    }
  });

  test('samples are those of the standard', () => {
    const samples = LETTERS.map(
      (letter) =>
        AQLS.map((aql) => resolve(severity, letter, aql)).find((plan) => plan.letter === letter)!.sampleSize,
    );
    const full = [2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000];
    const reduced = [2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800];
    expect(samples).toEqual(severity === 'reduced' ? reduced : full);
  });
});
