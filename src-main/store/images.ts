import { type Selectable, sql } from 'kysely';
import type { BatchImage } from '../../src-shared/batch.ts';
import type { SampleKind } from '../../src-shared/batch-range.ts';
import type { ImportSummary } from '../../src-shared/contract/imports.ts';
import { failure } from '../../src-shared/errors.ts';
import { type ImagePage, type PageNumber, pageName } from '../../src-shared/image-page.ts';
import { pictureKey } from '../files/picture-key.ts';
import { recordAudit } from './audit.ts';
import { rangeOf } from './sample-ranges.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** A file to add: its hash and size are null when it could not be read. */
export interface NewFile {
  readonly path: string;
  readonly contentHash: string | null;
  readonly bytes: number | null;
  /** Its pictures as readers count pages, from 0, where there are several: each is an image. Default: there is one. */
  readonly pages?: readonly number[];
  /** What samples its pictures have, see `BatchImage`; nothing where nobody has looked. */
  readonly sampleKinds?: readonly (SampleKind | 'none')[];
}

/** What became of the files given to {@link addImages}. */
type AddedImages = Pick<ImportSummary, 'added' | 'unchanged' | 'changed' | 'unread' | 'vanished'>;

type ImageRow = Selectable<Schema['images']>;

/**
 * Adds files to a batch in one transaction, an image for each of their pictures. A picture that the batch has already
 * is not added twice: when its file's content changed, the image takes the new hash, and the old one goes to the audit
 * trail (earlier results keep the hash of what they saw). What cannot be read now keeps what is known of it.
 */
export async function addImages(
  workspace: Workspace,
  batchId: number,
  files: readonly NewFile[],
  inspector: string,
): Promise<AddedImages> {
  if (files.length === 0) return { added: 0, unchanged: 0, changed: [], unread: [], vanished: [] };
  const byPath = new Map(files.map((file) => [toStoredPath(workspace, file.path), file]));
  return workspace.db.transaction().execute(async (db) => {
    const known = await db
      .selectFrom('images')
      .selectAll()
      .where('batch_id', '=', batchId)
      .where('path', 'in', [...byPath.keys()])
      // Of a file that was written anew while its folder was followed, the newest image is the file's.
      .orderBy('rewrites')
      .execute();
    const rowsOf = Map.groupBy(known, ({ path }) => path);
    const steps = [...byPath].flatMap(([path, file]) => stepsFor(path, file, rowsOf.get(path) ?? []));
    const added = steps.filter((step) => step.kind === 'add');
    const changed = steps.filter((step) => step.kind === 'change');
    await insertImages(db, batchId, added);
    for (const { row, file, page } of changed) {
      await db.updateTable('images').set(contentColumns(file, page)).where('id', '=', row.id).execute();
    }
    await recordAudit(
      db,
      changed.map(({ row, file }) => ({
        inspector,
        action: 'content changed',
        subject: 'image' as const,
        subjectId: row.id,
        oldValue: row.content_hash,
        newValue: file.contentHash,
      })),
    );
    for (const step of steps) {
      if (step.kind === 'add' || step.kind === 'vanished') continue;
      const columns = pageColumns(step.file, step.page);
      if (step.row.pages === columns.pages && step.row.page_index === columns.page_index) continue;
      await db.updateTable('images').set(columns).where('id', '=', step.row.id).execute();
    }
    return {
      added: added.length,
      unchanged: steps.filter(({ kind }) => kind === 'keep').length,
      changed: [...new Set(changed.map(({ file }) => file.path))],
      unread: files.filter(({ contentHash }) => contentHash === null).map(({ path }) => path),
      vanished: steps.flatMap((step) =>
        step.kind === 'vanished' ? pageName(step.file.path, pageOf(step.row)) : [],
      ),
    };
  });
}

/** What is done with a picture of a file; `page`: which of them, from 0. */
type Step = { readonly file: NewFile; readonly page: number } & (
  | { readonly kind: 'add'; readonly path: string }
  | { readonly kind: 'keep'; readonly row: ImageRow }
  | { readonly kind: 'change'; readonly row: ImageRow }
  /** A page that the file no longer has. */
  | { readonly kind: 'vanished'; readonly row: ImageRow }
);

function stepsFor(path: string, file: NewFile, rows: readonly ImageRow[]): Step[] {
  if (file.contentHash === null) {
    return rows.length > 0 ? [] : [{ kind: 'add', path, file, page: 0 }];
  }
  const count = Math.max(1, file.pages?.length ?? 1);
  const rowOf = new Map(rows.map((row) => [row.page, row]));
  const steps: Step[] = Array.from({ length: count }, (_, page) => {
    const row = rowOf.get(page);
    if (!row) return { kind: 'add', path, file, page };
    return { kind: row.content_hash === file.contentHash ? 'keep' : 'change', row, file, page };
  });
  for (const row of rows) if (row.page >= count) steps.push({ kind: 'vanished', row, file, page: row.page });
  return steps;
}

/** Images written by one statement: SQLite takes 32,766 values. */
const ROWS = 1000;

async function insertImages(
  db: Workspace['db'],
  batchId: number,
  steps: readonly (Step & { readonly kind: 'add' })[],
): Promise<void> {
  const common = { batch_id: batchId, added_at: new Date().toISOString() };
  const values = steps.map(({ path, file, page }) => ({ ...common, ...pictureColumns(path, file, page) }));
  for (let start = 0; start < values.length; start += ROWS) {
    await db
      .insertInto('images')
      .values(values.slice(start, start + ROWS))
      .execute();
  }
}

/** A row for each picture of a file, but for what batch it is in and when it was added. @param path as it is stored */
export function newImageRows(path: string, file: NewFile) {
  const count = Math.max(1, file.pages?.length ?? 1);
  return Array.from({ length: count }, (_, page) => pictureColumns(path, file, page));
}

function pictureColumns(path: string, file: NewFile, page: number) {
  return { path, ...contentColumns(file, page), ...pageColumns(file, page) };
}

function contentColumns(file: NewFile, page: number) {
  const { contentHash, bytes, sampleKinds } = file;
  const size = { bytes, width: null, height: null };
  return { ...size, content_hash: contentHash, sample_kind: sampleKinds?.[page] ?? null };
}

function pageColumns({ pages = [] }: NewFile, page: number) {
  if (pages.length < 2) return { pages: 1, page: 0, page_index: null };
  return { pages: pages.length, page, page_index: pages[page]! };
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

/** Whether a batch has any image. */
export async function hasImages({ db }: Workspace, batchId: number): Promise<boolean> {
  const row = await db
    .selectFrom('images')
    .select('id')
    .where('batch_id', '=', batchId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** @throws ClipSamError `not-found` when the workspace has no such image */
export async function getImage(workspace: Workspace, id: number): Promise<BatchImage> {
  const row = await selectImages(workspace.db).where('images.id', '=', id).executeTakeFirst();
  if (!row) throw failure('image-unknown', { image: id }, `The workspace has no image ${id}.`);
  return toBatchImage(workspace, row);
}

/** Groups of files with the same content, in the order of their first file. */
export async function listDuplicates(
  workspace: Workspace,
  batchId: number,
): Promise<ImportSummary['duplicates'][number][]> {
  // The groups come from the index alone; paths are read only of files that are in one.
  const { rows } = await sql<{ content_hash: string; path: string }>`
    with copied as (
      select content_hash from images where batch_id = ${batchId} and page = 0 and content_hash is not null
      group by content_hash having count(*) > 1
    )
    select content_hash, path from copied cross join images using (content_hash)
    where batch_id = ${batchId} and page = 0 order by images.id`.execute(workspace.db);
  const groups = Map.groupBy(rows, (row) => row.content_hash);
  return [...groups].map(([contentHash, members]) => ({
    contentHash,
    paths: members.map(({ path }) => fromStoredPath(workspace, path)),
  }));
}

/** Which picture of its file a row is; null where there is one. */
export function pageOf(row: Pick<ImageRow, 'pages' | 'page' | 'page_index'>): ImagePage | null {
  if (row.pages === 1) return null;
  return { index: row.page_index ?? 0, number: row.page + 1, count: row.pages };
}

/** The columns that {@link pageOf} and an image's name are made of. */
export const PICTURE_COLUMNS = ['images.path', 'images.pages', 'images.page', 'images.page_index'] as const;

/** As {@link pageOf}, as much as lists tell. */
export function pageNumberOf(row: Pick<ImageRow, 'pages' | 'page' | 'page_index'>): PageNumber | null {
  const page = pageOf(row);
  return page && { number: page.number, count: page.count };
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
  row: ImageRow & { readonly sample_ranges: string | null },
): BatchImage {
  const range = rangeOf(row);
  const page = pageOf(row);
  return {
    id: row.id,
    batchId: row.batch_id,
    path: fromStoredPath(workspace, row.path),
    page,
    contentHash: row.content_hash,
    bytes: row.bytes,
    width: row.width,
    height: row.height,
    addedAt: row.added_at,
    sampleKind: row.sample_kind,
    range,
    version:
      row.content_hash === null
        ? null
        : pictureKey({ contentHash: row.content_hash, page: page?.index, range }),
  };
}
