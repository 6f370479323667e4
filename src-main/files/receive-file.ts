import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { toWriteError } from './atomic-write.ts';

/** What a file has to be. */
export interface ExpectedContent {
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes a stream to a new file, hashed on its way, and has the disk keep it. No more is read than the file should
 * have, whatever the stream would give; a file that is not as expected is removed.
 * @param onBytes hears how many bytes more are written
 * @returns false when the content is another one
 * @throws ClipSamError `disk-full`, `path-denied`, `cancelled`; what the stream says
 */
export async function receiveFile(
  content: Readable,
  path: string,
  expected: ExpectedContent,
  { signal, onBytes }: { readonly signal?: AbortSignal | undefined; onBytes?(bytes: number): void } = {},
): Promise<boolean> {
  const file = await open(path, 'wx').catch((error: unknown) => {
    throw toWriteError(error, path);
  });
  const hash = createHash('sha256');
  let bytes = 0;
  const target = file.createWriteStream({ flush: true });
  let writeError: unknown;
  target.on('error', (error) => {
    writeError ??= error;
  });
  try {
    await pipeline(
      content,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.byteLength;
          if (bytes > expected.bytes) return;
          hash.update(chunk);
          yield chunk;
          onBytes?.(chunk.byteLength);
        }
      },
      target,
      { signal },
    );
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throwIfCancelled(signal);
    throw error === writeError ? toWriteError(error, path) : error;
  }
  if (bytes === expected.bytes && hash.digest('hex') === expected.sha256) return true;
  await rm(path, { force: true });
  return false;
}
