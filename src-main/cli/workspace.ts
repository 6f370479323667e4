import type { Command } from 'commander';
import { retentionOfWorkspace } from '../services/upkeep/workspace-backups.ts';
import {
  acceptDatabase,
  checkDatabase,
  databaseCopies,
  restoreDatabase,
} from '../services/upkeep/workspace-care.ts';
import { EXIT } from './exit-code.ts';
import { DEFAULT_WORKSPACE, inspectorName, wholeNumber } from './options.ts';
import { bytes, printable, printLine } from './terminal.ts';

interface Options {
  readonly workspace: string;
}

export function addWorkspace(program: Command): void {
  const command = program
    .command('workspace')
    .summary("check a workspace's database, or put a copy of it back")
    .description(
      'A workspace keeps the last three daily copies of its database, in database-copies. The workstation has to be closed.',
    );
  const add = (name: string, summary: string, description: string) =>
    command
      .command(name)
      .summary(summary)
      .description(description)
      .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE);

  add(
    'check',
    'read all of the database',
    'Reads every page of the database, and says what is damaged.',
  ).action(async ({ workspace }: Options) => {
    const problem = await checkDatabase(workspace);
    printLine(
      problem === undefined ? 'The database is sound.' : `The database is damaged: ${printable(problem)}`,
    );
    if (problem !== undefined) process.exitCode = EXIT.error;
  });

  add(
    'copies',
    'list the copies of the database',
    'Lists the copies of the database, the newest first.',
  ).action(({ workspace }: Options) => {
    for (const { path, date, bytes: size } of databaseCopies(workspace)) {
      process.stdout.write(`${date}  ${(size / 1e6).toFixed(1)} MB  ${path}\n`);
    }
  });

  add(
    'restore',
    'put a copy of the database back',
    'Puts a copy of the database in its place. What stands there is kept beside it; no map and no mask is removed.',
  )
    .option('--copy <file>', 'instead of the newest in the workspace')
    .action(async ({ workspace, copy }: Options & { readonly copy?: string }) => {
      const { aside, restored } = await restoreDatabase(workspace, copy);
      printLine('The copy is in place.');
      if (aside !== undefined) printLine(`What stood there is now ${printable(aside)}.`);
      if (restored > 0) printLine(`${restored} files came back from quarantine.`);
    });

  add(
    'accept',
    'go on with an older database',
    'Goes on with a database that does not know all maps and masks beside it. Those that it does not know stay for good.',
  ).action(async ({ workspace }: Options) => {
    const { restored } = await acceptDatabase(workspace);
    printLine('The workspace goes on with this database.');
    if (restored > 0) printLine(`${restored} files came back from quarantine.`);
  });

  add(
    'retention',
    'let maps and masks of accepted images go after a while',
    'Says the rule by which the program lets maps and masks of images go that model and inspector accepted, and what it\n' +
      'would let go now. Verdict, score, regions and hashes stay, and every such result says so. Never: images that\n' +
      'somebody rejected, doubted, marked, remembered or studied, and those of reports and lots.',
  )
    .option('--days <n>', 'set it: after so many days of use', wholeNumber(1))
    .option('--off', 'none from now on')
    .option('--what-if <n>', 'only say what so many days would let go', wholeNumber(1))
    .action(async ({ workspace, days, off, whatIf }: RetentionOptions) => {
      const change =
        days !== undefined || off
          ? { days: off ? null : (days ?? null), inspector: inspectorName() }
          : undefined;
      const rule = await retentionOfWorkspace(workspace, whatIf ?? null, change);
      printLine(
        rule.days === null
          ? 'Maps and masks are kept for ever.'
          : `Maps and masks of accepted images go after ${rule.days} days of use.`,
      );
      if (rule.days !== null || whatIf !== undefined)
        printLine(`Now it would be those of ${rule.results} results, ${bytes(rule.bytes)}.`);
    });
}

interface RetentionOptions extends Options {
  readonly days?: number;
  readonly off?: true;
  readonly whatIf?: number;
}
