import { readFile, realpath, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { isDownload, type Pack } from '../../src-shared/pack.ts';
import { sha256OfFile } from '../files/hash.ts';
import { isPlainPath } from '../files/plain-path.ts';
import { unpackedPath } from '../files/unpacked-path.ts';

type PackFile = Pack['files'][string];

/** What is on disk for a file of a pack. */
export interface FileCheck {
  /** Name of the file within the pack. */
  readonly key: string;
  readonly source: string;
  readonly status: 'ok' | 'missing' | 'hash mismatch' | 'path denied' | 'unreadable';
  readonly expected: { readonly bytes: number; readonly sha256: string };
  readonly found?: { readonly bytes: number; readonly sha256: string };
  readonly path?: string;
  /** Set unless `ok`: what is wrong and what to do. */
  readonly error?: ClipSamError;
}

/** Bytes of a description or a card: prose and numbers. */
export const LONGEST_TEXT = 1 << 20;

const require = createRequire(unpackedPath(fileURLToPath(import.meta.url)));

/**
 * Where a file lies in a pack that was brought in, as {@link resolvePackFile} takes it: what was downloaded lies
 * in the pack's folder, named by its content.
 */
export function sourceInPack({ source, sha256 }: Pick<PackFile, 'source' | 'sha256'>): string {
  return isDownload(source) ? `pack:downloads/${sha256}` : source;
}

/**
 * Where a file of a pack lies: `npm:package/path` in the node_modules folder that this program sees, `pack:path`
 * in the pack's folder.
 * @returns the real path, links followed
 * @throws ClipSamError `path-denied` when the path leaves the package or the pack, `pack-file-missing`
 */
export async function resolvePackFile(source: string, packFolder: string): Promise<string> {
  const { root, path } = source.startsWith('npm:')
    ? await packageOf(source)
    : { root: packFolder, path: source.slice('pack:'.length) };
  if (!isPlainPath(path)) throw leaves(source);
  let realRoot: string;
  let file: string;
  try {
    realRoot = await realpath(root);
    file = await realpath(join(realRoot, path));
  } catch (cause) {
    if (!isAbsent(cause)) throw cause;
    throw missing(source, join(root, path), cause);
  }
  const inside = relative(realRoot, file);
  if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) throw leaves(source);
  return file;
}

/** Compares a file with its entry in pack.json, size and SHA-256. Never throws: the answer says what is wrong. */
export async function checkPackFile(key: string, file: PackFile, packFolder: string): Promise<FileCheck> {
  const expected = { bytes: file.bytes, sha256: file.sha256 };
  const check = { key, source: file.source, expected };
  try {
    const path = await resolvePackFile(sourceInPack(file), packFolder);
    const stats = await stat(path);
    if (!stats.isFile()) throw missing(file.source, path);
    const found = { bytes: stats.size, sha256: await sha256OfFile(path) };
    if (found.bytes === expected.bytes && found.sha256 === expected.sha256) {
      return { ...check, status: 'ok', found, path };
    }
    const error = failure(
      'pack-file-altered',
      { file: path },
      `${path} is not the file that the pack was made with: expected ${expected.bytes} bytes with SHA-256 ` +
        `${expected.sha256}, found ${found.bytes} bytes with ${found.sha256}. ${remedy(file.source)}`,
    );
    return { ...check, status: 'hash mismatch', found, path, error };
  } catch (cause) {
    if (cause instanceof ClipSamError) {
      return { ...check, status: cause.code === 'path-denied' ? 'path denied' : 'missing', error: cause };
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    const error = failure(
      'pack-file-missing',
      { file: file.source },
      `The pack's file ${file.source} cannot be read (${reason}). ${remedy(file.source)}`,
      cause,
    );
    return { ...check, status: 'unreadable', error };
  }
}

/**
 * The text of a description or a card.
 * @throws ClipSamError `pack-invalid` when it is no file, or one of more than {@link LONGEST_TEXT} bytes; what reading
 *   it says otherwise
 */
export async function readPackText(path: string): Promise<string> {
  const stats = await stat(path);
  if (stats.isFile() && stats.size <= LONGEST_TEXT) return readFile(path, 'utf8');
  throw tooLong(path);
}

/** The error for prose that is none. */
export function tooLong(file: string): ClipSamError {
  return failure(
    'pack-description-broken',
    { file },
    `${file} is no file of text with at most ${LONGEST_TEXT} bytes.`,
  );
}

/** The error for a pack that fills the memory. */
export function tooHeavy(pack: string, megabytes: number): ClipSamError {
  return failure(
    'pack-too-heavy',
    { pack, megabytes },
    `The model pack ${pack} can't be examined within ${megabytes} MB of memory, so it is not used. Its files are damaged or made to do harm: fetch it from a source that you trust.`,
  );
}

async function packageOf(source: string): Promise<{ root: string; path: string }> {
  const match = /^npm:((?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*)\/(.+)$/.exec(source);
  if (!match) throw leaves(source);
  const [, name, path] = match as unknown as [string, string, string];
  // Searched as Node does, but not through `exports`, which hide a package's data files.
  const candidates = (require.resolve.paths(name) ?? []).map((folder) => join(folder, name));
  for (const root of candidates) {
    const stats = await stat(root).catch(() => undefined);
    if (stats?.isDirectory()) return { root, path };
  }
  throw missing(source, candidates[0] ?? name);
}

function leaves(source: string): ClipSamError {
  return failure(
    'pack-file-outside',
    { file: source },
    `The pack's file ${source} points outside its package or folder. Don't use this pack; fetch it again from a source that you trust.`,
  );
}

function missing(source: string, path: string, cause?: unknown): ClipSamError {
  return failure(
    'pack-file-missing',
    { file: source },
    `${path} (${source}) is missing. ${remedy(source)}`,
    cause,
  );
}

function remedy(source: string): string {
  return source.startsWith('npm:') ? 'Run `npm ci` to install the packages again.' : 'Fetch the pack again.';
}

function isAbsent(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
