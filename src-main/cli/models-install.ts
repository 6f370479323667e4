import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { type CatalogueEntry, expectedBytes } from '../../src-shared/catalogue.ts';
import { downloadSize, findEntry } from '../services/packs/catalogue.ts';
import { modelsFolder, webAccess } from '../services/packs/machine-settings.ts';
import { PackImports } from '../services/packs/pack-imports.ts';
import { bringWithProgress } from './models-progress.ts';
import { inspectorName, loopbackPacksOption } from './options.ts';
import { bytes, printable, printLine, table } from './terminal.ts';

/** Options of commands that ask servers. */
export interface ServerOptions {
  readonly mirror?: string;
  readonly tokenToMirror?: true;
  readonly loopbackPacks?: boolean;
}

interface InstallOptions extends ServerOptions {
  readonly acceptLicences?: true;
  readonly catalogue?: string;
}

export function addInstall(models: Command): void {
  const command = models
    .command('install')
    .summary('download a pack of the catalogue')
    .description(
      'Downloads a pack of the catalogue (see `clipsam models list`) into the models folder of this machine, which all\n' +
        'workspaces use. Licences are shown and have to be accepted; room on the disk is checked first. After an\n' +
        'interruption the same command goes on where it stopped.',
    )
    .argument('<id>', 'pack of the catalogue')
    .option('--accept-licences', 'accept the licences that are shown, without a question')
    .option('--catalogue <folder>', 'folder of entries, instead of those that come with the program');
  withServerOptions(command)
    .addHelpText(
      'after',
      `
Environment: CLIPSAM_MODELS (folder), CLIPSAM_MODELS_MIRROR, HTTPS_PROXY, HTTP_PROXY, NO_PROXY,
HF_TOKEN (sent to huggingface.co alone, or with --token-to-mirror to the mirror's host alone).

Examples:
  clipsam models install clip-b16-sam2.1-tiny
  clipsam models install clip-l14-336-sam-h --accept-licences --mirror https://hf-mirror.com
  clipsam models bundle clip-b16-sam2.1-tiny@1 /media/usb/clip.zip

Exit codes: 0 the pack is there, 2 wrong usage, 75 not now, 1 other errors, 130 interrupted.`,
    )
    .action(install);
}

/** Adds how servers are reached. */
export function withServerOptions(command: Command): Command {
  return command
    .option('--mirror <address>', 'base address that is asked instead of https://huggingface.co, same paths')
    .option('--token-to-mirror', 'HF_TOKEN is for the mirror')
    .addOption(loopbackPacksOption());
}

async function install(id: string, options: InstallOptions): Promise<void> {
  const { acceptLicences = false, catalogue, loopbackPacks: loopback = false } = options;
  const entry = await findEntry(id, catalogue);
  describe(entry);
  const accepted = acceptLicences || (await asks()) ? entry.licences.map(({ name }) => name) : [];
  const storeRoot = modelsFolder();
  printLine(`Into ${printable(storeRoot)}`);
  const imports = new PackImports({
    roots: { storeRoot },
    loopback,
    access: () => webAccess(accessOf(options)),
  });
  await imports.sweep();
  await bringWithProgress((work) =>
    imports.install(entry, accepted, { ...work, inspector: inspectorName() }),
  );
}

/** How servers are reached, as the options say. */
export function accessOf({ mirror, tokenToMirror, loopbackPacks = false }: ServerOptions) {
  return {
    loopback: loopbackPacks,
    ...(mirror !== undefined && { mirror }),
    ...(tokenToMirror && { tokenToMirror }),
  };
}

/** What is downloaded, how much it is, and under which licences. */
function describe(entry: CatalogueEntry): void {
  const { title, version, purpose, files, licences } = entry;
  const size = downloadSize(entry);
  printLine(`${printable(title)} ${version}: ${purpose.en}`);
  const rows = Object.entries(files).map(([key, file]) => [
    `  ${key}`,
    file.licence,
    file.source.startsWith('http')
      ? sizeText(expectedBytes(file), file.bytes === null)
      : 'comes with the program',
    file.sha256?.slice(0, 12) ?? (file.source.startsWith('http') ? 'no SHA-256 known' : ''),
  ]);
  printLine(table(rows, 2));
  printLine(`To download: ${sizeText(size.bytes, size.isApproximate)}`);
  printLine('Licences:');
  for (const { name, address } of licences) printLine(`  ${name}  ${address}`);
}

/** "1.2 GB", or "about 1.2 GB". */
export function sizeText(amount: number, isApproximate: boolean): string {
  if (amount === 0 && isApproximate) return 'size unknown';
  return `${isApproximate ? 'about ' : ''}${bytes(amount)}`;
}

async function asks(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question('Do you accept these licences? (yes/no) ');
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
