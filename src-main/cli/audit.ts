import { type Command, InvalidArgumentError, Option } from 'commander';
import { type AuditFilter, type AuditReport, auditFilterSchema } from '../../src-shared/audit.ts';
import { AUDIT_FORMATS } from '../../src-shared/contract/audit.ts';
import { exportTrailOf, headOf, verifyTrailOf } from '../services/audit/trail-of-folder.ts';
import { findingText, remarkText } from './audit-texts.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine } from './terminal.ts';

interface VerifyOptions {
  readonly workspace: string;
  readonly head?: string;
  readonly json?: true;
}

interface ExportOptions extends AuditFilter {
  readonly workspace: string;
  readonly format: (typeof AUDIT_FORMATS)[number];
  readonly out: string;
}

export function addAudit(program: Command): void {
  const command = program
    .command('audit')
    .summary('check, keep and export the audit trail')
    .description(
      'Who did what when: every entry has a hash that covers the one before. It supports 21 CFR 11: what was changed\n' +
        "behind the program's back is found.",
    );
  command
    .command('verify')
    .summary("find what was changed behind the program's back")
    .description(
      'Checks that every entry follows from the one before, and that verdicts, annotations, dispositions, recipes, people,\n' +
        'settings, batches, runs, results, lots, signatures, reports, regions of interest and answers of studies are what\n' +
        'the entries tell of them. A whole trail can be written anew by who may write to the file, and its end cut off:\n' +
        'keep heads elsewhere ("audit head"), and check against the oldest and the newest.',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--head <file>', 'a head that was kept: the trail has to lead there')
    .option('--json', 'the report as JSON on standard output')
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing was found, 4 something was changed, 2 wrong usage or no such file, 1 other errors (the\n' +
        'database is damaged, or its tables were changed), 130 interrupted.',
    )
    .action(verify);
  command
    .command('head')
    .summary('the end of the trail, to be kept elsewhere')
    .description(
      'Prints the number and the hash of the last entry; what comes later leaves them as they are.',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--out <file>', 'also write it here')
    .action(head);
  command
    .command('export')
    .summary('write entries as CSV or JSON')
    .description(
      'Writes entries, oldest first, into a new file. JSON has all that their hashes can be checked by.',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .addOption(
      new Option('-f, --format <format>', 'csv or json').choices([...AUDIT_FORMATS]).makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'where the file goes; made when missing')
    .option('--subject <subject>', 'only of this, such as verdict, run, person')
    .option('--inspector <name>', 'only of this inspector')
    .option('--action <action>', 'only this, such as reject, started')
    .option('--from <day>', 'from this day on (UTC), such as 2026-11-30', parseDay)
    .option('--to <day>', 'up to this day (UTC), and with it', parseDay)
    .option('--text <text>', 'only with this text in them')
    .addHelpText('after', '\nExit codes: 0 written, 2 wrong usage, 1 other errors, 130 interrupted.')
    .action(exportEntries);
}

async function verify({ workspace, head, json }: VerifyOptions): Promise<void> {
  const display = new ProgressDisplay();
  const report = await interruptible((signal) =>
    verifyTrailOf(workspace, {
      head,
      signal,
      onProgress: ({ phase, done, total }) => display.update(done, total, phase),
    }),
  ).finally(() => display.stop());
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else for (const line of reportLines(report)) process.stdout.write(`${printable(line)}\n`);
  if (report.found > 0) process.exitCode = EXIT.tampered;
}

function reportLines(report: AuditReport): string[] {
  const { head, records, results, findings, found, untrustedFrom, remarks } = report;
  const more = found - findings.length;
  return [
    `${head.entries} entries, ${records} records and ${results} results were checked.`,
    ...findings.map((finding) => `FOUND  ${findingText(finding)}`),
    ...(more > 0 ? [`FOUND  ${more} more.`] : []),
    ...(untrustedFrom === null ? [] : [`The trail cannot be trusted from entry ${untrustedFrom} on.`]),
    ...(found === 0 ? ["Nothing was changed behind the program's back, as far as the trail tells."] : []),
    ...(found > 0 && untrustedFrom === null ? ['The trail itself is whole.'] : []),
    ...remarks.map((remark) => `Note   ${remarkText(remark)}`),
    `Head   ${head.entries} ${head.hash}`,
  ];
}

async function head({ workspace, out }: { workspace: string; out?: string }): Promise<void> {
  process.stdout.write(`${JSON.stringify(await headOf(workspace, out), null, 2)}\n`);
}

async function exportEntries({ workspace, format, out, ...chosen }: ExportOptions): Promise<void> {
  const filter = auditFilterSchema.parse(chosen);
  const display = new ProgressDisplay();
  const { path, entries } = await interruptible((signal) =>
    exportTrailOf(workspace, {
      ...{ filter, format, out, inspector: inspectorName(), signal },
      onProgress: (done, total) => display.update(done, total, 'entries'),
    }),
  ).finally(() => display.stop());
  printLine(`${entries} entries:`);
  process.stdout.write(`${path}\n`);
}

function parseDay(text: string): string {
  const { success } = auditFilterSchema.safeParse({ from: text });
  if (success) return text;
  throw new InvalidArgumentError(`"${text}" is not a day such as 2026-11-30.`);
}
