import type { Command } from 'commander';
import { listPacks, type PackCheck, verifyPack } from '../services/model-packs.ts';
import { EXIT } from './exit-code.ts';
import { printable, say, table } from './terminal.ts';

interface ModelsOptions {
  readonly packRoot?: string;
}

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .summary('list and check model packs')
    .description('Model packs: which there are, and whether they are whole.');
  const packRoot = [
    '--pack-root <folder>',
    'folder of model packs, instead of those that come with the program',
  ] as const;
  models
    .command('list')
    .description('Lists the model packs.')
    .option(...packRoot)
    .action(async (options: ModelsOptions) => {
      const packs = await listPacks(options.packRoot);
      if (packs.length === 0) say('There are no model packs.');
      for (const { id, title, version, folder, error } of packs) {
        const text = error ? `cannot be used: ${error.message}` : `${title} ${version}`;
        process.stdout.write(`${id}  ${printable(text)}\n    ${printable(folder)}\n`);
      }
      process.exitCode = packs.some(({ error }) => error) ? EXIT.someFailed : EXIT.done;
    });
  models
    .command('verify')
    .summary('check every file of a pack')
    .description(
      'Checks size and SHA-256 of every file of a pack, and that the models have the tensors and shapes that\n' +
        'pack.json states. Shows the licence of each file.',
    )
    .argument('[id|folder]', 'pack to check (default: all)')
    .option(...packRoot)
    .addHelpText('after', '\nExit codes: 0 all whole, 3 something is wrong, 2 wrong usage, 1 other errors.')
    .action(async (which: string | undefined, { packRoot: root }: ModelsOptions) => {
      const folder = root === undefined ? {} : { packsRoot: root };
      const packs = which === undefined ? (await listPacks(root)).map(({ folder: at }) => at) : [which];
      if (packs.length === 0) say('There are no model packs.');
      let isWhole = packs.length > 0;
      for (const pack of packs) {
        const check = await verifyPack(pack, folder);
        show(check);
        isWhole &&= check.error === undefined;
      }
      process.exitCode = isWhole ? EXIT.done : EXIT.someFailed;
    });
}

function show({ folder, pack, files, error }: PackCheck): void {
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
