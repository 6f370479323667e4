import { ClipSamError } from '../../src-shared/errors.ts';

/** The error for a file or folder that could not be read, `image-not-found` or `image-unreadable`, saying what to do. */
export function toReadError(cause: unknown, path: string): ClipSamError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    // Node gives bytes of a name that are no UTF-8 as U+FFFD, and then finds no such file.
    const advice = path.includes('\ufffd')
      ? 'has a name that is not valid Unicode. Rename it.'
      : 'does not exist. Check the path, or whether the drive is connected.';
    return new ClipSamError('image-not-found', `${path} ${advice}`, {
      cause,
      details: { case: path.includes('\ufffd') ? 'file-name-broken' : 'file-missing', file: path },
    });
  }
  if (code === 'ERR_INVALID_ARG_VALUE') {
    const shown = path.replace(/\p{Cc}/gu, '\ufffd');
    return new ClipSamError('image-not-found', `Nothing can be called "${shown}". Check the path.`, {
      cause,
      details: { case: 'name-impossible', path: shown },
    });
  }
  const isDenied = code === 'EACCES' || code === 'EPERM';
  const advice = isDenied
    ? 'may not be read: permission denied. Give yourself read permission.'
    : `cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`;
  return new ClipSamError('image-unreadable', `${path} ${advice}`, {
    cause,
    details: { case: isDenied ? 'file-denied' : 'file-unreadable', file: path },
  });
}
