import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';
import { toReadError } from './read-error.ts';

/** Extensions of files that are taken from folders; files named one by one are taken whatever their name. */
export const IMAGE_EXTENSIONS: readonly string[] = [
  '.bmp',
  '.dib',
  '.gif',
  '.jpe',
  '.jpeg',
  '.jpg',
  '.png',
  '.tif',
  '.tiff',
  '.webp',
];

/** Where MVTec AD's layout has the masks of a category's defects. */
const TRUTH_FOLDER = 'ground_truth';

/** A file to inspect, or a file or folder that can't be looked at, and why. */
export type ListedImage =
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: ClipSamError };

/** Whether a file with this name is taken from a folder. */
export function isImageName(name: string): boolean {
  return IMAGE_EXTENSIONS.includes(extname(name).toLowerCase());
}

const natural = new Intl.Collator('en', { numeric: true }).compare;

/** Orders names naturally: part2 before part10. "01" and "001" are the same number, and still have one order. */
export function byName(a: string, b: string): number {
  return natural(a, b) || (a < b ? -1 : 1);
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
 * links is listed once, and what can't be read is reported and passed over. Masks that MVTec AD's layout keeps in
 * folders `ground_truth` beside the images are no images. Paths come out absolute.
 * @throws ClipSamError `cancelled`
 */
export async function* listImages(
  paths: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<ListedImage> {
  const visited = new Set<string>();
  for (const given of paths) {
    throwIfCancelled(signal);
    const path = resolve(given);
    try {
      const stats = await stat(path);
      if (!stats.isDirectory()) {
        yield { kind: 'image', path };
        continue;
      }
    } catch (cause) {
      yield { kind: 'unreadable', path, error: toReadError(cause, path) };
      continue;
    }
    yield* listFolder(path, visited, signal);
  }
}

async function* listFolder(
  folder: string,
  visited: Set<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<ListedImage> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    const real = await realpath(folder);
    if (visited.has(real)) return;
    visited.add(real);
    // opendir reads a few entries at a time, off this thread.
    for await (const entry of await opendir(folder, { bufferSize: 1024 })) {
      throwIfCancelled(signal);
      if (entry.name.startsWith('.') || entry.name === TRUTH_FOLDER) continue;
      const kind = await kindOf(folder, entry);
      if (kind === 'folder') folders.push(entry.name);
      else if (kind === 'file') files.push(entry.name);
    }
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    yield { kind: 'unreadable', path: folder, error: toReadError(cause, folder) };
  }
  for (const [index, name] of (await sortNames(files)).entries()) {
    throwIfCancelled(signal);
    // Without a turn of the event loop, timers and input would wait until a large folder is through.
    if (index % 1000 === 999) await setImmediate();
    yield { kind: 'image', path: join(folder, name) };
  }
  for (const name of await sortNames(folders)) yield* listFolder(join(folder, name), visited, signal);
}

/** What an entry, or the target of a link, is to a listing; undefined for what is not taken. */
async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | undefined> {
  const isImage = isImageName(entry.name);
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return isImage ? 'file' : undefined;
  // A link; a broken one with an image's name is listed, so that reading it reports it.
  const stats = await stat(join(folder, entry.name)).catch(() => undefined);
  if (stats?.isDirectory()) return 'folder';
  return isImage && entry.isSymbolicLink() && stats?.isFile() !== false ? 'file' : undefined;
}
