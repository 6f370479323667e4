import type { Command } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import {
  followWorkspace,
  prepareRecord,
  recordRoles,
  type SyncEvent,
  syncWorkspace,
} from '../services/plant-record/sync-workspace.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine } from './terminal.ts';

interface SyncOptions {
  readonly workspace: string;
  readonly follow?: true;
  readonly label?: string;
  readonly replace?: true;
  readonly prepare?: true;
  readonly roleScript?: true;
}

/** `clipsam sync`. */
export function addSync(program: Command): void {
  program
    .command('sync')
    .summary("bring a workspace's results into the plant's record in PostgreSQL")
    .description(
      'Brings batches, images, runs, results, regions, verdicts, annotations, dispositions, studies and the names of people\n' +
        '(no PINs) of a workspace into PostgreSQL 14 or newer, into the schema clipsam, for any number of workspaces. Only\n' +
        'what differs is sent; the same command goes on where an interrupted one stopped. What is gone is marked, not removed.',
    )
    .argument(
      '[address]',
      'postgres://user@host:5432/database, with sslmode, sslrootcert, sslcert and sslkey',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--follow', 'go on with every change until Ctrl-C; wait while PostgreSQL is away')
    .option('--label <name>', "what the workspace is called in the record (default: its folder's name)")
    .option('--replace', 'go on from this folder where the record has another copy of the workspace')
    .option('--prepare', 'make or update the schema, and no more; as the one who shall own it')
    .option('--role-script', 'print SQL that makes roles with no more rights than needed')
    .addHelpText(
      'after',
      `
Examples:
  clipsam sync postgres://owner@db/plant --prepare
  clipsam sync --role-script | psql postgres://owner@db/plant
  clipsam sync postgres://station_7@db/plant -w lot7
  clipsam sync "postgres://station_7@db/plant?sslmode=verify-full&sslrootcert=plant-ca.pem" -w lot7 --follow

The password is taken from PGPASSWORD, from .pgpass or from the address; others on this machine see the address.

Exit codes: 0 everything is there, 2 wrong usage, 75 PostgreSQL cannot be reached now, 1 refused and other errors,
130 interrupted.`,
    )
    .action(run);
}

async function run(address: string | undefined, options: SyncOptions): Promise<void> {
  const { workspace, follow, label, replace, prepare } = options;
  if (options.roleScript) {
    process.stdout.write(recordRoles());
    return;
  }
  if (address === undefined) {
    throw new ClipSamError(
      'input-invalid',
      'Say where the record is: clipsam sync postgres://user@host:5432/database',
    );
  }
  if (prepare) {
    const { shown } = await prepareRecord(address);
    printLine(`The record at ${printable(shown)} is ready. Roles for it: clipsam sync --role-script`);
    return;
  }
  const display = new ProgressDisplay();
  const request = {
    ...{ workspaceFolder: workspace, address, label, replace: replace === true },
    onEvent: (event: SyncEvent) => tell(event, display),
  };
  try {
    await interruptible(async (signal) => {
      if (follow) return followWorkspace({ ...request, signal });
      const { written, removed } = await syncWorkspace({ ...request, signal });
      display.stop();
      printLine(`Everything is in the record: ${written} rows written, ${removed} marked as deleted.`);
    });
  } finally {
    display.stop();
  }
}

function tell(event: SyncEvent, display: ProgressDisplay): void {
  switch (event.kind) {
    case 'progress': {
      const { table, done, total } = event.progress;
      display.update(done, total, `thousands of ${table.replaceAll('_', ' ')}`);
      break;
    }
    case 'synced': {
      display.stop();
      const { written, removed } = event.outcome;
      if (written + removed > 0) printLine(`${written} rows written, ${removed} marked as deleted.`);
      break;
    }
    case 'away':
      display.stop();
      printLine(`${printable(event.message)} Next try in ${Math.ceil(event.retryIn / 1000)} s.`);
      break;
    case 'back':
      printLine('PostgreSQL answers again.');
      break;
  }
}
