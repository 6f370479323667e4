import { type ClipSamError, failure } from '../../src-shared/errors.ts';

/** The error for a file or folder that could not be read, `image-not-found` or `image-unreadable`, saying what to do. */
export function toReadError(cause: unknown, path: string): ClipSamError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    // Node gives bytes of a name that are no UTF-8 as U+FFFD, and then finds no such file.
    const advice = path.includes('\ufffd')
      ? 'has a name that is not valid Unicode. Rename it.'
      : 'does not exist. Check the path, or whether the drive is connected.';
    return failure(
      path.includes('\ufffd') ? 'file-name-broken' : 'file-missing',
      { file: path },
      `${path} ${advice}`,
      cause,
    );
  }
  if (code === 'ERR_INVALID_ARG_VALUE') {
    const shown = path.replace(/\p{Cc}/gu, '\ufffd');
    return failure(
      'path-impossible',
      { path: shown },
      `Nothing can be called "${shown}". Check the path.`,
      cause,
    );
  }
  const isDenied = code === 'EACCES' || code === 'EPERM';
  const advice = isDenied
    ? 'may not be read: permission denied. Give yourself read permission.'
    : `cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`;
  return failure(isDenied ? 'file-denied' : 'file-unreadable', { file: path }, `${path} ${advice}`, cause);
}
