import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackFolder } from '../../../src-shared/contract/packs.ts';
import { foldersOf, listPacks, type PackRoots } from '../../inference/pack-loader.ts';

/** The folders in which packs are looked up, with what they hold and the room that is left. */
export async function describePackFolders(roots: PackRoots): Promise<PackFolder[]> {
  const packs = await listPacks(roots);
  const folders: PackFolder[] = [];
  for (const { root: folder, place } of foldersOf(roots)) {
    const here = packs.filter((pack) => pack.place === place);
    let bytes = 0;
    for (const pack of here) bytes += await bytesOfFolder(pack.folder);
    folders.push({ place, folder, packs: here.length, bytes, free: await freeBytes(folder) });
  }
  return folders;
}

/** Bytes of all files below a folder; 0 when there is none. */
export async function bytesOfFolder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  let bytes = 0;
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    bytes += (await stat(join(entry.parentPath, entry.name)).catch(() => undefined))?.size ?? 0;
  }
  return bytes;
}

/** Bytes that are free for this user where a folder is, or would be made; null: the system does not tell. */
export async function freeBytes(folder: string): Promise<number | null> {
  for (let path = folder; ; path = join(path, '..')) {
    const disk = await statfs(path).catch(() => undefined);
    if (disk) return disk.bavail * disk.bsize;
    if (path === join(path, '..')) return null;
  }
}
