import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toWriteError } from '../../files/atomic-write.ts';
import type { PackChange } from '../../store/packs.ts';

/**
 * Keeps in the folder of packs who brought in or removed which, one JSON object a line: no workspace knows of all.
 * @throws ClipSamError `disk-full`, `path-denied`
 */
export async function noteInStore(
  packsFolder: string,
  pack: string,
  change: PackChange,
  inspector: string,
): Promise<void> {
  const path = join(packsFolder, 'history.jsonl');
  const line = JSON.stringify({ at: new Date().toISOString(), inspector, pack, ...change });
  await appendFile(path, `${line}\n`).catch((error: unknown) => {
    throw toWriteError(error, path);
  });
}
