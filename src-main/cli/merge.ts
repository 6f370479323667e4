import type { Command } from 'commander';
import type {
  LeftBehind,
  MergeConflict,
  MergeCounts,
  MergeEvent,
  MergeReport,
} from '../../src-shared/merge.ts';
import { mergeWorkspaces } from '../services/merge/merge-workspaces.ts';
import { rememberWorkspace } from '../services/packs/known-workspaces.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { inspectorName } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { bytes, printable, printLine } from './terminal.ts';

interface MergeCommandOptions {
  readonly into: string;
  readonly json?: true;
}

/** `clipsam merge`. */
export function addMerge(program: Command): void {
  program
    .command('merge')
    .summary('bring workspaces together')
    .description(
      'Brings workspaces into one: batches with images, runs, results, maps and masks, verdicts, annotations and\n' +
        'dispositions, recipes and people. Shards of the same images become one batch with one run; other batches come as\n' +
        'they are. The workspaces are only read. Done again, nothing changes; after an interruption the same command goes on.',
    )
    .argument('<workspaces...>', 'workspaces that are brought in')
    .requiredOption('--into <folder>', 'workspace that they come into; made when missing')
    .option('--json', 'the report as JSON on standard output')
    .addHelpText(
      'after',
      `
Examples:
  clipsam inspect photos/ --shard 1/2 -w part1     on one machine
  clipsam inspect photos/ --shard 2/2 -w part2     on another
  clipsam merge part1 part2 --into lot7            one batch, as if it had never been divided

Exit codes: 0 all came, 2 wrong usage, 3 it came, but for what is listed (conflicts, maps that were lost), 75 a program is
at work in one of them, 1 other errors, 130 interrupted: the same command goes on.`,
    )
    .action(async (workspaces: string[], options: MergeCommandOptions) => {
      process.exitCode = await merge(workspaces, options);
    });
}

async function merge(sources: readonly string[], { into, json }: MergeCommandOptions): Promise<number> {
  const display = new ProgressDisplay();
  const report = await interruptible((signal) =>
    mergeWorkspaces({
      ...{ sources, into, inspector: inspectorName(), signal },
      onEvent: (event) => showProgress(display, event),
    }),
  ).finally(() => display.stop());
  await rememberWorkspace(report.target);
  if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
  else sayReport(report);
  return report.conflictCount + report.lostArtifacts.length > 0 ? EXIT.someFailed : EXIT.done;
}

function showProgress(display: ProgressDisplay, event: MergeEvent): void {
  if (event.kind === 'source') display.say(`Reading ${printable(event.folder)}`);
  else display.update(event.done, event.total, `${event.kind} of ${printable(event.batch)}`);
}

function sayReport(report: MergeReport): void {
  for (const { id, name, shard, images, pending } of report.batches) {
    const part = shard ? `, shards ${shard.indices.join(', ')} of ${shard.of}` : '';
    const open = pending > 0 ? `, ${pending} without a result` : '';
    printLine(`Batch ${id} "${printable(name)}"${part}: ${images} images${open}`);
  }
  const { artifactBytes, ...added } = report.added;
  const news = countsText(added);
  printLine(news === '' ? 'Nothing new.' : `New: ${news} (${bytes(artifactBytes)}).`);
  for (const { folder, left } of report.sources) {
    const text = leftText(left);
    if (text !== '') printLine(`Stays in ${printable(folder)} alone: ${text}.`);
  }
  if (report.imagesInSources > 0) {
    printLine(
      `${report.imagesInSources} images lie in the folder of a workspace that was brought in: keep that.`,
    );
  }
  for (const conflict of report.conflicts) printLine(`Conflict: ${conflictText(conflict)}`);
  const more = report.conflictCount - report.conflicts.length;
  if (more > 0) printLine(`… and ${more} more conflicts.`);
  const lost = report.lostArtifacts.length;
  if (lost > 0) {
    printLine(
      `${lost} maps and masks are missing or damaged where they came from, the first: ${report.lostArtifacts[0]}`,
    );
  }
}

const COUNTED: Readonly<Record<Exclude<keyof MergeCounts, 'artifactBytes'>, string>> = {
  batches: 'batches',
  images: 'images',
  runs: 'runs',
  results: 'results',
  verdicts: 'verdicts',
  annotations: 'annotations',
  dispositions: 'dispositions',
  recipes: 'recipes',
  people: 'people',
  entries: 'entries of audit trails',
  artifacts: 'maps and masks',
};

function countsText(counts: Omit<MergeCounts, 'artifactBytes'>): string {
  return Object.entries(COUNTED)
    .map(([name, text]) => [counts[name as keyof typeof COUNTED], text] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
    .join(', ');
}

const LEFT: Readonly<Record<keyof LeftBehind, string>> = {
  studies: 'agreement studies',
  lots: 'lots',
  reports: 'reports',
  signatures: 'signatures',
  memoryChanges: 'changes of references',
  areas: 'regions of interest of products',
  deletedBatches: 'deleted batches',
  earlierRuns: 'earlier runs of shards',
};

function leftText(left: LeftBehind): string {
  return Object.entries(LEFT)
    .map(([name, text]) => [left[name as keyof LeftBehind], text] as const)
    .filter(([count]) => count > 0)
    .map(([count, text]) => `${count} ${text}`)
    .join(', ');
}

function conflictText(conflict: MergeConflict): string {
  return `${textOf(conflict)} (${printable(conflict.source)})`;
}

function textOf(conflict: MergeConflict): string {
  switch (conflict.kind) {
    case 'result':
      return `${printable(conflict.path)} has another result there; the one that was here stays.`;
    case 'verdict':
    case 'disposition':
      return `${printable(conflict.path)} has another ${conflict.kind} there; the one that was here stays.`;
    case 'image':
      return `${printable(conflict.path)} has another content there; the one that was here stays.`;
    case 'shard':
      return `${printable(conflict.path)} is in a shard that came from another workspace without it; it was not taken.`;
    case 'runs':
      return `a shard of ${printable(conflict.batch)} was inspected otherwise (${conflict.fields.join(', ')}).`;
    case 'batch':
      return `${printable(conflict.batch)} has something else written on it there (${conflict.fields.join(', ')}).`;
    case 'recipe':
      return `recipe ${printable(conflict.name)} revision ${conflict.there} there is revision ${conflict.revision} here.`;
    case 'person':
      return personText(conflict.name, conflict.differs);
    case 'copy':
      return `it is a copy of a workspace that came before, and another one since entry ${conflict.entry} of its audit trail.`;
    case 'trail':
      return `its audit trail cannot be trusted from entry ${conflict.entry} on; see clipsam audit verify.`;
  }
}

function personText(name: string, differs: (MergeConflict & { readonly kind: 'person' })['differs']): string {
  const who = printable(name);
  switch (differs) {
    case 'pin':
      return `${who} has another PIN there; the one here stays.`;
    case 'role':
      return `${who} has another role there; the one here stays.`;
    case 'removed':
      return `${who} may sign in there and was removed here; they stay removed.`;
    case 'name':
      return `${who} was not taken: the name looks like somebody else's here.`;
  }
}
