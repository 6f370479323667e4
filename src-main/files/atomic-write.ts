import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ClipSamError } from '../../src-shared/errors.ts';

/**
 * Writes a whole file or nothing: temporary file in the same folder → fsync → rename. Missing folders are made.
 * A failed write leaves the old file as it was and no temporary file behind; of several writers one wins.
 * Content that comes in pieces is never held in memory as a whole.
 * @throws ClipSamError `disk-full` when the disk or the quota is exhausted, `path-denied` when the folder may not be
 *   written or something else stands there
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<string>,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    // Not the package write-file-atomic: it takes a short write, which is how a disk fills up, for success.
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw toWriteError(error, path);
  }
  await syncFolder(dirname(path));
}

/** Makes a folder and those above it, where missing. @throws ClipSamError `disk-full`, `path-denied` */
export async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw toWriteError(error, path);
  }
}

/** Makes the rename itself survive a power cut, on systems that can: the file is whole in any case. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
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
        { cause: error, details: { case: 'disk-full', folder } },
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new ClipSamError(
        'path-denied',
        `${folder} may not be written. Give yourself write permission there, or choose another folder.`,
        { cause: error, details: { case: 'folder-denied', folder } },
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return new ClipSamError(
        'path-denied',
        `${path} cannot be written: a file or folder with one of its names is in the way. Choose another place.`,
        { cause: error, details: { case: 'name-taken', path } },
      );
    default:
      return error;
  }
}
