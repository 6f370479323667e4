import type { Command } from 'commander';
import type { PackImportEvent } from '../../src-shared/contract/packs.ts';
import { addPack } from '../services/packs/add-pack.ts';
import { listPacks, type PackVerification, verifyPack } from '../services/packs/model-packs.ts';
import { EXIT } from './exit-code.ts';
import { interruptible } from './interrupt.ts';
import { DEFAULT_WORKSPACE, inspectorName, loopbackPacksOption, packRoots } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { bytes, duration, printable, printLine, table } from './terminal.ts';

interface ModelsOptions {
  readonly workspace: string;
  readonly packRoot?: string;
}

const PACK_ROOT = [
  '--pack-root <folder>',
  'folder of model packs, instead of those that come with the program',
] as const;
const WORKSPACE = [
  '-w, --workspace <folder>',
  'workspace whose own model packs count too',
  DEFAULT_WORKSPACE,
] as const;

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .summary('list, check and add model packs')
    .description('Model packs: which there are, whether they are whole, and how to bring in more.');
  addList(models);
  addVerify(models);
  addAdd(models);
}

function addList(models: Command): void {
  models
    .command('list')
    .description('Lists the model packs, as recipes and --pack name them.')
    .option(...WORKSPACE)
    .option(...PACK_ROOT)
    .action(async (options: ModelsOptions) => {
      const packs = await listPacks(packRoots(options));
      if (packs.length === 0) printLine('There are no model packs.');
      for (const { id, title, version, folder, error } of packs) {
        const text = error ? `cannot be used: ${error.message}` : `${title} ${version}`;
        process.stdout.write(`${id}  ${printable(text)}\n    ${printable(folder)}\n`);
      }
      process.exitCode = packs.some(({ error }) => error) ? EXIT.someFailed : EXIT.done;
    });
}

function addVerify(models: Command): void {
  models
    .command('verify')
    .summary('check every file of a pack')
    .description(
      'Checks size and SHA-256 of every file of a pack, and that the models have the tensors and shapes that\n' +
        'pack.json states. Shows the licence of each file. Nothing is changed or removed.',
    )
    .argument('[pack|folder]', 'pack to check (default: all)')
    .option(...WORKSPACE)
    .option(...PACK_ROOT)
    .addHelpText('after', '\nExit codes: 0 all whole, 3 something is wrong, 2 wrong usage, 1 other errors.')
    .action(async (which: string | undefined, options: ModelsOptions) => {
      const roots = packRoots(options);
      const packs = which === undefined ? (await listPacks(roots)).map(({ folder }) => folder) : [which];
      if (packs.length === 0) printLine('There are no model packs.');
      let isWhole = packs.length > 0;
      for (const pack of packs) {
        const check = await verifyPack(pack, roots);
        show(check);
        isWhole &&= check.error === undefined;
      }
      process.exitCode = isWhole ? EXIT.done : EXIT.someFailed;
    });
}

function addAdd(models: Command): void {
  models
    .command('add')
    .summary('bring in a pack, offline or from a server')
    .description(
      'Brings a model pack into a workspace: from a folder (a USB stick), a ZIP file, a pack.json whose files lie on\n' +
        'servers, or the https address of a pack.json. Every file is hashed; the pack appears when all of it is right.\n' +
        'After an interrupted download the same command goes on where it stopped.',
    )
    .argument('<source>', 'folder, ZIP file, pack.json, or its address')
    .option('-w, --workspace <folder>', 'workspace that gets the pack; made when missing', DEFAULT_WORKSPACE)
    .addOption(loopbackPacksOption())
    .addHelpText(
      'after',
      `
Examples:
  clipsam models add /media/usb/widget
  clipsam models add widget-1.2.zip -w lot7
  clipsam models add https://models.example.org/widget/pack.json
  clipsam inspect photos/ --pack widget@1.2

Exit codes: 0 the pack is there, 2 wrong usage, 1 other errors, 130 interrupted.`,
    )
    .action(add);
}

async function add(
  source: string,
  { workspace, loopbackPacks = false }: ModelsOptions & { readonly loopbackPacks?: boolean },
): Promise<void> {
  const display = new ProgressDisplay('bytes');
  try {
    const { id, outcome } = await interruptible((signal) =>
      addPack(workspace, source, {
        inspector: inspectorName(),
        loopback: loopbackPacks,
        signal,
        onEvent: (event) => tell(event, display),
      }),
    );
    display.stop();
    printLine(OUTCOMES[outcome]);
    process.stdout.write(`${id}\n`);
  } finally {
    display.stop();
  }
}

const OUTCOMES = {
  added: 'The pack is there. Recipes and --pack name it',
  'already-there': 'The pack was there already, whole. Recipes and --pack name it',
  repaired: 'The pack was there and damaged; it is whole again. Recipes and --pack name it',
} as const;

function tell(event: PackImportEvent, display: ProgressDisplay): void {
  switch (event.kind) {
    case 'found':
      display.say(
        `${printable(event.title)} (${event.pack}), ${bytes(event.total)} besides what is installed`,
      );
      break;
    case 'bringing': {
      const { file, isDownload, done, total, rate, eta } = event;
      const pace = rate === null ? '' : `  ${bytes(rate)}/s`;
      const left = eta === null ? '' : `, ${duration(eta)} left`;
      display.update(
        done,
        total,
        `${isDownload ? 'downloading' : 'copying'} ${printable(file)}${pace}${left}`,
      );
      break;
    }
    case 'waiting':
      display.say(`The server does not answer; next try in ${duration(event.seconds)}.`);
      break;
    case 'checking':
      display.say('Checking hashes, tensors and shapes.');
  }
}

function show({ folder, pack, files, error }: PackVerification): void {
  const title = pack ? `${pack.id}: ${pack.title} ${pack.version}` : 'Model pack';
  const rows = files.map(({ key, status, source, found, expected }) => [
    `  ${status}`,
    key,
    pack?.files[key]?.licence ?? '',
    source,
    (found ?? expected).sha256.slice(0, 12),
    `${(found ?? expected).bytes}`,
  ]);
  const lines = [
    printable(`${title} (${folder})`),
    ...(rows.length > 0 ? [printableTable(rows)] : []),
    error
      ? `  WRONG: ${printable(error.message)} (${error.code})`
      : '  whole: hashes, tensors and shapes are as stated',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function printableTable(rows: readonly (readonly string[])[]): string {
  return table(
    rows.map((row) => row.map(printable)),
    5,
  );
}
