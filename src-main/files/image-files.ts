import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ClipSamError, failure, throwIfCancelled } from '../../src-shared/errors.ts';
import { isBelow } from './confined-file.ts';
import { isImageName, isUnreadName } from './image-names.ts';
import { toReadError } from './read-error.ts';

/** Where MVTec AD's layout has the masks of a category's defects. */
export const TRUTH_FOLDER = 'ground_truth';

/**
 * What a listing comes upon: a file to inspect; a file or folder that can't be looked at, and why; a picture of a
 * kind that is not read; a folder of masks that is left out.
 */
export type ListedImage =
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: ClipSamError }
  | { readonly kind: 'passed-over'; readonly path: string }
  | { readonly kind: 'truth-folder'; readonly path: string };

const natural = new Intl.Collator('en', { numeric: true }).compare;

/** Orders names naturally: part2 before part10. "01" and "001" are the same number, and still have one order. */
export function byName(a: string, b: string): number {
  return natural(a, b) || (a < b ? -1 : 1);
}

/** Orders absolute paths as {@link listImageFiles} lists what is below one folder: files of a folder before its subfolders. */
export function byListing(a: string, b: string): number {
  const [left, right] = [a.split(sep), b.split(sep)];
  for (let i = 0; i < left.length && i < right.length; i++) {
    if (left[i] === right[i]) continue;
    const [isFile, isOtherFile] = [i === left.length - 1, i === right.length - 1];
    if (isFile !== isOtherFile) return isFile ? -1 : 1;
    return byName(left[i]!, right[i]!);
  }
  return left.length - right.length;
}

/** Names sorted before the event loop gets a turn: some 10 ms. */
const RUN = 4096;

/** The names in the order of {@link byName}; a large folder's are sorted in pieces, with turns of the event loop between. */
export async function sortNames(names: readonly string[]): Promise<string[]> {
  let runs: string[][] = [];
  for (let start = 0; start < names.length; start += RUN) {
    if (start > 0) await setImmediate();
    runs.push(names.slice(start, start + RUN).sort(byName));
  }
  while (runs.length > 1) {
    const merged: string[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      await setImmediate();
      merged.push(i + 1 < runs.length ? merge(runs[i]!, runs[i + 1]!) : runs[i]!);
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function merge(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    merged.push(byName(a[i]!, b[j]!) <= 0 ? a[i++]! : b[j++]!);
  }
  return merged.concat(a.slice(i), b.slice(j));
}

/**
 * Lists the image files among `paths`, folders with everything below them. Within a folder: its files in natural
 * order (part2 before part10), then its subfolders. Hidden entries are skipped, a folder reached twice through
 * links is listed once, and what can't be read is reported and passed over, as are pictures that are not read.
 * Masks that MVTec AD's layout keeps in folders `ground_truth` beside the images are no images. Paths come out
 * absolute.
 * @param within folders (without links) that nothing may lie outside of: what a link leads to elsewhere is told as
 * unreadable. Default: everything may be listed
 * @throws ClipSamError `cancelled`
 */
export async function* listImageFiles(
  paths: readonly string[],
  signal?: AbortSignal,
  within?: Within,
): AsyncGenerator<ListedImage> {
  const visited = new Set<string>();
  for (const given of paths) {
    throwIfCancelled(signal);
    const path = resolve(given);
    try {
      const stats = await stat(path);
      if (!(await isWithin(path, within))) {
        yield outside(path);
        continue;
      }
      if (!stats.isDirectory()) {
        yield { kind: 'image', path };
        continue;
      }
    } catch (cause) {
      yield { kind: 'unreadable', path, error: toReadError(cause, path) };
      continue;
    }
    yield* walk(path, visited, signal, within);
  }
}

type Within = readonly string[] | undefined;

async function isWithin(path: string, within: Within): Promise<boolean> {
  if (!within) return true;
  const real = await realpath(path).catch(() => undefined);
  // What leads nowhere is told when it is read.
  return real === undefined || within.some((folder) => isBelow(real, folder));
}

function outside(path: string): ListedImage {
  const error = failure(
    'outside-import-roots',
    { path },
    `${path} leads out of the folders that are opened to the network.`,
  );
  return { kind: 'unreadable', path, error };
}

/** A folder to look into. `real`: its path without links, where that is known. */
interface PendingFolder {
  readonly path: string;
  readonly real: string | undefined;
}

/** One folder after the other, not one within the other: the work grows with the entries, however deep they lie. */
async function* walk(
  start: string,
  visited: Set<string>,
  signal: AbortSignal | undefined,
  within: Within,
): AsyncGenerator<ListedImage> {
  const waiting: PendingFolder[] = [{ path: start, real: undefined }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const folder = next.path;
    const found: Entries = { files: [], folders: [], linked: new Set(), passedOver: [], hasTruth: false };
    let real: string;
    try {
      real = next.real ?? (await realpath(folder));
      if (visited.has(real)) continue;
      visited.add(real);
      if (within && next.real === undefined && !within.some((root) => isBelow(real, root))) {
        yield outside(folder);
        continue;
      }
      await look(folder, found, signal);
    } catch (cause) {
      if (cause instanceof ClipSamError) throw cause;
      yield { kind: 'unreadable', path: folder, error: toReadError(cause, folder) };
      real = folder;
    }
    for (const [index, name] of (await sortNames(found.files)).entries()) {
      throwIfCancelled(signal);
      // Without a turn of the event loop, timers and input would wait until a large folder is through.
      if (index % 1000 === 999) await setImmediate();
      const path = join(folder, name);
      const isIn = !found.linked.has(name) || (await isWithin(path, within));
      yield isIn ? { kind: 'image', path } : outside(path);
    }
    for (const name of await sortNames(found.passedOver)) {
      yield { kind: 'passed-over', path: join(folder, name) };
    }
    if (found.hasTruth) yield { kind: 'truth-folder', path: join(folder, TRUTH_FOLDER) };
    const folders = await sortNames(found.folders);
    for (const name of folders.reverse()) {
      // What a link leads to has to be found out; of all others it is known.
      waiting.push({
        path: join(folder, name),
        real: found.linked.has(name) ? undefined : join(real, name),
      });
    }
  }
}

/** What is in a folder: names. */
interface Entries {
  readonly files: string[];
  readonly folders: string[];
  /** Those of the files and folders that are links. */
  readonly linked: Set<string>;
  readonly passedOver: string[];
  hasTruth: boolean;
}

async function look(folder: string, found: Entries, signal: AbortSignal | undefined): Promise<void> {
  // opendir reads a few entries at a time, off this thread.
  for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
    throwIfCancelled(signal);
    const { name } = entry;
    if (name.startsWith('.')) continue;
    const kind = await kindOf(folder, entry);
    if (entry.isSymbolicLink()) found.linked.add(name);
    if (kind === 'file') found.files.push(name);
    else if (kind === 'passed-over') found.passedOver.push(name);
    else if (kind === 'folder' && name === TRUTH_FOLDER) found.hasTruth = true;
    else if (kind === 'folder') {
      found.folders.push(name);
      // Some file systems do not say what an entry is.
      if (!entry.isDirectory()) found.linked.add(name);
    }
  }
}

/** What an entry, or the target of a link, is to a listing; undefined for what is not taken. */
async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'passed-over' | undefined> {
  if (entry.isDirectory()) return 'folder';
  const kind = isImageName(entry.name) ? 'file' : isUnreadName(entry.name) ? 'passed-over' : undefined;
  if (entry.isFile()) return kind;
  // A link; a broken one with an image's name is listed, so that reading it reports it.
  const stats = await stat(join(folder, entry.name)).catch(() => undefined);
  if (stats?.isDirectory()) return 'folder';
  return entry.isSymbolicLink() && stats?.isFile() !== false ? kind : undefined;
}
