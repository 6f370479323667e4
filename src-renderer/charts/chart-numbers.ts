import type { CsvStyle } from '../../src-shared/export-formats.ts';

/** A column of a chart's numbers. */
interface ChartColumn {
  readonly name: string;
  /** How its numbers are written on the page; files have them as they are. */
  readonly format?: (value: number) => string;
}

/** The numbers that a chart shows, as a table. */
export interface ChartNumbers {
  /** The first one names the rows. */
  readonly columns: readonly ChartColumn[];
  /** Null: there is none. */
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/**
 * The table as a spreadsheet reads it: CRLF, and an apostrophe before a text that would be taken for a
 * formula.
 */
export function numbersAsCsv({ columns, rows }: ChartNumbers, { separator, decimal, bom }: CsvStyle): string {
  const cell = (value: string | number | null) => {
    if (value === null) return '';
    if (typeof value === 'number') return String(value).replace('.', decimal);
    const safe = /^[=+\-@\t\r\uFF0B\uFF0D\uFF1D\uFF20]/.test(value) ? `'${value}` : value;
    return safe.includes(separator) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = [columns.map(({ name }) => name), ...rows];
  return `${bom ? '\uFEFF' : ''}${lines.map((line) => `${line.map(cell).join(separator)}\r\n`).join('')}`;
}
