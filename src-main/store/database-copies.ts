import { chmodSync, existsSync, readdirSync, renameSync, statfsSync, statSync } from 'node:fs';
import { copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { syncFolder, toWriteError } from '../files/atomic-write.ts';
import { DATABASE_FILE, ROLLBACK_JOURNAL } from './database-file.ts';
import { findDamage } from './page-check.ts';
import { damagedPages } from './sqlite-errors.ts';
import type { Workspace } from './workspace.ts';
import { lockWorkspace } from './workspace-lock.ts';

/** Copies that are kept. */
const KEPT = 3;
/** A copy is made only where it takes less than this share of the free space. */
const SHARE_OF_FREE = 0.25;

/** A copy of a workspace's database. */
export interface DatabaseCopy {
  readonly path: string;
  /** Day it was made, ISO 8601. */
  readonly date: string;
  readonly bytes: number;
  /** Saved when the database itself was deleted or replaced. */
  readonly isRescue: boolean;
}

const NAME = /^workspace-(\d{8})-(\d{4}-\d{2}-\d{2})(-rescued)?\.sqlite$/;

/** Where the copies of a workspace's database lie. */
function copiesFolder(folder: string): string {
  return join(folder, 'database-copies');
}

/** Newest first. */
export function listCopies(folder: string): DatabaseCopy[] {
  const root = copiesFolder(folder);
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const [, number, date, rescued] = NAME.exec(name) ?? [];
      if (number === undefined || date === undefined) return [];
      const path = join(root, name);
      return [
        { path, date, bytes: statSync(path).size, isRescue: rescued !== undefined, number: Number(number) },
      ];
    })
    .sort(
      (a, b) => b.number - a.number || Number(b.isRescue) - Number(a.isRescue) || (a.date < b.date ? 1 : -1),
    );
}

/** Once a day, and not where the disk is short of room. @param date ISO 8601 */
export async function isCopyDue(workspace: Workspace, date: string): Promise<boolean> {
  const hasToday = listCopies(workspace.folder).some((copy) => copy.date === date.slice(0, 10));
  return !hasToday && (await hasRoom(workspace));
}

/**
 * Copies the database beside other work, whole or not at all; the oldest copies go.
 * @param options.date ISO 8601
 * @param options.isRescue true: the database itself is gone; it does not count among the kept
 * @returns its path
 */
export async function copyDatabase(
  workspace: Workspace,
  options: { readonly date: string; readonly isRescue?: boolean },
): Promise<string> {
  const { folder } = workspace;
  const date = options.date.slice(0, 10);
  const { rows } = await sql<{ generation: number }>`select max(generation) as generation from marks`.execute(
    workspace.db,
  );
  const number = String(rows[0]?.generation ?? 0).padStart(8, '0');
  const root = copiesFolder(folder);
  await mkdir(root, { recursive: true, mode: 0o700 });
  const path = join(root, `workspace-${number}-${date}${options.isRescue ? '-rescued' : ''}.sqlite`);
  const temporary = `${path}.tmp`;
  try {
    await rm(temporary, { force: true });
    await workspace.copyTo(temporary);
    chmodSync(temporary, 0o600);
    const file = await open(temporary, 'r+');
    try {
      // In rollback mode: readers of a database in WAL mode leave files beside it.
      await file.write(ROLLBACK_JOURNAL, 0, ROLLBACK_JOURNAL.length, 18);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(root);
  if (!options.isRescue) {
    const old = listCopies(folder).filter(({ isRescue }) => !isRescue);
    for (const copy of old.slice(KEPT)) await rm(copy.path, { force: true });
  }
  return path;
}

async function hasRoom({ folder, db }: Workspace): Promise<boolean> {
  const { rows } = await sql<{ bytes: number }>`
    select page_count * page_size as bytes from pragma_page_count, pragma_page_size`.execute(db);
  const { bavail, bsize } = statfsSync(folder);
  return (rows[0]?.bytes ?? 0) < bavail * bsize * SHARE_OF_FREE;
}

/**
 * Puts a copy in the place of a workspace's database. What stood there is kept beside it, with its log.
 * @returns where what stood there is now; undefined when there was none
 * @throws ClipSamError `workspace-locked` while a workstation has the workspace open; `workspace-invalid`,
 * `workspace-corrupt` when the copy is none or damaged; `disk-full`, `path-denied`
 */
export async function putBack(folder: string, copy: string): Promise<string | undefined> {
  const lock = lockWorkspace(folder);
  try {
    const problem = await findDamage(copy);
    if (problem) throw damagedPages(folder, `${copy}: ${problem}`);
    const file = join(folder, DATABASE_FILE);
    const temporary = `${file}.restoring`;
    await copyFile(copy, temporary);
    chmodSync(temporary, 0o600);
    const handle = await open(temporary, 'r+');
    await handle.sync().finally(() => handle.close());
    const aside = setAside(file);
    await rename(temporary, file);
    await syncFolder(folder);
    return aside;
  } catch (error) {
    throw toWriteError(error, join(folder, DATABASE_FILE));
  } finally {
    lock.release();
  }
}

/** Renames a database with its log, which would otherwise be taken for the next one's. */
function setAside(file: string): string | undefined {
  let number = 1;
  while (existsSync(`${file}.before-${number}`)) number++;
  const aside = `${file}.before-${number}`;
  for (const part of ['-shm', '-wal', '']) {
    if (existsSync(file + part)) renameSync(file + part, aside + part);
  }
  return existsSync(aside) ? aside : undefined;
}
