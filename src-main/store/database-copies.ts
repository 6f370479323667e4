import { chmodSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { syncFolder } from '../files/atomic-write.ts';
import type { Workspace } from './workspace.ts';

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
}

const NAME = /^workspace-(\d{8})-(\d{4}-\d{2}-\d{2})(?:-rescued)?\.sqlite$/;

/** Where the copies of a workspace's database lie. */
export function copiesFolder(folder: string): string {
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
    .filter((name) => NAME.test(name))
    .sort()
    .reverse()
    .map((name) => {
      const path = join(root, name);
      return { path, date: NAME.exec(name)![2]!, bytes: statSync(path).size };
    });
}

/**
 * Copies the database beside other work, whole or not at all; the oldest copies go. Once a day is enough, and not where
 * the disk is short of room.
 * @param options.isRescue true: in any case, since the database itself is gone; it does not count among the kept
 * @returns undefined when none was needed
 */
export async function copyDatabase(
  workspace: Workspace,
  options: { readonly date: string; readonly isRescue?: boolean },
): Promise<string | undefined> {
  const { folder } = workspace;
  const date = options.date.slice(0, 10);
  const copies = listCopies(folder);
  if (!options.isRescue && (copies.some((copy) => copy.date === date) || !(await hasRoom(workspace)))) {
    return undefined;
  }
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
    await file.sync().finally(() => file.close());
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(root);
  if (!options.isRescue) {
    const old = listCopies(folder).filter((copy) => !copy.path.includes('-rescued'));
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
