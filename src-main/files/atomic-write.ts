import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';

/**
 * Writes a whole file or nothing: temporary file in the same folder → fsync → rename. Missing folders are made.
 * A failed write leaves the old file as it was and no temporary file behind; of several writers one wins.
 * Content that comes in pieces is never held in memory as a whole.
 * @throws ClipSamError `disk-full` when the disk or the quota is exhausted, `path-denied` when the folder may not be
 *   written or something else stands there, `input-invalid` when nothing can have that name
 */
export async function writeFileAtomically(
  path: string,
  content: Uint8Array | string | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    await makeFolders(dirname(path));
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
    await makeFolders(path);
  } catch (error) {
    throw toWriteError(error, path);
  }
}

/**
 * Finds out, before long work, whether its outcome can be written: a file beside it is made and removed. Missing
 * folders are made; what stands there stays as it is.
 * @throws ClipSamError as {@link writeFileAtomically}
 */
export async function checkWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there && !there.isFile()) throw toWriteError(Object.assign(new Error(), { code: 'EISDIR' }), path);
  const trial = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  await writeFileAtomically(trial, '');
  await rm(trial, { force: true });
}

/** Node's own `recursive` never returns where a folder can't be made although the one above it is there, as in /proc. */
async function makeFolders(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (dirname(path) !== path) await makeFolders(dirname(path));
  try {
    await mkdir(path);
  } catch (error) {
    // Somebody else may have been quicker.
    if (!(await stat(path).catch(() => undefined))?.isDirectory()) throw error;
  }
}

/** Makes a rename in the folder survive a power cut, on systems that can: the file is whole in any case. */
export async function syncFolder(folder: string): Promise<void> {
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
      return failure(
        'disk-full',
        { folder },
        `The disk that holds ${folder} is full. Free some space there, or choose a folder on another disk, and start again.`,
        error,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return failure(
        'folder-denied',
        { folder },
        `${folder} may not be written. Give yourself write permission there, or choose another folder.`,
        error,
      );
    case 'ENOENT':
      return failure(
        'folder-denied',
        { folder },
        `${folder} cannot be made or written there. Choose another folder.`,
        error,
      );
    case 'ENOTDIR':
    case 'EEXIST':
    case 'EISDIR':
      return failure(
        'name-taken',
        { path },
        `${path} cannot be written: a file or folder with one of its names is in the way. Choose another place.`,
        error,
      );
    case 'ERR_INVALID_ARG_VALUE':
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'EILSEQ':
      return impossibleName(error, path);
    default:
      return error;
  }
}

/** The error for a name that no file system takes: too long, or with NUL or other signs that mean something to it. */
function impossibleName(cause: unknown, path: string): ClipSamError {
  const shown = path.replace(/\p{Cc}/gu, '\ufffd').slice(0, 300);
  return failure(
    'name-impossible',
    { path: shown },
    `Nothing can be called "${shown}". Choose another name.`,
    cause,
  );
}
