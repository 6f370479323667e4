import { join } from 'node:path';
import type Database from 'better-sqlite3';
import type { Migration } from 'kysely';
import { ClipSamError } from '../../src-shared/errors.ts';
import { DATABASE_FILE } from './database-file.ts';
import { corruptWorkspace } from './sqlite-errors.ts';

/** "CSAM": marks the database file as ours. */
const APPLICATION_ID = 0x4353414d;

/** Checks before the first write: a file that is not ours, damaged or newer stays exactly as it is. */
export function prepare(
  database: Database.Database,
  root: string,
  create: boolean,
  migrations: Readonly<Record<string, Migration>>,
): void {
  const tables = database.prepare('select name from sqlite_schema').pluck().all();
  if (database.pragma('application_id', { simple: true }) !== APPLICATION_ID) {
    if (tables.length > 0 || !create) {
      throw new ClipSamError(
        'workspace-invalid',
        `${join(root, DATABASE_FILE)} is not a workspace of this program. Choose another folder.`,
      );
    }
    // Takes effect only before the first write; it lets removed rows give their space back.
    database.pragma('auto_vacuum = incremental');
    database.pragma(`application_id = ${APPLICATION_ID}`);
  }
  const problem = database.pragma('quick_check(1)', { simple: true });
  if (problem !== 'ok') throw corruptWorkspace(root, String(problem).replaceAll('\n', ' '));
  if (tables.includes('kysely_migration')) {
    const applied = database.prepare('select name from kysely_migration').pluck().all();
    const unknown = applied.filter((name) => !Object.hasOwn(migrations, String(name)));
    if (unknown.length > 0) {
      throw new ClipSamError(
        'workspace-newer',
        `The workspace ${root} was written by a newer version (${unknown.join(', ')}). Update this program to open it.`,
      );
    }
  }
}

/** How the connection writes. */
export function configure(database: Database.Database): void {
  database.pragma('journal_mode = WAL');
  // FULL: a verdict or a result that was acknowledged survives a power cut.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Without it, INSERT OR REPLACE deletes rows without firing the append-only triggers.
  database.pragma('recursive_triggers = ON');
}
