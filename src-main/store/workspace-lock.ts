import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { toStoreError } from './sqlite-errors.ts';

const LOCK_FILE = 'workstation.lock';

/** The right to be the one workstation that has a workspace open. */
export interface WorkspaceLock {
  release(): void;
}

/**
 * Takes the workspace for one workstation: what is judged in one, the windows of another would
 * not learn. The lock is the operating system's, on a file that SQLite holds, so it ends with the program, however that ends.
 * @param folder existing workspace
 * @throws ClipSamError `workspace-locked` when another program has it; `path-denied`, `disk-full`
 */
export function lockWorkspace(folder: string): WorkspaceLock {
  return takeLock(join(folder, LOCK_FILE), (cause) => {
    return failure(
      'workspace-open',
      { folder },
      `The workspace ${folder} is open in another workstation. Use that one, close it, or choose another folder.`,
      cause,
    );
  });
}

/**
 * Takes the workspace's packs for one import, of this program or another.
 * @param folder existing folder
 * @throws ClipSamError `workspace-locked` while another import is at work; `path-denied`, `disk-full`
 */
export function lockPacks(folder: string): WorkspaceLock {
  return takeLock(join(folder, 'import.lock'), (cause) => {
    return failure(
      'pack-import-busy',
      'Another model pack is being brought into this workspace. Wait until it is there, or cancel that.',
      cause,
    );
  });
}

/**
 * Takes a workspace for one program that brings others into it.
 * @param folder existing workspace
 * @throws ClipSamError `conflict` while another one does; `path-denied`, `disk-full`
 */
export function lockMerge(folder: string): WorkspaceLock {
  return takeLock(join(folder, 'merge.lock'), (cause) => {
    return failure(
      'merge-busy',
      { folder },
      `Another program is bringing workspaces into ${folder}. Wait until it has ended.`,
      cause,
    );
  });
}

/**
 * Takes a folder of backups for one program: to make, verify or restore one.
 * @throws ClipSamError `conflict` while another is at work there; `path-denied`, `disk-full`
 */
export function lockBackups(folder: string): WorkspaceLock {
  return takeLock(join(folder, 'backup.lock'), (cause) => {
    return failure(
      'backup-busy',
      { folder },
      `Another program is making or reading a backup in ${folder}. Wait until it has ended.`,
      cause,
    );
  });
}

function takeLock(file: string, busy: (cause: unknown) => ClipSamError): WorkspaceLock {
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { timeout: 0 });
    database.exec('begin exclusive');
    const held = database;
    return { release: () => void held.close() };
  } catch (error) {
    database?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) throw busy(error);
    throw toStoreError(error, dirname(file));
  }
}
