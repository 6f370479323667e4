import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { isDownload } from '../../../src-shared/pack.ts';
import { type DownloadOptions, downloadText } from '../../files/download.ts';
import { isPlainPath } from '../../files/plain-path.ts';
import { toReadError } from '../../files/read-error.ts';
import { damagedArchive, openZip } from '../../files/zip-archive.ts';
import { LONGEST_TEXT, readPackText, resolvePackFile, tooLong } from '../../inference/pack-files.ts';

/** The file that describes a pack, by its name in the pack's folder. */
export const DESCRIPTION = 'pack.json';

/** How servers are asked. */
export interface PackNetwork extends DownloadOptions {
  /** Also http servers on this machine. Only on request: a program of any user may be one. */
  readonly loopback?: boolean | undefined;
}

/** Where a pack comes from. */
export interface PackSource {
  /** Absolute path or address, for people. */
  readonly path: string;
  /** Address that the paths of the pack's own files are relative to; null where the files are on this machine. */
  readonly base: string | null;
  /** Text of pack.json. */
  readonly description: string;
  /** The text of a file, by its path in the pack. @throws ClipSamError as {@link openPackSource} */
  text(path: string): Promise<string>;
  /** The content of a file, by its path in the pack; undefined when it is not on this machine. */
  open(path: string): Promise<Readable | undefined>;
  close(): void;
}

/**
 * Opens a folder with pack.json, a ZIP file of one, a pack.json among its files, or the address of a pack.json.
 * @throws ClipSamError `pack-not-found`, `pack-invalid`, `input-invalid`, `path-denied`, `download-failed`, `cancelled`
 */
export async function openPackSource(source: string, network: PackNetwork): Promise<PackSource> {
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(source)) return fromServer(source, network);
  const path = resolve(source);
  try {
    if ((await stat(path)).isDirectory()) return await fromFolder(path, join(path, DESCRIPTION));
    const kind = extname(path).toLowerCase();
    if (kind === '.zip') return await fromZip(path);
    if (kind === '.json') return await fromFolder(dirname(path), path);
  } catch (error) {
    throw error instanceof ClipSamError ? error : unreadable(error, path);
  }
  throw failure(
    'no-pack',
    { file: path },
    `${path} is no model pack: a folder, a ZIP file, a pack.json or its address is one.`,
  );
}

async function fromFolder(folder: string, file: string): Promise<PackSource> {
  return {
    path: file === join(folder, DESCRIPTION) ? folder : file,
    base: null,
    description: await readPackText(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw absent(folder);
    }),
    text: async (path) => readPackText(await resolvePackFile(`pack:${path}`, folder)),
    async open(path) {
      try {
        const real = await resolvePackFile(`pack:${path}`, folder);
        // Not a pipe, which would never end.
        return (await stat(real)).isFile() ? createReadStream(real, { highWaterMark: 1 << 20 }) : undefined;
      } catch (error) {
        if (error instanceof ClipSamError && error.code === 'pack-file-missing') return undefined;
        throw error;
      }
    },
    close() {},
  };
}

async function fromZip(path: string): Promise<PackSource> {
  const zip = await openZip(path);
  try {
    // The folder itself was packed, or what is in it.
    const found = [...zip.sizes.keys()].filter((name) => /^([^/]+\/)?pack\.json$/.test(name));
    const top = found.includes(DESCRIPTION) ? DESCRIPTION : found[0];
    if (top === undefined || (top !== DESCRIPTION && found.length > 1)) throw absent(path);
    const folder = top.slice(0, -DESCRIPTION.length);
    const text = async (name: string) => {
      const size = zip.sizes.get(name);
      if (size === undefined) throw absentFile(name);
      if (size > LONGEST_TEXT) throw tooLong(`${path}: ${name}`);
      const content = await buffer(await zip.open(name)).catch((cause: unknown) => {
        throw damagedArchive(path, cause);
      });
      return content.toString('utf8');
    };
    return {
      path,
      base: null,
      description: await text(top),
      text: (name) => text(folder + name),
      open: async (name) => (zip.sizes.has(folder + name) ? zip.open(folder + name) : undefined),
      close: () => zip.close(),
    };
  } catch (error) {
    zip.close();
    throw error;
  }
}

async function fromServer(source: string, network: PackNetwork): Promise<PackSource> {
  checkAddress(source, network.loopback);
  const url = new URL(source);
  const address = url.pathname.endsWith('/') ? new URL(DESCRIPTION, url).href : url.href;
  return {
    path: address,
    base: address,
    description: await downloadText(address, LONGEST_TEXT, network),
    text: (path) => downloadText(addressOf(path, address), LONGEST_TEXT, network),
    open: async () => undefined,
    close() {},
  };
}

/**
 * Refuses what packs are not downloaded from.
 * @param loopback http servers on this machine are allowed
 * @throws ClipSamError `input-invalid`
 */
export function checkAddress(address: string, loopback = false): void {
  if (isDownload(address) && (loopback || address.toLowerCase().startsWith('https:'))) return;
  throw failure(
    'address-not-allowed',
    { address },
    `${address} is no address that packs are downloaded from: it must begin with https:// and hold no password.`,
  );
}

/** Where a file of the pack lies on the server that has its pack.json. @throws ClipSamError `path-denied` */
export function addressOf(path: string, base: string): string {
  if (!isPlainPath(path)) throw outsideFile(path);
  return new URL(path.split('/').map(encodeURIComponent).join('/'), base).href;
}

function absent(path: string): ClipSamError {
  return failure(
    'pack-absent',
    { file: path },
    `There is no pack.json in ${path}. Choose the folder or the ZIP file that holds one.`,
  );
}

/** The error for a file that the pack names and its source has not. */
export function absentFile(file: string): ClipSamError {
  return failure('pack-file-missing', { file }, `The pack's file ${file} is missing. Fetch the pack again.`);
}

/** The error for a file that the pack names and that would lie elsewhere. */
export function outsideFile(file: string): ClipSamError {
  return failure('pack-file-outside', { file }, `The pack's file ${file} lies outside of the pack.`);
}

/** An error of reading a file as an error of the pack: the same message under a pack's code. */
export function unreadable(cause: unknown, path: string): ClipSamError {
  const { code, message, details } = toReadError(cause, path);
  const isDenied = details?.case === 'file-denied';
  const ours = code === 'image-not-found' ? 'pack-not-found' : isDenied ? 'path-denied' : 'pack-invalid';
  return new ClipSamError(ours, message, { cause, details });
}
