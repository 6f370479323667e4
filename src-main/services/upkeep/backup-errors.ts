import { ClipSamError, failure } from '../../../src-shared/errors.ts';
import { toWriteError } from '../../files/atomic-write.ts';

/** The error for what went wrong in a folder of backups, saying what to do. Faults of the program pass. */
export function toBackupError(error: unknown, folder: string): unknown {
  if (error instanceof ClipSamError) return error;
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  if (code === undefined) return error;
  // The disk was taken out, or the share is gone.
  if (code === 'ENOENT' || code === 'ENOTDIR') return unreachable(folder, error);
  const told = toWriteError(error, `${folder}/backup`);
  return told instanceof ClipSamError ? told : unreachable(folder, error);
}

function unreachable(folder: string, cause: unknown): ClipSamError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return failure(
    'backup-unreachable',
    { folder, problem },
    `The backups in ${folder} cannot be read or written (${problem}). Connect the disk or the share, and try again: what was copied is kept, and earlier backups are as they were.`,
    cause,
  );
}
