import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';
import { ArtifactStore } from '../../files/artifact-store.ts';
import { imageFiles, type openSnapshot } from '../../store/database-snapshot.ts';
import type { Workspace } from '../../store/workspace.ts';
import { importedPacks } from '../packs/pack-imports.ts';
import { usedArtifacts } from './unused-artifacts.ts';

/** A file that belongs into a backup. */
export interface FileToBackUp {
  /** In the workspace, with `/`. */
  readonly path: string;
  readonly from: string;
  readonly bytes: number;
  readonly modified: number;
  /** SHA-256 that its name states; undefined: it has to be read to be known. */
  readonly sha256?: string;
}

/** What belongs into a backup. */
export interface BackupContents {
  readonly files: readonly FileToBackUp[];
  /** Artifacts that the database names and the workspace does not have. */
  readonly lost: readonly string[];
  /** Images outside the workspace, and inside it those that are not there any more. */
  readonly imagesOutside: number;
  readonly imagesMissing: number;
}

/**
 * What a state of the database needs: its artifacts, those that it does not name but that are as old, imported images and
 * model packs within the workspace. Not in it: images elsewhere, the machine's model packs, exports, small pictures and
 * other things that are made again.
 * @param since when the state was taken, milliseconds since 1970: younger artifacts that it does not name belong to later
 *   results
 */
export async function backupContents(
  { folder, artifacts }: Pick<Workspace, 'folder' | 'artifacts'>,
  snapshot: Pick<ReturnType<typeof openSnapshot>, 'db'>,
  since: number,
  signal: AbortSignal,
): Promise<BackupContents> {
  const named = await usedArtifacts(snapshot, signal);
  const found = new Set<string>();
  const files: FileToBackUp[] = [];
  for await (const { path, sha256, isWhole } of artifacts.list()) {
    throwIfCancelled(signal);
    if (!isWhole) continue;
    const stats = await lstat(path).catch(() => undefined);
    if (!stats?.isFile() || (stats.mtimeMs > since && !named.has(sha256))) continue;
    found.add(sha256);
    files.push({ ...described(folder, path, stats), sha256 });
  }
  const images = await imagesOf(folder, snapshot, signal);
  files.push(...images.files);
  for await (const path of filesBelow(importedPacks(folder))) {
    throwIfCancelled(signal);
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile()) files.push(described(folder, path, stats));
  }
  return {
    // An image may lie among the artifacts.
    files: [...new Map(files.map((file) => [file.path, file])).values()],
    lost: [...named].filter((sha256) => !found.has(sha256)),
    imagesOutside: images.outside,
    imagesMissing: images.missing,
  };
}

/** Where an artifact lies in a workspace, with `/`. */
export function artifactPath(sha256: string): string {
  const store = new ArtifactStore('artifacts');
  return store.pathOf(sha256).replaceAll(sep, '/');
}

async function imagesOf(
  folder: string,
  { db }: Pick<ReturnType<typeof openSnapshot>, 'db'>,
  signal: AbortSignal,
): Promise<{ readonly files: readonly FileToBackUp[]; readonly outside: number; readonly missing: number }> {
  const files: FileToBackUp[] = [];
  const root = await realpath(folder);
  let outside = 0;
  let missing = 0;
  for await (const page of imageFiles(db)) {
    throwIfCancelled(signal);
    for (const { path } of page) {
      if (isAbsolute(path)) {
        outside++;
        continue;
      }
      const from = await realpath(join(folder, path)).catch(() => undefined);
      const stats = from === undefined ? undefined : await stat(from).catch(() => undefined);
      if (from === undefined || !stats?.isFile()) missing++;
      // A link that leads out of the workspace.
      else if (relative(root, from).startsWith('..') || isAbsolute(relative(root, from))) outside++;
      else files.push({ path, from, bytes: stats.size, modified: stats.mtimeMs });
    }
  }
  return { files, outside, missing };
}

function described(
  folder: string,
  path: string,
  { size, mtimeMs }: { readonly size: number; readonly mtimeMs: number },
): FileToBackUp {
  return { path: relative(folder, path).replaceAll(sep, '/'), from: path, bytes: size, modified: mtimeMs };
}

/** Whole packs: what of one is still on its way, and locks, begin with a dot or end in `.lock`. */
async function* filesBelow(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.') || entry.name.endsWith('.lock')) continue;
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}
