import { resolve } from 'node:path';
import { throwIfCancelled } from '../../../src-shared/errors.ts';

const last = new Map<string, Promise<void>>();

/**
 * Works in a folder of backups once what this program does there has ended: its own work is no other program's, and who
 * asks for a backup while the due one is made gets theirs after it.
 * @throws ClipSamError `cancelled` while it waits, and what `work` throws
 */
export async function inBackupTurn<T>(
  folder: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const key = resolve(folder);
  const before = last.get(key) ?? Promise.resolve();
  const own = Promise.withResolvers<void>();
  const all = before.then(() => own.promise);
  last.set(key, all);
  // Not sooner: who is called off while waiting has not ended what it waited for.
  void all.then(() => last.get(key) === all && last.delete(key));
  const stop = Promise.withResolvers<void>();
  const onAbort = () => stop.resolve();
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    await Promise.race([before, stop.promise]);
    throwIfCancelled(signal);
    return await work();
  } finally {
    signal?.removeEventListener('abort', onAbort);
    own.resolve();
  }
}
