import type { Selectable } from 'kysely';
import { throwIfCancelled } from '../../src-shared/errors.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** Images read and added at a time. */
const PAGE = 500;

/** An image of another workspace: its path is absolute. */
export type ForeignImage = Selectable<Schema['images']>;

/** The images of a batch in the order of their import, with absolute paths. */
export async function* foreignImages(source: Workspace, batchId: number): AsyncGenerator<ForeignImage> {
  for (let after = 0; ; ) {
    const rows = await source.db
      .selectFrom('images')
      .selectAll()
      .where('batch_id', '=', batchId)
      .where('id', '>', after)
      .orderBy('id')
      .limit(PAGE)
      .execute();
    for (const row of rows) yield { ...row, path: fromStoredPath(source, row.path) };
    if (rows.length < PAGE) return;
    after = rows.at(-1)!.id;
  }
}

/** The image of the batch with the same path, page and count of rewrites, for each of some; those that it lacks are missing. */
export async function sameImages(
  target: Workspace,
  batchId: number,
  images: readonly Pick<ForeignImage, 'path' | 'page' | 'rewrites'>[],
): Promise<ReadonlyMap<string, ForeignImage>> {
  if (images.length === 0) return new Map();
  const paths = [...new Set(images.map(({ path }) => toStoredPath(target, path)))];
  const rows = await target.db
    .selectFrom('images')
    .selectAll()
    .where('batch_id', '=', batchId)
    .where('path', 'in', paths)
    .execute();
  return new Map(rows.map((row) => [pictureName({ ...row, path: fromStoredPath(target, row.path) }), row]));
}

/** What tells pictures of a batch apart. */
export function pictureName({
  path,
  page,
  rewrites,
}: Pick<ForeignImage, 'path' | 'page' | 'rewrites'>): string {
  return `${rewrites} ${page} ${path}`;
}

/** An image that is to be in a batch. */
export interface OfferedImage {
  readonly image: ForeignImage;
  /** Folder of its workspace. */
  readonly source: string;
  /** False: the batch may not get it where it does not have it yet. */
  readonly mayAdd: boolean;
}

export interface AddForeignImages {
  readonly target: Workspace;
  readonly batchId: number;
  readonly images: AsyncIterable<OfferedImage>;
  /** An image that was not added since it may not be, or that the batch has with another content. */
  readonly onConflict: (image: OfferedImage, kind: 'shard' | 'image') => void;
  readonly onAdded: (image: OfferedImage) => void;
  readonly onProgress: (done: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Adds the images that a batch does not have yet, in the order in which they come.
 * @throws ClipSamError `cancelled`, and the store's errors
 */
export async function addForeignImages(options: AddForeignImages): Promise<void> {
  const { images, onProgress, signal } = options;
  let done = 0;
  let waiting: OfferedImage[] = [];
  const flush = async () => {
    throwIfCancelled(signal);
    await addPage(options, waiting);
    done += waiting.length;
    waiting = [];
    onProgress(done);
  };
  for await (const image of images) {
    waiting.push(image);
    if (waiting.length === PAGE) await flush();
  }
  if (waiting.length > 0) await flush();
}

async function addPage(options: AddForeignImages, offered: readonly OfferedImage[]): Promise<void> {
  const { target, batchId, onConflict, onAdded } = options;
  const added = await target.db.transaction().execute(async (db) => {
    const all = offered.map(({ image }) => image);
    const known = new Map(await sameImages({ ...target, db }, batchId, all));
    const missing: OfferedImage[] = [];
    for (const offer of offered) {
      const { image, mayAdd } = offer;
      const same = known.get(pictureName(image));
      if (same && same.content_hash !== image.content_hash) onConflict(offer, 'image');
      else if (!same && !mayAdd) onConflict(offer, 'shard');
      if (same || !mayAdd) continue;
      const { id: _, ...columns } = image;
      const path = toStoredPath(target, image.path);
      await db
        .insertInto('images')
        .values({ ...columns, batch_id: batchId, path })
        .execute();
      known.set(pictureName(image), image);
      missing.push(offer);
    }
    return missing;
  });
  added.forEach(onAdded);
}

export async function countImages({ db }: Workspace, batchId: number): Promise<number> {
  const query = db.selectFrom('images').select(({ fn }) => fn.countAll<number>().as('count'));
  return (await query.where('batch_id', '=', batchId).executeTakeFirstOrThrow()).count;
}

/** The last image of a batch; with `upTo`, of those up to that one. */
export async function lastImage(
  workspace: Workspace,
  batchId: number,
  upTo?: number,
): Promise<ForeignImage | undefined> {
  let query = workspace.db.selectFrom('images').selectAll().where('batch_id', '=', batchId);
  if (upTo !== undefined) query = query.where('id', '<=', upTo);
  const row = await query.orderBy('id', 'desc').limit(1).executeTakeFirst();
  return row && { ...row, path: fromStoredPath(workspace, row.path) };
}
