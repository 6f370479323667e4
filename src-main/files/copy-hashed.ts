import { createHash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { throwIfCancelled } from '../../src-shared/errors.ts';

/** Bytes read at a time. */
const PIECE = 1 << 20;

/** What was copied. */
export interface CopiedFile {
  readonly sha256: string;
  readonly bytes: number;
  /** When the original was written last, milliseconds since 1970. */
  readonly modified: number;
}

/** The file that was to be copied cannot be read: no fault of the place where the copy goes. */
export class SourceUnreadable extends Error {
  constructor(path: string, cause: unknown) {
    super(`${path} cannot be read`, { cause });
    this.name = 'SourceUnreadable';
  }
}

/**
 * Copies a file to where none is, and hashes what it writes. The copy is on the disk when this returns; there is none when
 * it throws.
 * @throws SourceUnreadable; ClipSamError `cancelled`; Node's errors for what cannot be written
 */
export async function copyHashed(from: string, to: string, signal?: AbortSignal): Promise<CopiedFile> {
  const reading = <T>(promise: Promise<T>) =>
    promise.catch((cause: unknown) => Promise.reject(new SourceUnreadable(from, cause)));
  const source = await reading(open(from));
  try {
    const stats = await reading(source.stat());
    if (!stats.isFile()) throw new SourceUnreadable(from, new Error('not a file'));
    const copy = await open(to, 'wx');
    try {
      const read = (buffer: Buffer) => reading(source.read(buffer, 0, buffer.length, null));
      const { sha256, bytes } = await pour(read, copy, signal);
      await copy.sync();
      return { sha256, bytes, modified: stats.mtimeMs };
    } catch (error) {
      await rm(to, { force: true }).catch(() => {});
      throw error;
    } finally {
      await copy.close();
    }
  } finally {
    await source.close();
  }
}

async function pour(
  read: (buffer: Buffer) => Promise<{ readonly bytesRead: number }>,
  to: FileHandle,
  signal: AbortSignal | undefined,
): Promise<{ readonly sha256: string; readonly bytes: number }> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(PIECE);
  let bytes = 0;
  for (;;) {
    throwIfCancelled(signal);
    const { bytesRead } = await read(buffer);
    if (bytesRead === 0) return { sha256: hash.digest('hex'), bytes };
    const piece = buffer.subarray(0, bytesRead);
    hash.update(piece);
    for (let at = 0; at < bytesRead; ) at += (await to.write(piece, at)).bytesWritten;
    bytes += bytesRead;
  }
}
