import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, type Migration, Migrator, sql } from 'kysely';
import { ClipSamError } from '../../src-shared/errors.ts';
import { ArtifactStore } from '../files/artifact-store.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { migrations as allMigrations } from './migrations.ts';
import type { Schema } from './schema.ts';
import { WorkspaceDialect } from './sqlite-dialect.ts';
import { corruptWorkspace, toStoreError } from './sqlite-errors.ts';

/** "CSAM": marks the database file as ours. */
const APPLICATION_ID = 0x4353414d;
const DATABASE_FILE = 'workspace.sqlite';

/**
 * One folder with everything about some batches: `workspace.sqlite` and `artifacts/`. Closed, it can be copied,
 * moved and opened elsewhere; images outside the folder are referred to by their absolute path.
 */
export interface Workspace {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** UUID that the workspace got when it was made; a copy keeps it. */
  readonly id: string;
  readonly artifacts: ArtifactStore;
  /** For the files of this folder only: there is no SQL elsewhere. */
  readonly db: Kysely<Schema>;
  /**
   * Gives some of the space that the database does not need any more back to the disk: a few milliseconds of work.
   * @returns true while there is more; false also for a workspace of a version that did not prepare for it
   */
  shrink(): boolean;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Make the workspace when there is none. */
  readonly create?: boolean;
  /** Milliseconds to wait for another program's write, 5,000 by default. */
  readonly busyTimeout?: number;
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/**
 * Opens a workspace: checks that the database is ours and sound, then brings its schema up to date.
 * @throws ClipSamError `workspace-invalid` when there is none or the file is not ours, `workspace-corrupt` when it
 * is damaged, `workspace-newer` when a newer version wrote it, `workspace-locked`, `disk-full`, `path-denied`
 */
export async function openWorkspace(folder: string, options: OpenOptions = {}): Promise<Workspace> {
  const { create = false, busyTimeout = 5_000, migrations = allMigrations } = options;
  const root = resolve(folder);
  const file = join(root, DATABASE_FILE);
  if (!existsSync(file)) {
    if (!create) {
      throw new ClipSamError(
        'workspace-invalid',
        `There is no workspace in ${root} (no ${DATABASE_FILE}). Check the path, or make a new workspace there.`,
      );
    }
    await makeFolder(root);
  }
  let database: Database.Database | undefined;
  try {
    const opened = new Database(file, { timeout: busyTimeout });
    database = opened;
    prepare(database, root, create, migrations);
    const db = new Kysely<Schema>({
      dialect: new WorkspaceDialect(database, (error) => toStoreError(error, root)),
    });
    const { error } = await new Migrator({
      db,
      provider: { getMigrations: async () => ({ ...migrations }) },
    }).migrateToLatest();
    if (error) throw error;
    const { id } = await db.selectFrom('workspace').select('id').executeTakeFirstOrThrow();
    return {
      folder: root,
      id,
      artifacts: new ArtifactStore(join(root, 'artifacts')),
      db,
      shrink: () => shrink(opened),
      close: () => db.destroy(),
    };
  } catch (error) {
    database?.close();
    throw toStoreError(error, root);
  }
}

/** Pages of 4 KiB given back at a time. */
const SHRINK_STEP = 1000;

function shrink(database: Database.Database): boolean {
  const unused = () => database.pragma('freelist_count', { simple: true }) as number;
  const before = unused();
  try {
    // Only `exec` goes through all of its steps.
    if (before > 0) database.exec(`pragma incremental_vacuum(${SHRINK_STEP})`);
  } catch {
    // Another program is writing: the space is used again, or given back the next time.
  }
  const after = unused();
  return after > 0 && after < before;
}

/** True until the first batch; deleted ones count, and those that were removed for good. */
export async function isNewWorkspace(workspace: Workspace): Promise<boolean> {
  const { rows } = await sql`select 1 from sqlite_sequence where name = 'batches'`.execute(workspace.db);
  return rows.length === 0;
}

/** Checks before the first write: a file that is not ours, damaged or newer stays exactly as it is. */
function prepare(
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
    // Must be said before anything is written: what is removed later can give its space back.
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
  database.pragma('journal_mode = WAL');
  // FULL: a verdict or a result that was acknowledged survives a power cut.
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // Without it, INSERT OR REPLACE deletes rows behind the back of the append-only triggers.
  database.pragma('recursive_triggers = ON');
}

/** How an image's path is stored: relative to the workspace when inside it, so that the folder can move. */
export function toStoredPath(workspace: Workspace, path: string): string {
  const absolute = resolve(path);
  const inside = relative(workspace.folder, absolute);
  const isOutside = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return isOutside ? absolute : inside.replaceAll(sep, '/');
}

/** The reverse of {@link toStoredPath}. */
export function fromStoredPath(workspace: Workspace, stored: string): string {
  return isAbsolute(stored) ? stored : join(workspace.folder, stored);
}
