import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import writeFile from 'write-file-atomic';
import { ClipSamError } from '../../src-shared/errors.ts';

/**
 * Writes a whole file or nothing: temporary file in the same folder → fsync → rename. Missing folders are made.
 * A failed write leaves the old file as it was and no temporary file behind.
 * @throws ClipSamError `disk-full` when the disk or the quota is exhausted, `path-denied` when the folder may not be written
 */
export async function writeFileAtomically(path: string, content: Uint8Array | string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // write-file-atomic writes views only as Buffers; this is a view on the same memory.
    await writeFile(path, typeof content === 'string' ? content : asBuffer(content));
  } catch (error) {
    throw toWriteError(error, path);
  }
}

/** The error for a failed write to `path`, saying what to do where the user can do something. */
export function toWriteError(error: unknown, path: string): unknown {
  const folder = dirname(path);
  switch ((error as NodeJS.ErrnoException | undefined)?.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new ClipSamError(
        'disk-full',
        `The disk that holds ${folder} is full. Free some space there, or choose a folder on another disk, and start again.`,
        { cause: error },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ClipSamError(
        'path-denied',
        `${folder} may not be written. Give yourself write permission there, or choose another folder.`,
        { cause: error },
      );
    default:
      return error;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
