import { resolve } from 'node:path';
import type { Command } from 'commander';
import { bundlePack } from '../services/packs/bundle-pack.ts';
import { changeSettings, describeSettings, modelsFolder } from '../services/packs/machine-settings.ts';
import { describePackFolders } from '../services/packs/pack-folders.ts';
import { removePack } from '../services/packs/remove-pack.ts';
import { interruptible } from './interrupt.ts';
import { type ModelsOptions, WORKSPACE } from './models-options.ts';
import { inspectorName, packRoots } from './options.ts';
import { ProgressDisplay } from './progress-display.ts';
import { bytes, printable, printLine, table } from './terminal.ts';

interface WhereOptions extends ModelsOptions {
  readonly folder?: string;
  readonly mirror?: string;
  readonly proxy?: string;
}

export function addRemove(models: Command): void {
  models
    .command('remove')
    .summary('remove a pack that was brought in')
    .description(
      'Removes a pack from this machine (or the workspace that has it). Refused, with what uses it, while recipes, runs\n' +
        'or results of a workspace that was opened here name it, or another pack was trained on it.',
    )
    .argument('<pack>', 'pack, as `clipsam models list` names it')
    .option('--force', 'remove it although something uses it')
    .option(...WORKSPACE)
    .addHelpText('after', '\nExit codes: 0 removed, 75 something uses it, 2 wrong usage, 1 other errors.')
    .action(async (pack: string, options: ModelsOptions & { readonly force?: true }) => {
      const roots = packRoots(options);
      const { id, freed } = await removePack(pack, {
        roots,
        inspector: inspectorName(),
        force: options.force ?? false,
        openFolder: resolve(options.workspace),
      });
      printLine(`Removed; ${bytes(freed)} are free again.`);
      process.stdout.write(`${id}\n`);
    });
}

export function addWhere(models: Command): void {
  models
    .command('where')
    .summary('folders of packs, mirror and proxy')
    .description(
      'Says where packs are looked up and how servers are reached, or changes that for this machine; `default` goes back.\n' +
        'What lies in the folder before stays there: move it by hand.',
    )
    .option('--folder <folder>', 'folder of the packs that all workspaces on this machine use')
    .option('--mirror <address>', 'base address that is asked instead of https://huggingface.co')
    .option('--proxy <address>', 'proxy, where HTTPS_PROXY and HTTP_PROXY name none')
    .option(...WORKSPACE)
    .action(async (options: WhereOptions) => {
      const { folder, mirror, proxy } = options;
      if ([folder, mirror, proxy].some((value) => value !== undefined)) {
        await changeSettings({
          folder: settingOf(folder),
          mirror: settingOf(mirror),
          proxy: settingOf(proxy),
        });
      }
      const rows = (await describePackFolders(packRoots(options))).map(
        ({ place, packs, bytes: size, free, ...one }) => [
          place,
          one.folder,
          `${packs} ${packs === 1 ? 'pack' : 'packs'}`,
          bytes(size),
          free === null ? '' : `${bytes(free)} free`,
        ],
      );
      const settings = describeSettings(modelsFolder());
      const said = ({ value, origin }: { readonly value: string | null; readonly origin: string }) =>
        value === null ? 'none' : `${value} (${origin})`;
      process.stdout.write(
        `${[
          table(
            rows.map((row) => row.map(printable)),
            2,
          ),
          `mirror: ${printable(said(settings.mirror))}`,
          `proxy: ${printable(said(settings.proxy))}`,
        ].join('\n')}\n`,
      );
    });
}

export function addBundle(models: Command): void {
  models
    .command('bundle')
    .summary('pack one up for a machine without a network')
    .description(
      'Writes an installed pack as one ZIP file, however large, which `clipsam models add` takes elsewhere. Every file is\n' +
        'hashed before.',
    )
    .argument('<pack>', 'pack, as `clipsam models list` names it')
    .argument('<file>', 'ZIP file to write')
    .option(...WORKSPACE)
    .action(async (pack: string, file: string, options: ModelsOptions) => {
      const display = new ProgressDisplay('bytes');
      try {
        display.say('Checking hashes.');
        const { id, bytes: size } = await interruptible((signal) =>
          bundlePack(pack, resolve(file), {
            roots: packRoots(options),
            signal,
            onProgress: (done, total) => display.update(done, total, 'packing'),
          }),
        );
        display.stop();
        printLine(`${id}, ${bytes(size)}. On the other machine: clipsam models add ${printable(file)}`);
        process.stdout.write(`${resolve(file)}\n`);
      } finally {
        display.stop();
      }
    });
}

/** Undefined: stays; null: the default. */
function settingOf(value: string | undefined): string | null | undefined {
  return value === 'default' ? null : value;
}
