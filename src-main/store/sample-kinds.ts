import { sql } from 'kysely';
import type { BatchImage } from '../../src-shared/batch.ts';
import type { SampleKind } from '../../src-shared/batch-range.ts';
import { selectImages, toBatchImage } from './images.ts';
import type { Workspace } from './workspace.ts';

interface Page {
  /** The image behind which the page starts. */
  readonly after: number;
  readonly limit: number;
}

/** Images that could be read when they were imported and whose samples nobody looked at; a page in order. */
export async function unlookedImages(
  workspace: Workspace,
  batchId: number,
  page: Page,
): Promise<BatchImage[]> {
  const rows = await pageOfImages(workspace, batchId, page)
    .where('images.sample_kind', 'is', null)
    .where('images.content_hash', 'is not', null)
    .execute();
  return rows.map((row) => toBatchImage(workspace, row));
}

/** Images of a batch with samples of the kind, in the order of their import; a page starts behind `after`. */
export async function deepImages(
  workspace: Workspace,
  batchId: number,
  kind: SampleKind,
  page: Page,
): Promise<BatchImage[]> {
  const rows = await pageOfImages(workspace, batchId, page).where('images.sample_kind', '=', kind).execute();
  return rows.map((row) => toBatchImage(workspace, row));
}

function pageOfImages({ db }: Workspace, batchId: number, { after, limit }: Page) {
  return selectImages(db)
    .where('images.batch_id', '=', batchId)
    .where('images.id', '>', after)
    .orderBy('images.id')
    .limit(limit);
}

/** Writes down what samples images have. What another program wrote meanwhile stays. */
export async function saveSampleKinds(
  workspace: Workspace,
  kinds: readonly { readonly id: number; readonly kind: SampleKind | 'none' }[],
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    for (const [kind, images] of Map.groupBy(kinds, (image) => image.kind)) {
      const ids = JSON.stringify(images.map(({ id }) => id));
      await db
        .updateTable('images')
        .set({ sample_kind: kind })
        .where(sql<boolean>`id in (select value from json_each(${ids}))`)
        .where('sample_kind', 'is', null)
        .execute();
    }
  });
}
