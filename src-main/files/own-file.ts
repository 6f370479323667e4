import { constants } from 'node:fs';
import { lstat, open, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Not through a link, and without waiting for a pipe; systems that know neither have no such things to plant. */
const PLAINLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/**
 * Reads a file that we have written into a folder of ours. A workspace may come from somebody else: what a link among
 * its files leads to is not ours to show.
 * @param root folder, which may be a link itself
 * @param parts folders below it, and the file
 * @returns undefined when there is no such file, or a link or something else stands in its place
 */
export async function readOwnFile(root: string, ...parts: readonly string[]): Promise<Buffer | undefined> {
  const path = join(root, ...parts);
  const file = await open(path, PLAINLY).catch(() => undefined);
  if (!file) return undefined;
  try {
    const opened = await file.stat({ bigint: true });
    // The folders above it are no links either, and the file there is the one that was opened.
    const real = await realpath(path);
    if (!opened.isFile() || real !== join(await realpath(root), ...parts)) return undefined;
    const there = await stat(real, { bigint: true });
    return there.ino === opened.ino && there.dev === opened.dev ? await file.readFile() : undefined;
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}

/** Removes a link, not what it leads to, from where a file or folder of ours belongs. */
export async function removeLink(path: string): Promise<boolean> {
  const isLink = (await lstat(path).catch(() => undefined))?.isSymbolicLink() === true;
  if (isLink) await rm(path);
  return isLink;
}
