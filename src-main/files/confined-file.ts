import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';

/** Letters that no file of a served folder has in its name, and that mean something to some file system. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: NUL and its kind are what is refused.
const SUSPICIOUS = /[\u0000-\u001f\\:%]/;

/**
 * The file that a URL's path means inside a folder, links followed; undefined when there is none, or when the path
 * or a link leads out of the folder. The path is decoded once: what is still encoded after that is no name of ours.
 * @param root existing folder
 * @param pathname path of a URL, `/` before every part
 */
export async function confinedFile(root: string, pathname: string): Promise<string | undefined> {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith('/') || SUSPICIOUS.test(path)) return undefined;
  const parts = path.slice(1).split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  try {
    const realRoot = await realpath(root);
    const file = await realpath(join(realRoot, ...parts));
    return file !== realRoot && isBelow(file, realRoot) && (await stat(file)).isFile() ? file : undefined;
  } catch {
    return undefined;
  }
}

/** True for what is there and, links followed, is one of the folders or lies below one. */
export async function isInsideFolders(path: string, folders: readonly string[]): Promise<boolean> {
  const real = await realpath(path).catch(() => undefined);
  const roots = await Promise.all(folders.map((folder) => realpath(folder).catch(() => undefined)));
  return real !== undefined && roots.some((root) => root !== undefined && isBelow(real, root));
}

/** True for the folder itself and what lies below it. @param path without links, as the folder */
export function isBelow(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}
