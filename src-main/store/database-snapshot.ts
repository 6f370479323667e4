import { chmodSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import { toWriteError } from '../files/atomic-write.ts';
import { ROLLBACK_JOURNAL } from './database-file.ts';
import type { Schema } from './schema.ts';
import { isDiskFull, toStoreError } from './sqlite-errors.ts';

/** Pages of 4 KiB copied at a time: a few milliseconds on a disk. */
const STEP = 500;
/** Rows read at a time. */
const PAGE = 5000;

export interface SnapshotOptions {
  readonly signal?: AbortSignal | undefined;
  /** Pages. */
  readonly onProgress?: ((progress: { readonly done: number; readonly total: number }) => void) | undefined;
}

/**
 * Copies a database as it is when this is called. It is read in one transaction, so that writes of this and other
 * programs, which go on, never make the copy begin anew. The copy is on the disk when this returns, and needs no file
 * beside it to be read.
 * @throws ClipSamError `cancelled`, and SQLite's and Node's errors; then there is no copy
 */
export async function copySnapshot(file: string, to: string, options: SnapshotOptions = {}): Promise<void> {
  const { signal, onProgress } = options;
  const source = new Database(file, { readonly: true, timeout: 5000 });
  try {
    source.exec('begin');
    // The transaction begins with the first page that is read.
    source.prepare('select count(*) from sqlite_schema').get();
    await source.backup(to, {
      progress({ totalPages, remainingPages }) {
        throwIfCancelled(signal);
        onProgress?.({ done: totalPages - remainingPages, total: totalPages });
        return STEP;
      },
    });
    chmodSync(to, 0o600);
    const copy = await open(to, 'r+');
    try {
      await copy.write(ROLLBACK_JOURNAL, 0, ROLLBACK_JOURNAL.length, 18);
      await copy.sync();
    } finally {
      await copy.close();
    }
  } catch (error) {
    for (const part of ['', '-journal']) await rm(to + part, { force: true }).catch(() => {});
    throw snapshotError(error, file, to);
  } finally {
    source.close();
  }
}

/** SQLite does not tell which of the two files it could not work on; a full disk can only be the copy's. */
function snapshotError(error: unknown, file: string, to: string): unknown {
  if (!(error instanceof Database.SqliteError)) return toWriteError(error, to);
  const isFull =
    error.code === 'SQLITE_FULL' || (error.code.startsWith('SQLITE_IOERR') && isDiskFull(dirname(to)));
  if (isFull) return toWriteError(Object.assign(error, { code: 'ENOSPC' }), to);
  const isOfSource = /^SQLITE_(CORRUPT|NOTADB|BUSY|LOCKED)/.test(error.code);
  return isOfSource ? toStoreError(error, dirname(file)) : error;
}

/** A copy of a database, for reading. */
export function openSnapshot(file: string): { readonly db: Kysely<Schema>; close(): Promise<void> } {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) });
  return { db, close: () => db.destroy() };
}

/** Rows that refer to others which are not there; undefined: none. */
export async function findBrokenReferences(db: Kysely<Schema>): Promise<string | undefined> {
  const { rows } = await sql<{ table: string; rowid: number | null; parent: string }>`
    pragma foreign_key_check`.execute(db);
  if (rows.length === 0) return undefined;
  const [first] = rows;
  return `${rows.length} rows refer to others that are not there (the first: row ${first!.rowid} of ${first!.table}, to ${first!.parent})`;
}

/** The files of images, each once, as they are stored: see `toStoredPath`. */
export async function* imageFiles(
  db: Kysely<Schema>,
): AsyncGenerator<readonly { readonly path: string; readonly contentHash: string | null }[]> {
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('images')
      .select(['path', (eb) => eb.fn.max('content_hash').as('contentHash')])
      .where('path', '>', after)
      .groupBy('path')
      .orderBy('path')
      .limit(PAGE)
      .execute();
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)!.path;
  }
}
