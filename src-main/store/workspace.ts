import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, type Migration, Migrator, sql } from 'kysely';
import { ClipSamError, toErrorRecord } from '../../src-shared/errors.ts';
import { ArtifactStore } from '../files/artifact-store.ts';
import { makeFolder } from '../files/atomic-write.ts';
import { DATABASE_FILE, DatabaseFile, hasDatabase, keepPrivate } from './database-file.ts';
import { historyOf, makeMark, readMark } from './history.ts';
import { databaseMissing, databaseOlder } from './lost-database.ts';
import { migrations as allMigrations } from './migrations.ts';
import { findDamage } from './page-check.ts';
import { Patience, type PatienceOptions } from './patience.ts';
import type { Schema } from './schema.ts';
import { findForeignHand } from './schema-check.ts';
import { WorkspaceDialect } from './sqlite-dialect.ts';
import { corruptWorkspace, databaseReplaced, foreignHand, toStoreError } from './sqlite-errors.ts';
import { WorkspaceHealth } from './workspace-health.ts';

/** "CSAM": marks the database file as ours. */
const APPLICATION_ID = 0x4353414d;

/**
 * One folder with everything about some batches: `workspace.sqlite` and `artifacts/`. Closed, it can be copied,
 * moved and opened elsewhere; images outside the folder are referred to by their absolute path.
 */
export interface Workspace {
  /** Absolute path of the folder. */
  readonly folder: string;
  /** UUID that the workspace got when it was made; a copy keeps it. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  readonly artifacts: ArtifactStore;
  /** For the files of this folder only: there is no SQL elsewhere. */
  readonly db: Kysely<Schema>;
  /**
   * Gives some of the space that the database does not need any more back to the disk: a few milliseconds of work.
   * @returns true while there is more; false also for a workspace of a version that did not prepare for it
   */
  shrink(): boolean;
  readonly health: WorkspaceHealth;
  /** False once the database was deleted or replaced: then it never takes a write again. */
  isInPlace(): boolean;
  /** Copies the database to a new file, beside other work. */
  copyTo(path: string): Promise<void>;
  /** Reads all pages of the database, beside other work. @returns what is damaged */
  findDamage(): Promise<string | undefined>;
  /** Marks the artifacts as this database's, if it has changed since the last time. */
  mark(): Promise<void>;
  close(): Promise<void>;
}

export interface OpenOptions {
  /** Make the workspace when there is none. */
  readonly create?: boolean;
  /** True: go on with a database that does not know all artifacts; none of those is ever removed. */
  readonly accept?: boolean;
  /** For another program's write: 30 s by default. */
  readonly patience?: Partial<Omit<PatienceOptions, 'onWaiting'>>;
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/** Milliseconds to wait for another program's write: while opening, when nobody else waits, and afterwards. */
const PATIENCE = { opening: 5_000, open: 30_000 } as const;

/**
 * Opens a workspace: checks that the database is ours, sound, and the one that the artifacts belong to, then brings its
 * schema up to date.
 * @throws ClipSamError `workspace-invalid` when there is none or the file is not ours, `workspace-incomplete` when there
 * are artifacts without their database or with an older one, `workspace-corrupt` when it is damaged, `workspace-newer`
 * when a newer version wrote it, `workspace-locked`, `disk-full`, `path-denied`
 */
export async function openWorkspace(folder: string, options: OpenOptions = {}): Promise<Workspace> {
  const { migrations = allMigrations } = options;
  const root = resolve(folder);
  const file = join(root, DATABASE_FILE);
  const artifacts = new ArtifactStore(join(root, 'artifacts'));
  await findOrMake(root, artifacts, options.create ?? false);
  let database: Database.Database | undefined;
  try {
    const left = readMark(artifacts.root);
    const opened = new Database(file, { timeout: PATIENCE.opening });
    database = opened;
    prepare(opened, root, options.create ?? false, migrations);
    const history = historyOf(opened, left);
    if (history === 'older' && !options.accept) throw await databaseOlder(root, artifacts);
    const problem = await findForeignHand(opened, migrations);
    if (problem) throw foreignHand(root, problem);
    configure(opened);
    keepPrivate(file);
    const health = new WorkspaceHealth();
    const place = new DatabaseFile(file);
    const isReplaced = () => health.report.problems.some(({ code }) => code === 'workspace-replaced');
    const isInPlace = () => {
      if (!isReplaced() && !place.isInPlace()) health.add(toErrorRecord(databaseReplaced(root)));
      return !isReplaced();
    };
    const checkWritable = () => {
      if (!isInPlace()) throw databaseReplaced(root);
    };
    const db = new Kysely<Schema>({
      dialect: new WorkspaceDialect(opened, {
        translate: (error) => toStoreError(error, root),
        checkWritable,
        patience: new Patience({
          limit: PATIENCE.open,
          ...options.patience,
          onWaiting: (isWaiting) => health.setWaiting(isWaiting),
        }),
      }),
    });
    await migrate(db, migrations);
    const { id } = await db.selectFrom('workspace').select('id').executeTakeFirstOrThrow();
    const changes = () => opened.prepare('select total_changes()').pluck().get() as number;
    const hasMarks = Object.hasOwn(migrations, FIRST_WITH_MARKS);
    const openedAt = Date.now();
    if (hasMarks) await makeMark(db, artifacts.root, BEGINNING[history]);
    let marked = changes();
    const mark = async () => {
      if (!hasMarks || changes() === marked) return;
      await makeMark(db, artifacts.root, null);
      marked = changes();
    };
    opened.pragma('busy_timeout = 0');
    return {
      folder: root,
      id,
      openedAt,
      artifacts,
      db,
      health,
      isInPlace,
      shrink: () => shrink(opened),
      copyTo: async (path) => void (await opened.backup(path)),
      findDamage: () => findDamage(file),
      mark,
      async close() {
        // Without it the history is as it was when the workspace was opened.
        if (opened.open) await mark().catch(() => {});
        await db.destroy();
      },
    };
  } catch (error) {
    database?.close();
    throw toStoreError(error, root);
  }
}

const BEGINNING = { unbroken: null, new: 'new', older: 'accepted' } as const;
const FIRST_WITH_MARKS = '014-safe-removal';

async function findOrMake(root: string, artifacts: ArtifactStore, create: boolean): Promise<void> {
  const file = join(root, DATABASE_FILE);
  if (hasDatabase(file)) return;
  const missing = await databaseMissing(root, artifacts);
  // Another program may have made it in the meantime.
  if (hasDatabase(file)) return;
  if (missing) throw missing;
  if (existsSync(file)) return;
  if (!create) {
    throw new ClipSamError(
      'workspace-invalid',
      `There is no workspace in ${root} (no ${DATABASE_FILE}). Check the path, or make a new workspace there.`,
    );
  }
  await makeFolder(root);
  keepPrivate(file);
}

async function migrate(db: Kysely<Schema>, migrations: Readonly<Record<string, Migration>>): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error) throw error;
}

/** Pages of 4 KiB given back at a time. */
const SHRINK_STEP = 1000;

function shrink(database: Database.Database): boolean {
  const unused = () => database.pragma('freelist_count', { simple: true }) as number;
  if (database.inTransaction) return true;
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
}

/** How the connection writes. */
function configure(database: Database.Database): void {
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
