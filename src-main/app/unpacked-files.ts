import { readdir, readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { sha256OfFile } from '../files/hash.ts';
import { unpackedPath } from '../files/unpacked-path.ts';

/** In the archive: SHA-256 of everything that may lie beside it, by path. Packaging writes it. */
const LIST = join('out', 'app', 'unpacked.json');
/** Files named to the user. */
const NAMED = 3;
/** On macOS the system checks these by their own signature, which is put into them after packaging. */
const SIGNED: ReadonlySet<string> = new Set(['.node', '.dylib', '.so']);

/**
 * The files beside the program's archive that are not those that it was packaged with, at most {@link NAMED}. What is
 * in the archive is checked by Electron; libraries, models and the inference process lie beside it and are code too.
 * @param programFolder the archive, as Electron shows it
 * @param readList reads a file of the archive
 */
export async function alteredFiles(
  programFolder: string,
  platform: NodeJS.Platform = process.platform,
  readList: (path: string) => Promise<string> = (path) => readFile(path, 'utf8'),
): Promise<string[]> {
  const known = new Map(
    Object.entries(JSON.parse(await readList(join(programFolder, LIST))) as Record<string, string>),
  );
  const folder = unpackedPath(programFolder);
  const altered: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isDirectory()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = relative(folder, path).replaceAll(sep, '/');
    if (platform === 'darwin' && SIGNED.has(extname(name)) && known.has(name)) continue;
    // A link is none of them, whatever it leads to.
    const isRight = entry.isFile() && known.has(name) && (await sha256OfFile(path)) === known.get(name);
    if (!isRight) altered.push(name);
    if (altered.length === NAMED) break;
  }
  return altered;
}
