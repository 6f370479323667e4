import { lstat, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import {
  type ExportManifest,
  exportManifestSchema,
  type ManifestFile,
} from '../../src-shared/export-manifest.ts';
import { sha256OfFile } from '../files/hash.ts';

/** By this file an export knows its own files again. */
export const MANIFEST = 'clipsam-export.json';

/**
 * The manifest in a folder. It may be anybody's: what names a path outside of the folder is none.
 * @returns undefined where there is none, null for what cannot be one
 */
export async function readManifest(folder: string): Promise<ExportManifest | null | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : null;
  }
  try {
    const manifest = exportManifestSchema.parse(JSON.parse(text));
    return manifest.files.every(({ path }) => isBelow(folder, path)) ? manifest : null;
  } catch {
    return null;
  }
}

function isBelow(folder: string, path: string): boolean {
  const inside = relative(folder, resolve(folder, path));
  // What is normal and points nowhere else comes out as it went in.
  return (
    !path.includes('\0') &&
    !isAbsolute(inside) &&
    !inside.startsWith('..') &&
    inside.replaceAll(sep, '/') === path
  );
}

/** Whether what lies at a file's place, reached through no link, is one of the given contents, or nothing. */
export async function isOwn(
  folder: string,
  path: string,
  contents: readonly ManifestFile[],
): Promise<boolean> {
  const parts = path.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const stats = await statOf(join(folder, ...parts.slice(0, depth)));
    if (!stats) return true;
    if (!stats.isDirectory()) return false;
  }
  const file = join(folder, path);
  const stats = await statOf(file);
  if (!stats) return true;
  const alike = contents.filter(({ bytes }) => bytes === stats.size);
  if (!stats.isFile() || alike.length === 0) return false;
  const hash = await sha256OfFile(file);
  return alike.some(({ sha256 }) => sha256 === hash);
}

/** Of the thing itself, not of what a link leads to; undefined where nothing is. */
export async function statOf(path: string) {
  return lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
