/** What a run can be exported as. */
export const EXPORT_FORMATS = ['csv', 'json', 'coco', 'masks', 'html'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What stands between the cells of a CSV file. */
export const CSV_SEPARATORS = [',', ';', '\t', '|'] as const;
export const CSV_DECIMALS = ['.', ','] as const;

/** How a CSV file is written. The two are never the same. */
export interface CsvStyle {
  readonly separator: (typeof CSV_SEPARATORS)[number];
  readonly decimal: (typeof CSV_DECIMALS)[number];
}

/** What programs expect (RFC 4180). */
export const PLAIN_CSV: CsvStyle = { separator: ',', decimal: '.' };

/** What the spreadsheets of a region expect. @param region a language tag (BCP 47) such as `de-DE` */
export function csvStyleOf(region: string): CsvStyle {
  const parts = new Intl.NumberFormat(region).formatToParts(1.5);
  const isComma = parts.some(({ type, value }) => type === 'decimal' && value === ',');
  return isComma ? { separator: ';', decimal: ',' } : PLAIN_CSV;
}
