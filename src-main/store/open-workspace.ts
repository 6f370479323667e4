import { existsSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, type Migration } from 'kysely';
import type { ErrorCode } from '../../src-shared/error-codes.ts';
import { ClipSamError, failure, fromErrorRecord, toErrorRecord } from '../../src-shared/errors.ts';
import { ArtifactStore } from '../files/artifact-store.ts';
import { makeFolder, toWriteError } from '../files/atomic-write.ts';
import { configure, prepare } from './database-checks.ts';
import { DATABASE_FILE, DatabaseFile, hasDatabase, keepPrivate } from './database-file.ts';
import { copySnapshot } from './database-snapshot.ts';
import { beginGeneration, historyOf, readGeneration } from './history.ts';
import { databaseMissing, databaseOlder } from './lost-database.ts';
import { migrate } from './migrate.ts';
import { migrations as allMigrations } from './migrations.ts';
import { findDamage } from './page-check.ts';
import { Patience, type PatienceOptions } from './patience.ts';
import { copyForReading, type ReadableCopy } from './read-only-copy.ts';
import { releaseReserve } from './reserve.ts';
import type { Schema } from './schema.ts';
import { findForeignChanges } from './schema-check.ts';
import { WorkspaceDialect } from './sqlite-dialect.ts';
import { databaseReplaced, foreignChanges, onlyForReading, toStoreError } from './sqlite-errors.ts';
import type { Workspace } from './workspace.ts';
import { WorkspaceHealth } from './workspace-health.ts';

export interface OpenOptions {
  /** Make the workspace when there is none. */
  readonly create?: boolean;
  /** True: go on with a database that does not know all artifacts; none of those is ever removed. */
  readonly accept?: boolean;
  /** True: where nothing can be written, the workspace is opened for reading, and its health says so. */
  readonly allowReadOnly?: boolean;
  /** For another program's write: 30 s by default. */
  readonly patience?: Partial<Omit<PatienceOptions, 'onWaiting'>>;
  readonly migrations?: Readonly<Record<string, Migration>>;
}

/** Milliseconds to wait for another program's write: while opening, when nobody else waits, and afterwards. */
const PATIENCE = { opening: 5_000, open: 30_000 } as const;

/**
 * Opens a workspace: checks that the database is ours, sound, and the one that the artifacts belong to, then brings its
 * schema up to date. On a full disk, what can be made again makes room.
 * @throws ClipSamError `workspace-invalid` when there is none or the file is not ours, `workspace-incomplete` when there
 * are artifacts without their database or with an older one, `workspace-corrupt` when it is damaged, `workspace-newer`
 * when a newer version wrote it, `workspace-locked`, `disk-full`, `path-denied`
 */
export async function openWorkspace(folder: string, options: OpenOptions = {}): Promise<Workspace> {
  const root = resolve(folder);
  await findOrMake(root, new ArtifactStore(join(root, 'artifacts')), options.create ?? false);
  let problem: unknown;
  for (const makeRoom of [() => true, releaseReserve, dropCache]) {
    if (!makeRoom(root)) continue;
    try {
      return await openAt(root, join(root, DATABASE_FILE), options);
    } catch (error) {
      problem = error;
      if (codeOf(error) !== 'disk-full') break;
    }
  }
  const isUnwritable = ['disk-full', 'path-denied'].includes(codeOf(problem) ?? '');
  if (!options.allowReadOnly || !isUnwritable || !hasDatabase(join(root, DATABASE_FILE))) throw problem;
  // Where a copy fails as well, the first problem is the cause.
  const copy = await copyForReading(root).catch(() => Promise.reject(problem));
  return openAt(root, copy.file, options, copy).catch(async (error: unknown) => {
    await copy.remove();
    throw error;
  });
}

/** Tries to copy a database while no program changes it. */
const COPIES = 5;

/**
 * Opens a copy of a workspace's database: the workspace itself is only read, and stays as it is.
 * @param under folder that the copy lies in until it is closed
 * @throws ClipSamError as {@link openWorkspace}, `conflict` when an older version of this program wrote it, or a program
 *   writes to it again and again
 */
export async function openCopy(folder: string, under: string): Promise<Workspace> {
  const root = resolve(folder);
  if (!hasDatabase(join(root, DATABASE_FILE))) throw noWorkspace(root);
  const copy = await copyWhileQuiet(root, under);
  try {
    const workspace = await openAt(root, copy.file, {}, copy, refuseOlder);
    return workspace;
  } catch (error) {
    await copy.remove();
    throw error;
  }
}

async function copyWhileQuiet(root: string, under: string): Promise<ReadableCopy> {
  const state = () =>
    ['', '-wal'].map((part) => {
      const stats = statSync(join(root, DATABASE_FILE + part), { bigint: true, throwIfNoEntry: false });
      return `${stats?.ino} ${stats?.size} ${stats?.mtimeNs}`;
    });
  for (let i = 0; i < COPIES; i++) {
    const before = state();
    const copy = await copyForReading(root, under).catch((error: unknown) =>
      Promise.reject(toWriteError(error, join(under, DATABASE_FILE))),
    );
    if (before.join() === state().join()) return copy;
    await copy.remove();
  }
  throw failure(
    'workspace-busy',
    { folder: root },
    `A program is writing to the workspace ${root}. Wait until it has ended.`,
  );
}

/** @throws ClipSamError `conflict` when the database is of an older version: of a copy, nothing is brought up to date */
function refuseOlder(database: Database.Database, root: string): void {
  const applied = database.prepare('select name from kysely_migration').pluck().all();
  if (applied.length >= Object.keys(allMigrations).length) return;
  throw new ClipSamError(
    'conflict',
    `The workspace ${root} was written by an older version. Bring it up to date first: clipsam audit head -w ${root}`,
  );
}

async function openAt(
  root: string,
  file: string,
  options: OpenOptions,
  copy?: ReadableCopy,
  check: (database: Database.Database, root: string) => void = () => {},
): Promise<Workspace> {
  const { migrations = allMigrations } = options;
  const artifacts = new ArtifactStore(join(root, 'artifacts'));
  let database: Database.Database | undefined;
  try {
    const left = readGeneration(artifacts.root);
    const opened = new Database(file, { timeout: PATIENCE.opening });
    database = opened;
    prepare(opened, root, options.create ?? false, migrations);
    check(opened, root);
    const history = historyOf(opened, left);
    if (history === 'older' && !options.accept) throw await databaseOlder(root, artifacts);
    const problem = await findForeignChanges(opened, migrations);
    if (problem) throw foreignChanges(root, problem);
    configure(opened);
    keepPrivate(file);
    const guard = guardOf(root, new DatabaseFile(file));
    const db = queriesOf(opened, root, guard, options.patience);
    await migrate(db, migrations);
    const openedAt = Date.now();
    const hasGenerations = Object.hasOwn(migrations, FIRST_WITH_GENERATIONS) && !copy;
    if (hasGenerations) await beginGeneration(db, artifacts.root, BEGINNING[history]);
    const { id } = await db.selectFrom('workspace').select('id').executeTakeFirstOrThrow();
    opened.pragma('busy_timeout = 0');
    if (copy) {
      opened.pragma('query_only = ON');
      guard.makeReadOnly();
    }
    const noteChanges = hasGenerations
      ? whenChanged(opened, () => beginGeneration(db, artifacts.root, null))
      : async () => {};
    return {
      folder: root,
      cacheFolder: join(copy?.folder ?? root, 'cache'),
      isReadOnly: copy !== undefined,
      id,
      openedAt,
      artifacts,
      db,
      health: guard.health,
      isInPlace: guard.isInPlace,
      shrink: () => shrink(opened),
      copyTo: async (path) => void (await opened.backup(path)),
      snapshotTo: (path, options) => copySnapshot(file, path, options),
      findDamage: () => findDamage(file),
      noteChanges,
      async close() {
        // If this fails, the history stays as it was when the workspace was opened.
        if (opened.open) await noteChanges().catch(() => {});
        await db.destroy();
        await copy?.remove();
      },
    };
  } catch (error) {
    database?.close();
    throw toStoreError(error, root);
  }
}

function queriesOf(
  database: Database.Database,
  root: string,
  { health, checkWritable }: ReturnType<typeof guardOf>,
  options: OpenOptions['patience'],
): Kysely<Schema> {
  const onWaiting = (isWaiting: boolean) => health.setWaiting(isWaiting);
  const patience = new Patience({ limit: PATIENCE.open, ...options, onWaiting });
  const translate = (error: unknown) => toStoreError(error, root);
  return new Kysely<Schema>({
    dialect: new WorkspaceDialect(database, { translate, patience, checkWritable }),
  });
}

/** Refuses writes to a workspace whose database was replaced or can only be read. */
function guardOf(root: string, file: DatabaseFile) {
  const health = new WorkspaceHealth();
  const problemOf = (code: ErrorCode) => health.report.problems.find((problem) => problem.code === code);
  const isInPlace = () => {
    if (!problemOf('workspace-replaced') && !file.isInPlace())
      health.add(toErrorRecord(databaseReplaced(root)));
    return !problemOf('workspace-replaced');
  };
  const checkWritable = () => {
    isInPlace();
    const problem = problemOf('workspace-replaced') ?? problemOf('workspace-read-only');
    if (problem) throw fromErrorRecord(problem);
  };
  const makeReadOnly = () => health.add(toErrorRecord(onlyForReading(root)));
  return { health, isInPlace, checkWritable, makeReadOnly };
}

/** Does something where the database has changed since the last time. */
function whenChanged(database: Database.Database, act: () => Promise<void>): () => Promise<void> {
  const changes = () => database.prepare('select total_changes()').pluck().get() as number;
  let known = changes();
  return async () => {
    if (changes() === known) return;
    await act();
    known = changes();
  };
}

/** Thumbnails and tiles can be made again. */
function dropCache(root: string): boolean {
  const cache = join(root, 'cache');
  if (!existsSync(cache)) return false;
  rmSync(cache, { recursive: true, force: true });
  return true;
}

function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof ClipSamError ? error.code : undefined;
}

const BEGINNING = { unbroken: null, new: 'new', older: 'accepted' } as const;
const FIRST_WITH_GENERATIONS = '014-safe-removal';

async function findOrMake(root: string, artifacts: ArtifactStore, create: boolean): Promise<void> {
  const file = join(root, DATABASE_FILE);
  if (hasDatabase(file)) return;
  const missing = await databaseMissing(root, artifacts);
  // Another program may have made it in the meantime.
  if (hasDatabase(file)) return;
  if (missing) throw missing;
  if (existsSync(file)) return;
  if (!create) throw noWorkspace(root);
  await makeFolder(root);
  keepPrivate(file);
}

function noWorkspace(root: string): ClipSamError {
  return new ClipSamError(
    'workspace-invalid',
    `There is no workspace in ${root} (no ${DATABASE_FILE}). Check the path, or make a new workspace there.`,
  );
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
