import { join } from 'node:path';
import Database from 'better-sqlite3';
import { ClipSamError } from '../../src-shared/errors.ts';
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
  let database: Database.Database | undefined;
  try {
    database = new Database(join(folder, LOCK_FILE), { timeout: 0 });
    database.exec('begin exclusive');
    const held = database;
    return { release: () => void held.close() };
  } catch (error) {
    database?.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) {
      throw new ClipSamError(
        'workspace-locked',
        `The workspace ${folder} is open in another workstation. Use that one, close it, or choose another folder.`,
        { cause: error, details: { case: 'workspace-open', folder } },
      );
    }
    throw toStoreError(error, folder);
  }
}
