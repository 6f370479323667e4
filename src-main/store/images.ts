import { type Selectable, sql } from 'kysely';
import type { BatchImage } from '../../src-shared/batch.ts';
import { pictureKey } from '../files/picture-key.ts';
import { recordAudit } from './audit.ts';
import { rangeOf } from './sample-ranges.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** A file to add: its hash and size are null when it could not be read. */
export interface NewImage {
  readonly path: string;
  readonly contentHash: string | null;
  readonly bytes: number | null;
}

/** What became of the files given to {@link addImages}. */
export interface AddedImages {
  readonly added: number;
  readonly unchanged: number;
  /** Paths that were in the batch already and hold other content now. */
  readonly changed: readonly string[];
  /** Paths, new or known, that could not be read this time. */
  readonly unread: readonly string[];
}

/** Files of a batch with the same content. */
export interface DuplicateImages {
  readonly contentHash: string;
  readonly paths: readonly string[];
}

/**
 * Adds files to a batch in one transaction. A path that the batch has already is not added twice: when its
 * content changed, the image takes the new hash, and the old one goes to the audit trail (earlier results keep
 * the hash of what they saw). One that cannot be read now keeps what is known of it.
 */
export async function addImages(
  workspace: Workspace,
  batchId: number,
  images: readonly NewImage[],
  author: string,
): Promise<AddedImages> {
  if (images.length === 0) return { added: 0, unchanged: 0, changed: [], unread: [] };
  const byPath = new Map(images.map((image) => [toStoredPath(workspace, image.path), image]));
  return workspace.db.transaction().execute(async (db) => {
    const known = await db
      .selectFrom('images')
      .select(['id', 'path', 'content_hash'])
      .where('batch_id', '=', batchId)
      .where('path', 'in', [...byPath.keys()])
      .execute();
    const unread = images.filter(({ contentHash }) => contentHash === null).map(({ path }) => path);
    const readable = known.filter((row) => byPath.get(row.path)!.contentHash !== null);
    const changed = readable.filter((row) => byPath.get(row.path)!.contentHash !== row.content_hash);
    for (const row of changed) {
      const now = byPath.get(row.path)!;
      await db
        .updateTable('images')
        .set({
          content_hash: now.contentHash,
          bytes: now.bytes,
          width: null,
          height: null,
          sample_kind: null,
        })
        .where('id', '=', row.id)
        .execute();
    }
    await recordAudit(
      db,
      changed.map((row) => ({
        author,
        action: 'content changed',
        subject: 'image' as const,
        subjectId: row.id,
        oldValue: row.content_hash,
        newValue: byPath.get(row.path)!.contentHash,
      })),
    );
    for (const row of known) byPath.delete(row.path);
    if (byPath.size > 0) {
      const addedAt = new Date().toISOString();
      await db
        .insertInto('images')
        .values(
          [...byPath].map(([path, image]) => ({
            batch_id: batchId,
            path,
            content_hash: image.contentHash,
            bytes: image.bytes,
            added_at: addedAt,
          })),
        )
        .execute();
    }
    return {
      added: byPath.size,
      unchanged: readable.length - changed.length,
      changed: changed.map((row) => fromStoredPath(workspace, row.path)),
      unread,
    };
  });
}

/** The batch's images in the order in which they were added; a page starts behind the image `after`. */
export async function listImages(
  workspace: Workspace,
  batchId: number,
  page: { readonly after?: number; readonly limit?: number } = {},
): Promise<BatchImage[]> {
  const rows = await selectImages(workspace.db)
    .where('batch_id', '=', batchId)
    .where('images.id', '>', page.after ?? 0)
    .orderBy('images.id')
    .limit(page.limit ?? 1000)
    .execute();
  return rows.map((row) => toBatchImage(workspace, row));
}

/** How many images a batch has. */
export async function countImages(workspace: Workspace, batchId: number): Promise<number> {
  const { count } = await workspace.db
    .selectFrom('images')
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('batch_id', '=', batchId)
    .executeTakeFirstOrThrow();
  return count;
}

/** Groups of files with the same content, in the order of their first file. */
export async function listDuplicates(workspace: Workspace, batchId: number): Promise<DuplicateImages[]> {
  // The groups come from the index alone; paths are read only of files that are in one.
  const { rows } = await sql<{ content_hash: string; path: string }>`
    with copied as (
      select content_hash from images where batch_id = ${batchId} and content_hash is not null
      group by content_hash having count(*) > 1
    )
    select content_hash, path from copied cross join images using (content_hash)
    where batch_id = ${batchId} order by images.id`.execute(workspace.db);
  const groups = Map.groupBy(rows, (row) => row.content_hash);
  return [...groups].map(([contentHash, members]) => ({
    contentHash,
    paths: members.map(({ path }) => fromStoredPath(workspace, path)),
  }));
}

/** Images with the sample ranges of their batches. */
export function selectImages(db: Workspace['db']) {
  return db
    .selectFrom('images')
    .innerJoin('batches', 'batches.id', 'images.batch_id')
    .selectAll('images')
    .select('batches.sample_ranges');
}

/** A row as it leaves the store: its path absolute, `sample_ranges` being those of its batch, or of a run. */
export function toBatchImage(
  workspace: Workspace,
  row: Selectable<Schema['images']> & { readonly sample_ranges: string | null },
): BatchImage {
  const range = rangeOf(row);
  return {
    id: row.id,
    batchId: row.batch_id,
    path: fromStoredPath(workspace, row.path),
    contentHash: row.content_hash,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    addedAt: row.added_at,
    sampleKind: row.sample_kind,
    range,
    version: row.content_hash === null ? null : pictureKey({ contentHash: row.content_hash, range }),
  };
}
