import { stringify } from 'csv-stringify/sync';
import type { CsvStyle } from '../../src-shared/export-formats.ts';

export type CsvRow = Readonly<Record<string, string | number | null>>;

/**
 * Rows of a CSV file as spreadsheets read it: cells that would be taken for a formula preceded by an apostrophe, CRLF.
 * @param rows all with the same names; with the header they begin the file, after a byte order mark where the
 *   style wants one
 */
export function csvText(
  rows: readonly CsvRow[],
  { separator, decimal, bom }: CsvStyle,
  header: boolean,
): string {
  return stringify([...rows], {
    header,
    bom: header && bom,
    delimiter: separator,
    cast: { number: (value) => String(value).replace('.', decimal) },
    escape_formulas: true,
    record_delimiter: 'windows',
    // By itself the library quotes only cells with a whole record delimiter.
    quoted_match: /[\r\n]/,
  });
}
