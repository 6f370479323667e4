import { basename } from 'node:path';
import type { Command } from 'commander';
import { ClipSamError } from '../../src-shared/errors.ts';
import { pageName } from '../../src-shared/image-page.ts';
import { productName } from '../../src-shared/product.ts';
import type { MemoryChange, MemoryItem } from '../../src-shared/reference-set.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import {
  addReferences,
  listHistory,
  listReferences,
  type ProductChoice,
  removeReferences,
} from '../services/references/workspace-references.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import {
  DEFAULT_WORKSPACE,
  deviceOption,
  inspectorName,
  type PipelineOptions,
  packRoots,
  sampleRange,
  threadsOption,
  wholeNumber,
} from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { printable, printLine, table } from './terminal.ts';

interface Options {
  readonly workspace: string;
  readonly part?: string;
  readonly revision: string;
  readonly batch?: string;
}

type ChangeOptions = Options & Pick<PipelineOptions, 'device' | 'threads' | 'packRoot'>;

export function addReferencesCommand(program: Command): void {
  const command = program
    .command('references')
    .summary('accepted parts that a product is compared with')
    .description(
      'Accepted parts that the images of a product are compared with, up to 64; and the places that inspectors called\n' +
        'harmless, or drew as missed defects. A product is a part number with its revision; without one, what a batch is of.',
    );
  const add = (name: string, summary: string, description: string) =>
    command
      .command(name)
      .summary(summary)
      .description(description)
      .option('-w, --workspace <folder>', 'the workspace', DEFAULT_WORKSPACE)
      .option('--part <number>', "the product's part number")
      .option('--revision <revision>', 'its revision', '')
      .option('-b, --batch <name|id>', 'the product of this batch instead');
  const addChange = (...about: Parameters<typeof add>) =>
    add(...about)
      .addOption(deviceOption())
      .addOption(threadsOption())
      .option('--pack-root <folder>', 'folder of model packs, instead of those that come with the program');

  add(
    'list',
    'what a product remembers',
    'Lists the references of a product, and the marks beside them.',
  ).action(list);
  addChange(
    'add',
    'make files references',
    'Makes files, and folders with everything below them, references of a product: you vouch for the parts in them, and\n' +
      'the history says so. Copies are kept in the workspace. They count at once, unless confirmed defects of the product\n' +
      'would be missed then: that is said, and a reviewer decides it in the workstation.',
  )
    .argument('<paths...>', 'image files and folders')
    .option(
      '--range <low-high>',
      'what is black and white in images of more than 8 bits whose files do not say (default: as in the newest run)',
      sampleRange,
    )
    .addHelpText(
      'after',
      `
Example:
  clipsam references add good/ --part 4711 --revision B

Exit codes: 0 they count, 75 a reviewer has to decide or there are too many, 3 some files were left out, 2 wrong usage,
1 other errors, 130 interrupted.`,
    )
    .action(addFiles);
  addChange(
    'remove',
    'take references or marks away',
    'Takes references or marks of a product away, by the numbers that the list shows. It can be undone in the workstation.',
  )
    .argument('<numbers...>', 'as in the list')
    .action(remove);
  add('history', 'every change, newest first', 'Lists who changed what a product remembers, newest first.')
    .option('--limit <n>', 'how many', wholeNumber(1), 50)
    .action(history);
}

async function list(options: Options): Promise<void> {
  const set = await listReferences({ workspaceFolder: options.workspace, product: choice(options) });
  const { references, harmless, counterExamples } = set;
  printLine(
    `${printable(productName(set.product))}: ${references.length} references, ${harmless.length} harmless marks, ${counterExamples.length} counter-examples`,
  );
  const rows = [...references, ...harmless, ...counterExamples].map((item) => [
    String(item.id),
    item.kind,
    nameOf(item),
    printable(item.addedBy),
    dateOf(item.addedAt),
  ]);
  if (rows.length > 0) process.stdout.write(`${table(rows, 5)}\n`);
}

async function addFiles(
  paths: readonly string[],
  { range, ...options }: ChangeOptions & { readonly range?: SampleRange },
): Promise<void> {
  const { product, files, change } = await changing(options, (common) =>
    addReferences({ ...common, paths, ...(range && { range }) }),
  );
  for (const { path, reason } of files.unread) printLine(`Left out ${printable(path)}: ${printable(reason)}`);
  for (const path of files.known) printLine(`${printable(path)} is a reference already.`);
  if (files.passedOver.length > 0)
    printLine(`${files.passedOver.length} pictures of kinds that are not read.`);
  if (change) tell(change, `${files.items.length} references added to ${printable(productName(product))}.`);
  if (files.unread.length > 0 && !process.exitCode) process.exitCode = EXIT.someFailed;
}

async function remove(numbers: readonly string[], options: ChangeOptions): Promise<void> {
  const items = numbers.map(wholeNumber(1));
  const change = await changing(options, (common) => removeReferences({ ...common, items }));
  tell(change, `Removed ${items.join(', ')}.`);
}

async function history({ limit, ...options }: Options & { readonly limit: number }): Promise<void> {
  const changes = await listHistory({ workspaceFolder: options.workspace, product: choice(options) }, limit);
  const rows = changes.map(({ id, at, inspector, state, items, undoes, decision }) => [
    String(id),
    dateOf(at),
    printable(inspector),
    state,
    items.map(({ effect, item }) => `${effect === 'add' ? '+' : '-'}${item.kind} ${item.id}`).join(' '),
    [undoes && `undoes ${undoes}`, decision?.inspector && `by ${printable(decision.inspector)}`]
      .filter(Boolean)
      .join(', '),
  ]);
  if (rows.length > 0) process.stdout.write(`${table(rows, 6)}\n`);
}

type Common = Omit<Parameters<typeof addReferences>[0], 'paths' | 'range'>;

async function changing<T>(options: ChangeOptions, work: (common: Common) => Promise<T>): Promise<T> {
  const display = new ProgressDisplay();
  try {
    return await interruptible((signal) =>
      work({
        workspaceFolder: options.workspace,
        product: choice(options),
        inspector: inspectorName(),
        device: options.device,
        ...(options.threads !== undefined && { threads: options.threads }),
        ...packRoots(options),
        signal,
        onProgress: ({ done, total }) => display.update(done, total, 'confirmed defects scored again'),
      }),
    );
  } finally {
    display.stop();
  }
}

/** What became of a change. */
function tell({ state, examination }: MemoryChange, done: string): void {
  if (state === 'effective') {
    printLine(done);
    const { examined = 0, confirmed = 0, unread = 0 } = examination ?? {};
    if (confirmed > 0) {
      printLine(`Of ${confirmed} confirmed defects ${examined} were scored again: none would be missed.`);
    }
    if (unread > 0) printLine(`${unread} of them cannot be read now: nobody knows of those.`);
    tellOtherwise(examination);
    return;
  }
  process.exitCode = EXIT.conflict;
  if (examination?.error) {
    printLine(`Confirmed defects could not be scored again: ${printable(examination.error.message)}`);
  }
  for (const { name, before, after } of examination?.missed ?? []) {
    printLine(
      `${printable(name)} would be missed: its score falls from ${before.score.toFixed(2)} to ${after.score.toFixed(2)}.`,
    );
  }
  tellOtherwise(examination);
  printLine('The change waits: a reviewer or engineer decides it in the workstation, under References.');
}

/** How many were scored otherwise than they were inspected. */
function tellOtherwise(examination: MemoryChange['examination']): void {
  const { withoutCrowd = 0, withoutPart = 0 } = examination ?? {};
  if (withoutCrowd > 0) {
    printLine(`${withoutCrowd} were scored without the images of their batch, whose tokens are gone.`);
  }
  if (withoutPart > 0) {
    printLine(`${withoutPart} were scored with their background: the part was not looked for in them yet.`);
  }
}

function choice({ part, revision, batch }: Options): ProductChoice {
  if (batch !== undefined && part === undefined) return { batch };
  if (part !== undefined && batch === undefined && part.trim() !== '') return { partNumber: part, revision };
  throw new ClipSamError('input-invalid', 'Say which product: --part with --revision, or --batch.');
}

function nameOf({ source, page }: MemoryItem): string {
  return printable(pageName(basename(source), page));
}

function dateOf(at: string): string {
  return at.slice(0, 16).replace('T', ' ');
}
