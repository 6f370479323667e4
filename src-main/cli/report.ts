import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type ReportLanguage,
  type ReportRemarks,
  type ReportSection,
  type ReportTemplate,
  reportLanguageSchema,
  reportSectionSchema,
  reportTemplateSchema,
} from '../../src-shared/report.ts';
import type { MadeReport } from '../services/reports/make-report.ts';
import {
  changeCompanyOf,
  makeReportOf,
  reportsOf,
  reviseReportOf,
  saveReportOf,
} from '../services/reports/workspace-reports.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName, wholeNumber } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine, table } from './terminal.ts';

interface Shared {
  readonly workspace: string;
}

interface MakeCommand extends Shared {
  readonly batch?: string;
  readonly template: ReportTemplate;
  readonly image?: number;
  readonly lot?: number;
  readonly language: ReportLanguage;
  readonly sections?: ReportSection[];
  readonly field: { readonly label: string; readonly value: string }[];
  readonly paper: 'A4' | 'letter';
  readonly pictures: number;
  readonly timeZone: string;
  readonly out?: string;
}

export function addReport(program: Command): void {
  const command = program
    .command('report')
    .summary('reports that are filed, as PDF')
    .description(
      'Reports on what was inspected, as PDF/A-2b. A report is filed in the workspace under a number; made anew it is the\n' +
        'next revision, which says what has changed, and the earlier ones stay. It stays when its batch is removed.',
    );
  const add = (name: string, summary: string) =>
    command
      .command(name)
      .summary(summary)
      .description(`${summary[0]!.toUpperCase()}${summary.slice(1)}.`)
      .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE);
  add('make', 'make a report on the newest results of a batch, and file it')
    .option('-b, --batch <name|id>', 'the batch (default: the newest with results)')
    .addOption(
      new Option('--template <name>', 'kind of report')
        .choices(reportTemplateSchema.options)
        .default('batch'),
    )
    .option('--image <id>', 'the nonconforming image, for a nonconformance report', wholeNumber(1))
    .option('--lot <id>', 'the lot whose sampling result it tells', wholeNumber(1))
    .addOption(
      new Option('--language <language>', 'of its texts').choices(reportLanguageSchema.options).default('en'),
    )
    .option(
      '--sections <list>',
      `some of ${reportSectionSchema.options.join(', ')}, with commas (default: all)`,
      parseSections,
    )
    .option('--field <label=value>', 'a field of your own; may be given several times', collectField, [])
    .addOption(new Option('--paper <size>', 'paper').choices(['A4', 'letter']).default('A4'))
    .option('--pictures <n>', 'evidence pictures at most', wholeNumber(0), 1000)
    .option('--time-zone <name>', 'of printed times (IANA name)', systemTimeZone())
    .option('--out <folder>', 'also copy it there')
    .addHelpText(
      'after',
      `
Examples:
  clipsam report make --batch lot7 --language zh-CN --out reports/
  clipsam report make --template nonconformance --image 12 --field "Customer=ACME"
  clipsam report revise R-000001 --reason "two images judged again"`,
    )
    .action(make);
  add('revise', 'make the next revision of a report, of the records as they are now')
    .argument('<number>', 'R-000123')
    .requiredOption('--reason <text>', 'why; printed in it')
    .action(revise);
  add('list', 'list the reports that are filed, every revision').action(list);
  add('save', 'copy a report out of the workspace')
    .argument('<number>', 'R-000123, or R-000123-1 for an earlier revision')
    .requiredOption('--out <folder>', 'where it goes; made when missing')
    .option('--records', 'and the records below it (JSON)')
    .action(save);
  add('company', 'say who issues the reports: name, address, logo')
    .option('--name <name>', 'of the company')
    .option('--address <text>', 'of the company')
    .option('--logo <file>', 'a picture')
    .action(company);
}

async function make(options: MakeCommand): Promise<void> {
  const { workspace, batch, template, image, lot, language, sections, field, paper, pictures } = options;
  const made = await withProgress((signal, onMaking) =>
    makeReportOf({
      workspaceFolder: workspace,
      batch,
      inspector: inspectorName(),
      choice: {
        ...{ template, language, paper, pictures, fields: field, timeZone: options.timeZone },
        ...{ imageId: image ?? null, lotId: lot ?? null },
        ...(sections && { sections }),
      },
      signal,
      onMaking,
    }),
  );
  await tell(made, options);
}

async function revise(
  report: string,
  { workspace, reason }: Shared & { readonly reason: string },
): Promise<void> {
  const made = await withProgress((signal, onMaking) =>
    reviseReportOf({
      workspaceFolder: workspace,
      report,
      reason,
      inspector: inspectorName(),
      signal,
      onMaking,
    }),
  );
  printLine(`Other than in revision ${made.report.revision - 1}: ${made.report.changeCount} values.`);
  await tell(made, { workspace });
}

async function list({ workspace }: Shared): Promise<void> {
  const reports = await reportsOf(workspace);
  if (reports.length === 0) return printLine('There are no reports yet.');
  const rows = reports.map((report) => [
    `${report.number}-${report.revision}`,
    report.options.template,
    printable(report.batch.name),
    printable(report.inspector),
    report.createdAt.slice(0, 16).replace('T', ' '),
    String(report.pages),
    report.file.slice(0, 12),
  ]);
  const head = ['number', 'template', 'batch', 'by', 'at (UTC)', 'pages', 'SHA-256'];
  process.stdout.write(`${table([head, ...rows], head.length)}\n`);
}

async function save(
  report: string,
  { workspace, out, records = false }: Shared & { readonly out: string; readonly records?: boolean },
): Promise<void> {
  const files = await saveReportOf({
    ...{ workspaceFolder: workspace, report, inspector: inspectorName(), records },
    folder: resolve(out),
  });
  for (const file of files) process.stdout.write(`${file}\n`);
}

async function company({
  workspace,
  name,
  address,
  logo,
}: Shared & { readonly name?: string; readonly address?: string; readonly logo?: string }): Promise<void> {
  const now = await changeCompanyOf({
    ...{ workspaceFolder: workspace, inspector: inspectorName(), name, address },
    ...(logo !== undefined && { logo: await readFile(logo) }),
  });
  printLine(`${printable(now.name) || '(no name)'}${now.logo ? ', with a logo' : ''}`);
}

async function withProgress(
  work: (
    signal: AbortSignal,
    onMaking: (event: { readonly done: number; readonly total: number }) => void,
  ) => Promise<MadeReport>,
): Promise<MadeReport> {
  const display = new ProgressDisplay();
  try {
    return await interruptible((signal) =>
      work(signal, ({ done, total }) => display.update(done, total, 'pictures')),
    );
  } finally {
    display.stop();
  }
}

async function tell(
  { report, remarks }: MadeReport,
  { workspace, out }: { readonly workspace: string; readonly out?: string },
): Promise<void> {
  printLine(`Filed: ${report.number}, revision ${report.revision}, ${report.pages} pages.`);
  for (const line of remarkLines(remarks)) printLine(line);
  if (out === undefined) return;
  const called = `${report.number}-${report.revision}`;
  const asked = { workspaceFolder: workspace, report: called, inspector: inspectorName(), records: false };
  for (const file of await saveReportOf({ ...asked, folder: resolve(out) }))
    process.stdout.write(`${file}\n`);
}

/** What has to be known about a report that was made. */
function remarkLines(remarks: ReportRemarks): string[] {
  const { changed, missing, overLimit, pending, unknownSigns } = remarks;
  return [
    ...(pending > 0 ? [`${pending} images have no result yet and are not in it.`] : []),
    ...(changed > 0 ? [`${changed} defects have no picture: their image files have changed since.`] : []),
    ...(missing > 0
      ? [`${missing} defects have no picture: their image files cannot be read any more.`]
      : []),
    ...(overLimit > 0 ? [`${overLimit} defects have no picture: raise --pictures to show them.`] : []),
    ...(unknownSigns.length > 0 ? [`Its font does not have ${unknownSigns.join(', ')}: shown as □.`] : []),
  ];
}

function parseSections(text: string): ReportSection[] {
  return text.split(',').map((part) => {
    const parsed = reportSectionSchema.safeParse(part.trim());
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(
      `"${part.trim()}" is not one of ${reportSectionSchema.options.join(', ')}.`,
    );
  });
}

function collectField(text: string, fields: MakeCommand['field']): MakeCommand['field'] {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be a label and a value: Customer=ACME.');
  return [...fields, { label: text.slice(0, at).trim(), value: text.slice(at + 1).trim() }];
}

function systemTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
