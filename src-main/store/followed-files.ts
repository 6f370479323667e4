import { type NewFile, newImageRows } from './images.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** A file to take. */
export interface ComingFile extends NewFile {
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

/** A file that was taken before. */
export interface TakenFile {
  readonly path: string;
  readonly contentHash: string | null;
  readonly bytes: number | null;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number | null;
}

/** Paths looked up by one statement. */
const PATHS = 500;

/** What is known of files of a followed folder: by path. */
export async function takenFiles(
  workspace: Workspace,
  folderId: number,
  paths: readonly string[],
): Promise<ReadonlyMap<string, TakenFile>> {
  const known = new Map<string, TakenFile>();
  for (let start = 0; start < paths.length; start += PATHS) {
    const stored = paths.slice(start, start + PATHS).map((path) => toStoredPath(workspace, path));
    const rows = await workspace.db
      .selectFrom('followed_files')
      .selectAll()
      .where('folder_id', '=', folderId)
      .where('path', 'in', stored)
      .execute();
    for (const row of rows) {
      const path = fromStoredPath(workspace, row.path);
      known.set(path, {
        path,
        contentHash: row.content_hash,
        bytes: row.bytes,
        modifiedAt: row.modified_at,
      });
    }
  }
  return known;
}

/**
 * Takes files into a batch, in their order, in one transaction: an image for each of their pictures. A file that the
 * batch has with other content becomes another image; the earlier one stays as it is.
 * @returns how many images there are now that were not there before
 */
export async function takeFiles(
  workspace: Workspace,
  folderId: number,
  batchId: number,
  files: readonly ComingFile[],
): Promise<number> {
  const addedAt = new Date().toISOString();
  return workspace.db.transaction().execute(async (db) => {
    let images = 0;
    for (const file of files) {
      const path = toStoredPath(workspace, file.path);
      const { last } = await db
        .selectFrom('images')
        .select(({ fn }) => fn.max('rewrites').as('last'))
        .where('batch_id', '=', batchId)
        .where('path', '=', path)
        .executeTakeFirstOrThrow();
      const rewrites = last === null ? 0 : Number(last) + 1;
      const rows = newImageRows(path, file).map((row) => ({
        ...row,
        ...{ batch_id: batchId, added_at: addedAt, rewrites },
      }));
      await db.insertInto('images').values(rows).execute();
      images += rows.length;
      await noteTaken(db, folderId, path, file);
    }
    return images;
  });
}

/** Writes down that files are known, without taking them. */
export async function noteKnown(
  workspace: Workspace,
  folderId: number,
  files: readonly Pick<ComingFile, 'path' | 'contentHash' | 'bytes' | 'modifiedAt'>[],
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    for (const file of files) await noteTaken(db, folderId, toStoredPath(workspace, file.path), file);
  });
}

async function noteTaken(
  db: Workspace['db'],
  folderId: number,
  path: string,
  file: Pick<ComingFile, 'contentHash' | 'bytes' | 'modifiedAt'>,
): Promise<void> {
  const columns = { content_hash: file.contentHash, bytes: file.bytes, modified_at: file.modifiedAt };
  await db
    .insertInto('followed_files')
    .values({ folder_id: folderId, path, ...columns })
    .onConflict((conflict) => conflict.columns(['folder_id', 'path']).doUpdateSet(columns))
    .execute();
}
