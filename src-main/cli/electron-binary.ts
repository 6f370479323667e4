import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Milliseconds without a byte after which a download is given up, and how long unpacking may take. */
export interface FetchPatience {
  readonly stall: number;
  readonly unpack: number;
}

const PATIENCE: FetchPatience = { stall: 8_000, unpack: 120_000 };

/** Where Electron's program is, or in a few words why it is not. */
export type ElectronBinary =
  | { readonly kind: 'found'; readonly path: string }
  | { readonly kind: 'absent'; readonly reason: string };

/** The few things of `@electron/get` that are used. */
interface ElectronGet {
  downloadArtifact(details: {
    version: string;
    artifactName: 'electron';
    checksums: Readonly<Record<string, string>>;
    cacheRoot?: string;
    downloadOptions: { quiet: true; signal: AbortSignal; getProgressCallback(): Promise<void> };
  }): Promise<string>;
}

/**
 * Electron's program; where it is not there yet, it is fetched (since version 42 nothing does that at installation).
 * The download goes through Electron's own library into its cache, which checks it against the package's checksums;
 * Electron's own installer unpacks it from there. A server that does not answer, or stops, costs a few seconds.
 */
export async function findElectron(
  say: (line: string) => void,
  packageFolder: string | undefined = electronPackage(),
  patience: FetchPatience = PATIENCE,
): Promise<ElectronBinary> {
  if (packageFolder === undefined) return absent('the package electron is not installed');
  const path = await installedBinary(packageFolder);
  if (path !== undefined) return { kind: 'found', path };
  if (process.env.ELECTRON_SKIP_BINARY_DOWNLOAD) return absent('ELECTRON_SKIP_BINARY_DOWNLOAD is set');
  try {
    await download(packageFolder, patience.stall, () => say('Fetching Electron, once ...'));
    await unpack(packageFolder, patience.unpack);
    const fetched = await installedBinary(packageFolder);
    return fetched === undefined ? absent('its archive holds no program') : { kind: 'found', path: fetched };
  } catch (error) {
    return absent(reasonOf(error));
  }
}

function electronPackage(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  } catch {
    return undefined;
  }
}

/** `path.txt` is written by the installer when everything is unpacked. */
async function installedBinary(packageFolder: string): Promise<string | undefined> {
  const name = await readFile(join(packageFolder, 'path.txt'), 'utf8').catch(() => undefined);
  if (name === undefined) return undefined;
  const path = join(process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(packageFolder, 'dist'), name);
  return existsSync(path) ? path : undefined;
}

/** @param onStart called with the first bytes that come */
async function download(packageFolder: string, stall: number, onStart: () => void): Promise<void> {
  const require = createRequire(join(packageFolder, 'package.json'));
  const { version } = require('./package.json') as { version: string };
  const library = pathToFileURL(require.resolve('@electron/get')).href;
  const { downloadArtifact } = (await import(library)) as ElectronGet;
  const cacheRoot = process.env.electron_config_cache;
  const controller = new AbortController();
  const giveUp = () => controller.abort(new Error('the server does not answer'));
  const timer = setTimeout(giveUp, stall);
  let isComing = false;
  try {
    await downloadArtifact({
      version,
      artifactName: 'electron',
      checksums: require('./checksums.json') as Record<string, string>,
      ...(cacheRoot !== undefined && { cacheRoot }),
      downloadOptions: {
        quiet: true,
        signal: controller.signal,
        async getProgressCallback() {
          timer.refresh();
          if (!isComing) onStart();
          isComing = true;
        },
      },
    });
  } finally {
    clearTimeout(timer);
  }
}

function unpack(packageFolder: string, patience: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(packageFolder, 'install.js')], {
      stdio: 'ignore',
      timeout: patience,
      killSignal: 'SIGKILL',
    });
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error('it could not be unpacked'))));
  });
}

function absent(reason: string): ElectronBinary {
  return { kind: 'absent', reason };
}

/** The innermost cause, on one line: `fetch failed` says nothing. */
function reasonOf(error: unknown): string {
  let innermost = error;
  while (innermost instanceof Error && innermost.cause !== undefined) innermost = innermost.cause;
  const text = innermost instanceof Error ? innermost.message || innermost.name : String(innermost);
  return text.split('\n', 1)[0]!;
}
