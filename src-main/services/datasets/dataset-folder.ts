import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ClipSamError, throwIfCancelled } from '../../../src-shared/errors.ts';
import { byName } from '../../files/image-files.ts';
import { isImageName, isUnreadName } from '../../files/image-names.ts';

/** What lies in a folder, by names in natural order; hidden entries are not among them. */
export interface DatasetFolder {
  /** Absolute. */
  readonly path: string;
  readonly folders: readonly string[];
  readonly images: readonly string[];
  /** Pictures of kinds that are not read. */
  readonly unread: readonly string[];
  readonly others: readonly string[];
}

/** @throws ClipSamError `input-invalid` when it can't be read as a folder */
export async function listDatasetFolder(folder: string): Promise<DatasetFolder> {
  try {
    return await list(folder);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

/** As {@link listDatasetFolder}; a folder that is not there is empty. */
export async function listIfThere(folder: string): Promise<DatasetFolder> {
  try {
    return await list(folder);
  } catch (cause) {
    if (!isAbsence(cause)) throw unreadable(folder, cause);
    return { path: resolve(folder), folders: [], images: [], unread: [], others: [] };
  }
}

async function list(folder: string): Promise<DatasetFolder> {
  const [folders, images, unread, others]: [string[], string[], string[], string[]] = [[], [], [], []];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    if (await leadsToFolder(folder, entry)) folders.push(entry.name);
    else if (isImageName(entry.name)) images.push(entry.name);
    else if (isUnreadName(entry.name)) unread.push(entry.name);
    else others.push(entry.name);
  }
  for (const names of [folders, images, unread, others]) names.sort(byName);
  return { path: resolve(folder), folders, images, unread, others };
}

async function leadsToFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A broken link counts as the file that it is called after: reading it says what is wrong.
  const target = await stat(join(folder, entry.name)).catch(() => undefined);
  return target?.isDirectory() ?? false;
}

/** Whether something could not be read because it is not there. */
export function isAbsence(cause: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? '');
}

function unreadable(folder: string, cause: unknown): ClipSamError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ClipSamError(
    'input-invalid',
    `${folder} can't be read as a folder (${reason}). Check the path and its permissions.`,
    { cause },
  );
}

/** A file's name without its ending. */
export function stemOf(file: string): string {
  return basename(file, extname(file));
}

/** Images of a listing by their stems, as paths. */
export function imagesByStem({ path, images }: DatasetFolder): Map<string, string> {
  return new Map(images.map((file) => [stemOf(file), join(path, file)]));
}

/**
 * The place that a table or JSON file of a data set names.
 * @returns undefined where it leads out of the folder
 */
export function placeInside(folder: string, name: string): string | undefined {
  const full = resolve(folder, name);
  const below = relative(resolve(folder), full);
  return below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below) ? undefined : full;
}

/** Files that are looked at together. */
const TOGETHER = 64;

/**
 * Runs `work` for every item, `together` at a time.
 * @returns the answers in the order of the items
 * @throws ClipSamError `cancelled`; what the work throws
 */
export async function forMany<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  {
    together = TOGETHER,
    signal,
  }: { readonly together?: number; readonly signal?: AbortSignal | undefined } = {},
): Promise<R[]> {
  const answers: R[] = [];
  for (let from = 0; from < items.length; from += together) {
    throwIfCancelled(signal);
    answers.push(...(await Promise.all(items.slice(from, from + together).map(work))));
  }
  return answers;
}

/** Those of the files that are not there, in their order. @throws ClipSamError `cancelled` */
export async function missingFiles<T extends { readonly path: string }>(
  files: readonly T[],
  signal?: AbortSignal,
): Promise<readonly T[]> {
  const there = await forMany(
    files,
    ({ path }) =>
      stat(path).then(
        (found) => found.isFile(),
        () => false,
      ),
    { signal },
  );
  return files.filter((_, index) => !there[index]);
}
