import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type BackupGeneration, type BackupVerification, KEEP_GENERATIONS } from '../../src-shared/backup.ts';
import type { BackupEvent } from '../../src-shared/contract/backups.ts';
import { listBackups } from '../services/upkeep/backup-schedule.ts';
import { restoreBackup } from '../services/upkeep/restore-backup.ts';
import { verifyBackup } from '../services/upkeep/verify-backup.ts';
import { backUpWorkspace, backupSettingsOf, backupsFolderOf } from '../services/upkeep/workspace-backups.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName, wholeNumber } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { bytes, printable, printLine } from './terminal.ts';

interface Where {
  readonly workspace: string;
  readonly to?: string;
}

const STEPS: Readonly<Record<BackupEvent['step'], string>> = {
  database: 'pages of the database',
  files: 'files',
  verifying: 'files read again',
};

/** `clipsam backup` and `clipsam restore`. */
export function addBackup(program: Command): void {
  const command = program
    .command('backup')
    .summary('copy a workspace to another disk, verify and list the copies')
    .description(
      'Copies a workspace to a folder on another disk or share, also while it is inspected or reviewed: database, maps,\n' +
        'masks, images and model packs in the workspace; only what the folder does not have yet. What was written is read\n' +
        'again before the backup counts. Not in it: images outside the workspace, and the model packs of this machine.',
    )
    .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
    .option('--to <folder>', 'where the backups are (default: the one that was set)')
    .option(
      '--keep <n>',
      `states of the database that are kept (default: as set, else ${KEEP_GENERATIONS})`,
      wholeNumber(1),
    )
    .option('--verify', 'make none: read all of the newest one again')
    .option('--generation <name|number>', 'with --verify: another one than the newest')
    .addHelpText(
      'after',
      `
Examples:
  clipsam backup --to /media/disk/lot7-backups
  clipsam backup set --to /media/disk/lot7-backups --every 24 --keep 7
  clipsam backup --verify
  clipsam restore /media/disk/lot7-backups --to lot7-restored

Exit codes: 0 done, 2 wrong usage, 3 made or read, but something is missing or damaged, 75 another program is at work
there, 1 other errors, 130 interrupted: what was copied is kept.`,
    )
    .action(run);
  const sub = (name: string, summary: string) =>
    command
      .command(name)
      .summary(summary)
      .description(summary)
      .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
      .option('--to <folder>', 'where the backups are');
  sub('list', 'list the backups, the newest first').action((_: unknown, own: Command) =>
    list(allOptions(own)),
  );
  sub('set', 'say where backups go, and when the running program makes them')
    .option('--every <hours>', 'hours between two; without it none is made by itself', wholeNumber(1))
    .option('--keep <n>', 'states of the database that are kept', wholeNumber(1))
    .option('--off', 'none from now on; those that were made stay')
    .action((_: unknown, own: Command) => set(allOptions(own)));
}

export function addRestore(program: Command): void {
  program
    .command('restore')
    .summary('make a workspace of a backup')
    .description(
      'Copies a backup to a new folder, reads everything again and only then puts it in its place. After an interruption\n' +
        'the same command goes on. Nothing is removed.',
    )
    .argument('<backups>', 'folder of the backups')
    .requiredOption('--to <folder>', 'the workspace; a new folder')
    .option('--generation <name|number>', 'instead of the newest; see clipsam backup list')
    .option('--in-place', 'where a workspace stands: it is kept beside, as <folder>.before-1')
    .action(restore);
}

/** A command takes the options that stand before its subcommand as well. */
function allOptions<Options>(command: Command): Options {
  return command.optsWithGlobals<Options & object>();
}

type RunOptions = Where & { readonly keep?: number; readonly verify?: true; readonly generation?: string };

async function run({ workspace, to, keep, verify, generation }: RunOptions): Promise<void> {
  const display = new ProgressDisplay();
  try {
    if (verify) {
      const folder = to === undefined ? await backupsFolderOf(workspace) : resolve(to);
      const outcome = await interruptible((signal) =>
        verifyBackup({
          folder,
          generation,
          signal,
          onProgress: ({ done, total }) => display.update(done, total, STEPS.verifying),
        }),
      );
      display.stop();
      sayVerified(outcome);
      return;
    }
    const made = await interruptible((signal) =>
      backUpWorkspace({
        workspaceFolder: workspace,
        to,
        keep,
        inspector: inspectorName(),
        signal,
        onEvent: ({ step, done, total }) => display.update(done, total, STEPS[step]),
      }),
    );
    display.stop();
    sayMade(made.generation);
  } finally {
    display.stop();
  }
}

function sayMade({ generation, counts, databaseBytes }: BackupGeneration): void {
  const { files, copied, copiedBytes, imagesOutside, missing, damaged } = counts;
  process.stdout.write(`${generation}\n`);
  printLine(
    `Database (${bytes(databaseBytes)}) and ${files} files; ${copied} of them (${bytes(copiedBytes)}) were new.`,
  );
  printLine('Not in it: model packs of this machine (clipsam models list), exports, and what is made again.');
  if (imagesOutside > 0) {
    printLine(`Not in it: ${imagesOutside} images outside the workspace. Back them up where they are.`);
  }
  if (missing > 0) printLine(`${missing} files that the database names are missing. See clipsam doctor.`);
  if (damaged > 0) printLine(`${damaged} files are damaged and were left out. See clipsam doctor.`);
  if (missing + damaged > 0) process.exitCode = EXIT.someFailed;
}

function sayVerified({ generation, files, bytes: size, ...found }: BackupVerification): void {
  process.stdout.write(`${generation}\n`);
  printLine(`${files} files (${bytes(size)}) and the database were read.`);
  if (found.database !== null) printLine(`The database is damaged: ${printable(found.database)}`);
  for (const which of ['damaged', 'missing'] as const) {
    const { count, paths } = found[which];
    if (count === 0) continue;
    printLine(`${count} files are ${which}; the next backup takes those in anew that the workspace has:`);
    for (const path of paths) printLine(`  ${printable(path)}`);
  }
  const isSound = found.database === null && found.damaged.count + found.missing.count === 0;
  if (isSound) printLine('All is as it was written.');
  else process.exitCode = EXIT.someFailed;
}

async function list({ workspace, to }: Where): Promise<void> {
  const folder = to === undefined ? await backupsFolderOf(workspace) : resolve(to);
  for (const { generation, databaseBytes, counts, problem } of await listBackups(folder)) {
    const said =
      problem === null
        ? `${counts.files} files  ${bytes(counts.bytes + databaseBytes)}`
        : `cannot be used: ${printable(problem)}`;
    process.stdout.write(`${generation}  ${said}\n`);
  }
}

type SetOptions = Where & { readonly every?: number; readonly keep?: number; readonly off?: true };

async function set({ workspace, to, every, keep, off }: SetOptions): Promise<void> {
  const folder = to === undefined && !off ? await backupsFolderOf(workspace) : resolve(to ?? '');
  const settings = off ? null : { folder, everyHours: every ?? null, keep: keep ?? KEEP_GENERATIONS };
  await backupSettingsOf(workspace, { settings, inspector: inspectorName() });
  if (!settings) printLine('No backup is made by itself from now on. Those that were made stay.');
  else if (settings.everyHours === null)
    printLine(`Backups go to ${printable(folder)}; none is made by itself.`);
  else {
    printLine(
      `While the program runs, it backs up to ${printable(folder)} every ${settings.everyHours} h, and keeps ${settings.keep}.`,
    );
  }
}

async function restore(
  backups: string,
  { to, generation, inPlace }: { readonly to: string; readonly generation?: string; readonly inPlace?: true },
): Promise<void> {
  const display = new ProgressDisplay();
  try {
    const restored = await interruptible((signal) =>
      restoreBackup({
        backups: resolve(backups),
        folder: resolve(to),
        generation,
        inPlace: inPlace ?? false,
        inspector: inspectorName(),
        signal,
        onProgress: ({ step, done, total }) => display.update(done, total, STEPS[step]),
      }),
    );
    display.stop();
    const { folder, files, aside, lost, imagesOutside } = restored;
    process.stdout.write(`${folder}\n`);
    printLine(
      `Restored from ${restored.generation}: the database and ${files} files, all as they were written.`,
    );
    if (aside !== undefined) printLine(`What stood there is now ${printable(aside)}.`);
    if (imagesOutside > 0) {
      printLine(`${imagesOutside} images were outside the workspace: they are read from where they were.`);
    }
    if (lost.count > 0) {
      printLine(`${lost.count} files are missing or damaged in the backup:`);
      for (const path of lost.paths) printLine(`  ${printable(path)}`);
      process.exitCode = EXIT.someFailed;
    }
  } finally {
    display.stop();
  }
}
