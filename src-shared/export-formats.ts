import { z } from 'zod';

/** What a run can be exported as. */
export const EXPORT_FORMATS = [
  'csv',
  'xlsx',
  'json',
  'parquet',
  'opc',
  'coco',
  'cvat',
  'label-studio',
  'masks',
  'html',
  'pdf',
] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What stands between the cells of a CSV file. */
export const CSV_SEPARATORS = [',', ';', '\t', '|'] as const;
export const CSV_DECIMALS = ['.', ','] as const;

/** How a CSV file is written. The two are never the same. */
export const csvStyleSchema = z
  .object({
    separator: z.enum(CSV_SEPARATORS),
    decimal: z.enum(CSV_DECIMALS),
    /** A byte order mark: Excel takes UTF-8 without one for another encoding; programs read it as a part of the text. */
    bom: z.boolean().default(true),
  })
  .refine(({ separator, decimal }) => separator !== decimal, {
    message: 'the separator and the decimal mark must differ',
  })
  .readonly();
export type CsvStyle = z.infer<typeof csvStyleSchema>;

/** Commas and decimal points (RFC 4180), with a byte order mark. */
export const PLAIN_CSV: CsvStyle = { separator: ',', decimal: '.', bom: true };

/** What the spreadsheets of a region expect. @param region a language tag (BCP 47) such as `de-DE` */
export function csvStyleOf(region: string): CsvStyle {
  const parts = new Intl.NumberFormat(region).formatToParts(1.5);
  const isComma = parts.some(({ type, value }) => type === 'decimal' && value === ',');
  return isComma ? { separator: ';', decimal: ',', bom: true } : PLAIN_CSV;
}
