import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ClipSamError, throwIfCancelled } from '../../src-shared/errors.ts';

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

/** A file to inspect, or a file or folder that can't be looked at, and why. */
export type ListedImage =
  | { readonly kind: 'image'; readonly path: string }
  | { readonly kind: 'unreadable'; readonly path: string; readonly error: ClipSamError };

const natural = new Intl.Collator('en', { numeric: true }).compare;
/** "01" and "001" are the same number: the order must not be the file system's. */
const byName = (a: string, b: string) => natural(a, b) || (a < b ? -1 : 1);

/**
 * Lists the image files among `paths`, folders with everything below them. Within a folder: its files in natural
 * order (part2 before part10), then its subfolders. Hidden entries are skipped, a folder reached twice through
 * links is listed once, and what can't be read is reported and passed over. Paths come out absolute.
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
      yield { kind: 'unreadable', path, error: toListError(path, cause) };
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
      if (entry.name.startsWith('.')) continue;
      const kind = await kindOf(folder, entry);
      if (kind === 'folder') folders.push(entry.name);
      else if (kind === 'file') files.push(entry.name);
    }
  } catch (cause) {
    if (cause instanceof ClipSamError) throw cause;
    yield { kind: 'unreadable', path: folder, error: toListError(folder, cause) };
  }
  for (const [index, name] of files.sort(byName).entries()) {
    throwIfCancelled(signal);
    // Without a turn of the event loop, timers and input would wait until a large folder is through.
    if (index % 1000 === 999) await setImmediate();
    yield { kind: 'image', path: join(folder, name) };
  }
  for (const name of folders.sort(byName)) yield* listFolder(join(folder, name), visited, signal);
}

/** What an entry, or the target of a link, is to a listing; undefined for what is not taken. */
async function kindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | undefined> {
  const isImageName = IMAGE_EXTENSIONS.includes(extname(entry.name).toLowerCase());
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return isImageName ? 'file' : undefined;
  // A link; a broken one with an image's name is listed, so that reading it reports it.
  const stats = await stat(join(folder, entry.name)).catch(() => undefined);
  if (stats?.isDirectory()) return 'folder';
  return isImageName && entry.isSymbolicLink() && stats?.isFile() !== false ? 'file' : undefined;
}

function toListError(path: string, cause: unknown): ClipSamError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new ClipSamError('image-not-found', `${path} does not exist. Check the path.`, { cause });
  }
  const advice =
    code === 'EACCES' || code === 'EPERM'
      ? 'may not be read: permission denied. Give yourself read permission.'
      : `cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`;
  return new ClipSamError('image-unreadable', `${path} ${advice}`, { cause });
}
