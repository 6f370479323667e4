import type { Command } from 'commander';
import {
  acceptDatabase,
  checkDatabase,
  databaseCopies,
  restoreDatabase,
} from '../services/upkeep/workspace-care.ts';
import { EXIT } from './exit-code.ts';
import { DEFAULT_WORKSPACE } from './options.ts';
import { printable, printLine } from './terminal.ts';

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
    for (const { path, date, bytes } of databaseCopies(workspace)) {
      process.stdout.write(`${date}  ${(bytes / 1e6).toFixed(1)} MB  ${path}\n`);
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
}
