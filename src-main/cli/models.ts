import type { Command } from 'commander';
import { addPack } from '../services/packs/add-pack.ts';
import { describeCatalogue } from '../services/packs/catalogue.ts';
import { modelsFolder, webAccess } from '../services/packs/machine-settings.ts';
import { listPacks, type PackVerification, verifyPack } from '../services/packs/model-packs.ts';
import { EXIT } from './exit-code.ts';
import { addExportServer } from './models-export-server.ts';
import { addBundle, addRemove, addWhere } from './models-folders.ts';
import { accessOf, addInstall, type ServerOptions, sizeText, withServerOptions } from './models-install.ts';
import { type ModelsOptions, PACK_ROOT, WORKSPACE } from './models-options.ts';
import { bringWithProgress } from './models-progress.ts';
import { inspectorName, packRoots } from './options.ts';
import { bytes, printable, printLine, table } from './terminal.ts';

export function addModels(program: Command): void {
  const models = program
    .command('models')
    .summary('list, install, check and remove model packs')
    .description('Model packs: which there are, whether they are whole, and how to bring in more.');
  addList(models);
  addInstall(models);
  addAdd(models);
  addVerify(models);
  addRemove(models);
  addWhere(models);
  addBundle(models);
  addExportServer(models);
}

function addList(models: Command): void {
  models
    .command('list')
    .summary('packs that are here, and those that can be installed')
    .description(
      'Lists the model packs, as recipes and --pack name them, and those of the catalogue that can be installed.',
    )
    .option(...WORKSPACE)
    .option(...PACK_ROOT)
    .option('--catalogue <folder>', 'folder of entries, instead of those that come with the program')
    .action(async (options: ModelsOptions & { readonly catalogue?: string }) => {
      const roots = packRoots(options);
      const packs = await listPacks(roots);
      if (packs.length === 0) printLine('There are no model packs.');
      for (const { id, title, version, folder, notes = [], pointsOnly, error } of packs) {
        const text = error ? `cannot be used: ${error.message}` : `${title} ${version}`;
        process.stdout.write(`${id}  ${printable(text)}\n    ${printable(folder)}\n`);
        if (pointsOnly) printLine('    SAM takes points only, no boxes.');
        for (const note of notes) process.stdout.write(`    ${printable(note)}\n`);
      }
      const items = await describeCatalogue(roots, options.catalogue);
      const open = items.filter(({ installed }) => installed === null);
      if (open.length > 0) process.stdout.write('\nTo be had with `clipsam models install`:\n');
      for (const { id, title, version, purpose, bytes: size, isApproximate, done } of open) {
        const begun = done > 0 ? `, ${bytes(done)} of it are here` : '';
        process.stdout.write(
          `${id}  ${printable(title)} ${version}, ${sizeText(size, isApproximate)}${begun}\n    ${purpose.en}\n`,
        );
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
        'pack.json states. Where SAM is said to take boxes, one must move its masks. Shows the licence of each file.\n' +
        'Nothing is changed or removed.',
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
  const command = models
    .command('add')
    .summary('bring in a pack, offline or from a server')
    .description(
      'Brings a model pack into the models folder of this machine, which all workspaces use: from a folder (a USB stick),\n' +
        'a ZIP file, a pack.json whose files lie on servers, or the https address of a pack.json. Every file is hashed; the\n' +
        'pack appears when all of it is right. After an interrupted download the same command goes on where it stopped.',
    )
    .argument('<source>', 'folder, ZIP file, pack.json, or its address')
    .option(
      '-w, --workspace <folder>',
      'put it into this workspace instead, to go with it; made when missing',
    );
  withServerOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  clipsam models add /media/usb/widget
  clipsam models add widget-1.2.zip -w lot7
  clipsam models add https://models.example.org/widget/pack.json
  clipsam inspect photos/ --pack widget@1.2

Exit codes: 0 the pack is there, 2 wrong usage, 75 not now, 1 other errors, 130 interrupted.`,
    )
    .action(async (source: string, options: ServerOptions & { readonly workspace?: string }) => {
      await bringWithProgress((work) =>
        addPack(source, {
          ...work,
          storeRoot: modelsFolder(),
          workspaceFolder: options.workspace,
          inspector: inspectorName(),
          loopback: options.loopbackPacks ?? false,
          access: () => webAccess(accessOf(options)),
        }),
      );
    });
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
    ...(pack?.notes ?? []).map((note) => `  ${printable(note)}`),
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
