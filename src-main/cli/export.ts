import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ExportSummary } from '../../src-shared/contract/exports.ts';
import { ClipSamError } from '../../src-shared/errors.ts';
import {
  CSV_DECIMALS,
  type CsvStyle,
  EXPORT_FORMATS,
  type ExportFormat,
  PLAIN_CSV,
} from '../../src-shared/export-formats.ts';
import { type ReportLanguage, reportLanguageSchema } from '../../src-shared/report.ts';
import { exportBatch } from '../services/exports/export-batch.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName } from './options.ts';
import { ProgressDisplay, paceSince } from './progress-display.ts';
import { printable, printLine } from './terminal.ts';

interface ExportOptions {
  readonly workspace: string;
  readonly batch?: string;
  readonly format: readonly ExportFormat[];
  readonly out: string;
  readonly newFolder?: true;
  readonly force?: true;
  readonly csvSeparator?: CsvStyle['separator'];
  readonly csvDecimal?: CsvStyle['decimal'];
  readonly csvBom: boolean;
  readonly reportLanguage: ReportLanguage;
}

/** Separators by what they are called on a command line. */
const SEPARATORS = new Map<string, CsvStyle['separator']>([
  [',', ','],
  ['comma', ','],
  [';', ';'],
  ['semicolon', ';'],
  ['\t', '\t'],
  ['tab', '\t'],
  ['|', '|'],
]);

export function addExport(program: Command): void {
  program
    .command('export')
    .summary(
      'write results as CSV, XLSX, JSON, Parquet, COCO, masks, HTML or PDF, or for CVAT and Label Studio',
    )
    .description(
      "Writes a batch's newest results, with what inspectors said about them, for people and other programs.",
    )
    .option('-w, --workspace <folder>', 'where the results are', DEFAULT_WORKSPACE)
    .option(
      '-b, --batch <name|id>',
      'batch to export; name:2 or id:2 where both could be meant (default: the newest)',
    )
    .requiredOption(
      '-f, --format <list>',
      `one or more of ${EXPORT_FORMATS.join(', ')}, with commas`,
      parseFormats,
    )
    .requiredOption('--out <folder>', 'where the files go; made when missing')
    .option('--new-folder', 'into a new folder below --out, named after batch, run and time')
    .option(
      '--force',
      'also replace what no export of this batch wrote: an export of another batch, your own files',
    )
    .option('--csv-separator <sign>', 'between the cells of CSV: , ; | or tab (default: ,)', parseSeparator)
    .addOption(
      new Option('--csv-decimal <sign>', 'decimal mark of CSV (default: .)').choices([...CSV_DECIMALS]),
    )
    .option('--csv-bom', 'begin CSV with a byte order mark, by which Excel knows UTF-8', true)
    .option('--no-csv-bom', 'no byte order mark in CSV: for programs that take it for text')
    .addOption(
      new Option('--report-language <language>', 'of the PDF report, which is also filed in the workspace')
        .choices(reportLanguageSchema.options)
        .default('en'),
    )
    .addHelpText(
      'after',
      `
Examples:
  clipsam export --format html --out report/
  clipsam export --format csv --csv-separator ";" --csv-decimal , --out for-german-excel/
  clipsam export -w lot7 --format csv,coco,masks --out lot7-results/
  clipsam export --format cvat,label-studio --out for-labelling/

An export knows its own files by clipsam-export.json: into the same folder again, it replaces those and no others.

Exit codes: 0 written, 2 wrong usage, no such batch or other files in the way, 1 other errors, 130 interrupted.`,
    )
    .action(run);
}

async function run({
  workspace,
  batch,
  format,
  out,
  newFolder,
  force,
  reportLanguage,
  ...options
}: ExportOptions): Promise<void> {
  const csv = csvStyle(options);
  const display = new ProgressDisplay();
  let started = performance.now();
  try {
    const {
      batch: exported,
      run: used,
      passedOver,
      files,
      summary,
    } = await interruptible((signal) =>
      exportBatch({
        workspaceFolder: workspace,
        ...(batch !== undefined && { batch }),
        formats: format,
        inspector: inspectorName(),
        folder: out,
        language: reportLanguage,
        ...(newFolder && { subfolder: true }),
        ...(force && { force }),
        csv,
        signal,
        onEvent(event) {
          if (event.done === 1) started = performance.now();
          display.update(
            event.done,
            event.total,
            `${event.format}  ${paceSince(started, event.done, event.total)}`,
          );
        },
      }),
    );
    display.stop();
    printLine(`Batch ${exported.id} "${printable(exported.name)}", run ${used.id}:`);
    for (const { id } of passedOver) {
      printLine(`Run ${id} is newer, but every image failed in it: it is passed over.`);
    }
    for (const line of summaryLines(summary)) printLine(line);
    for (const file of files) process.stdout.write(`${file.format.padEnd(12)}  ${file.path}\n`);
  } finally {
    display.stop();
  }
}

/** What has to be known about what was written. */
function summaryLines({ images, failed, changed, missing, pending }: ExportSummary): string[] {
  const of = (count: number) => `${count} of ${images} images`;
  return [
    ...(pending > 0 ? [`${pending} more images have no result yet and are left out.`] : []),
    ...(failed > 0
      ? [`${of(failed)} failed: they are in CSV, XLSX, JSON, Parquet and HTML with the reason.`]
      : []),
    ...(changed > 0
      ? [
          `${of(changed)} changed since they were inspected: their pictures are left out of HTML. Inspect again.`,
        ]
      : []),
    ...(missing > 0 ? [`${of(missing)} are not there any more, or cannot be read.`] : []),
  ];
}

function parseFormats(text: string): ExportFormat[] {
  return text.split(',').map((part) => {
    const name = part.trim();
    const format = EXPORT_FORMATS.find((known) => known === name);
    if (!format) throw new InvalidArgumentError(`"${name}" is not one of ${EXPORT_FORMATS.join(', ')}.`);
    return format;
  });
}

function parseSeparator(text: string): CsvStyle['separator'] {
  const separator = SEPARATORS.get(text.trim() || text);
  if (!separator) throw new InvalidArgumentError(`"${text}" is not one of , ; | tab.`);
  return separator;
}

function csvStyle({
  csvSeparator,
  csvDecimal,
  csvBom: bom,
}: Pick<ExportOptions, 'csvSeparator' | 'csvDecimal' | 'csvBom'>): CsvStyle {
  const { separator, decimal } = PLAIN_CSV;
  const style = { separator: csvSeparator ?? separator, decimal: csvDecimal ?? decimal, bom };
  if (style.separator !== style.decimal) return style;
  throw new ClipSamError(
    'input-invalid',
    'CSV cannot have the same sign between cells and in numbers: choose another --csv-separator, such as ;',
  );
}
