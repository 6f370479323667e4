import { statfsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { ClipSamError, failure } from '../../src-shared/errors.ts';

/** The error for a failed statement, saying what the user can do. Anything that is not SQLite's passes unchanged. */
export function toStoreError(error: unknown, folder: string): unknown {
  if (!isSqliteError(error)) return error;
  const options = { cause: error };
  if (error.code.startsWith('SQLITE_BUSY') || error.code.startsWith('SQLITE_LOCKED')) {
    return failure(
      'workspace-busy',
      { folder },
      `Another program is writing to the workspace ${folder} and did not finish in time. Close it, or wait, and try again.`,
      error,
    );
  }
  if (error.code === 'SQLITE_FULL' || (error.code.startsWith('SQLITE_IOERR') && isDiskFull(folder))) {
    return failure(
      'disk-full',
      { folder },
      `The disk that holds the workspace ${folder} is full. Free some space there and try again; what was stored is safe.`,
      error,
    );
  }
  if (error.code === 'SQLITE_NOTADB') {
    return new ClipSamError(
      'workspace-invalid',
      `workspace.sqlite in ${folder} is not a SQLite database: another file, or one whose start was overwritten. Choose another folder, or put back a copy of the workspace.`,
      options,
    );
  }
  if (error.code.startsWith('SQLITE_CORRUPT') || error.code.startsWith('SQLITE_IOERR')) {
    return corruptWorkspace(folder, error.message, error);
  }
  if (
    ['SQLITE_CANTOPEN', 'SQLITE_READONLY', 'SQLITE_PERM', 'SQLITE_AUTH'].some((c) => error.code.startsWith(c))
  ) {
    return failure(
      'folder-denied',
      { folder },
      `The workspace ${folder} cannot be opened for writing (${error.message}). Check the permissions of the folder and of the files in it.`,
      error,
    );
  }
  return error;
}

/** The error for a damaged database file. */
export function corruptWorkspace(folder: string, problem: string, cause?: unknown): ClipSamError {
  return new ClipSamError(
    'workspace-corrupt',
    `The database of the workspace ${folder} is damaged (${problem}). Nothing was changed. Check the disk, then put back a copy of the folder, or rescue what can be read with "sqlite3 workspace.sqlite .recover". Images and artifacts are not affected.`,
    { cause },
  );
}

/** The error for a database that `findDamage` found something in. */
export function damagedPages(folder: string, problem: string): ClipSamError {
  return failure(
    'pages-damaged',
    { folder, problem },
    `The database of the workspace ${folder} is damaged: ${problem}. Check the disk, and restore a copy with "clipsam workspace restore --workspace ${folder}".`,
  );
}

/** The error for a database that another program changed. */
export function foreignChanges(folder: string, problem: string): ClipSamError {
  return failure(
    'schema-changed',
    { folder, problem },
    `The database of the workspace ${folder} was changed by another program: ${problem}. Nothing was changed by this one. Restore a copy with "clipsam workspace restore --workspace ${folder}", or undo that change.`,
  );
}

/** The error for a database that is not at its place any more while it is open. */
export function databaseReplaced(folder: string): ClipSamError {
  return failure(
    'database-replaced',
    { folder },
    `The database of the workspace ${folder} (workspace.sqlite) was deleted or replaced while it was open. Nothing more is stored. What was stored until then is kept in ${folder}/database-copies. Close the program, then put workspace.sqlite back, or use "clipsam workspace restore --workspace ${folder}".`,
  );
}

/** The error for a workspace on a disk that is full or cannot be written. */
export function onlyForReading(folder: string): ClipSamError {
  return failure(
    'disk-read-only',
    { folder },
    `The disk with the workspace ${folder} is full or cannot be written. Review and exports to other folders work; nothing new is stored. Free some space or get write permission there, then start the program again.`,
  );
}

function isSqliteError(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return error instanceof Database.SqliteError;
}

/** Whether less than a megabyte is free. */
export function isDiskFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < 1 << 20;
  } catch {
    return false;
  }
}
