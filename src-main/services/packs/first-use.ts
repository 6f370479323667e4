import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClipSamError, failure } from '../../../src-shared/errors.ts';
import { type FirstUses, firstUsesSchema } from '../../../src-shared/pack-store.ts';
import { writeJsonFile } from '../../files/json-file.ts';

/** What is recorded in a folder of packs. @throws ClipSamError `pack-invalid` when it can't be read: it is not to be forgotten */
export async function readFirstUses(packsFolder: string): Promise<FirstUses> {
  const file = fileIn(packsFolder);
  try {
    return firstUsesSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw unreadableRecord(file, cause);
  }
}

/** Adds a file; one that is recorded stays as it is. @throws ClipSamError as {@link readFirstUses}; `disk-full`, `path-denied` */
export async function recordFirstUse(
  packsFolder: string,
  address: string,
  { sha256, bytes }: { readonly sha256: string; readonly bytes: number },
): Promise<void> {
  const known = await readFirstUses(packsFolder);
  if (known[address]) return;
  const at = new Date().toISOString();
  await writeJsonFile(fileIn(packsFolder), { ...known, [address]: { sha256, bytes, at } });
}

function fileIn(packsFolder: string): string {
  return join(packsFolder, 'first-use.json');
}

function unreadableRecord(file: string, cause: unknown): ClipSamError {
  return failure(
    'pack-description-broken',
    { file },
    `${file}, which records what files were when they first came, cannot be read. Put back a copy of it, or remove it if you trust the servers anew.`,
    cause,
  );
}
