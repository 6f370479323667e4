import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE } from './database-file.ts';

/** A copy of a database that can be read where the original cannot: SQLite needs room and rights beside its file. */
export interface ReadableCopy {
  readonly file: string;
  /** For what else cannot be kept beside the original; only its owner may enter it. */
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Copies the database of a workspace, with its log.
 * @param under where the copy goes; default: where the system keeps temporary files
 * @throws Node's errors
 */
export async function copyForReading(workspaceFolder: string, under = tmpdir()): Promise<ReadableCopy> {
  const folder = await mkdtemp(join(under, 'clipsam-'));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const file = join(folder, DATABASE_FILE);
    for (const part of ['', '-wal']) {
      const from = join(workspaceFolder, DATABASE_FILE + part);
      if (!existsSync(from)) continue;
      await copyFile(from, file + part);
      await chmod(file + part, 0o600);
    }
    return { file, folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
