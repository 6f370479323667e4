import { type Selectable, sql } from 'kysely';
import type { Polygon } from '../../src-shared/geometry.ts';
import type { ImagePage } from '../../src-shared/image-page.ts';
import { type Product, productFromKey, productKey } from '../../src-shared/product.ts';
import type { MemoryItem, MemoryKind } from '../../src-shared/reference-set.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { pictureKey } from '../files/picture-key.ts';
import type { Schema } from './schema.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** What is to be remembered: a picture, and of a mark the places in it. */
export interface NewMemoryItem
  extends Pick<
    MemoryItem,
    'kind' | 'contentHash' | 'page' | 'range' | 'imageId' | 'runId' | 'polygons' | 'width' | 'height'
  > {
  /** Absolute path of the file. */
  readonly source: string;
}

/** Adds items; what makes them count is a change. @returns their ids, in their order */
export async function insertItems(
  workspace: Workspace,
  product: Product,
  items: readonly NewMemoryItem[],
  inspector: string,
): Promise<number[]> {
  if (items.length === 0) return [];
  const createdAt = new Date().toISOString();
  const rows = await workspace.db
    .insertInto('memory_items')
    .values(
      items.map((item) => ({
        product: productKey(product),
        kind: item.kind,
        content_hash: item.contentHash,
        page: item.page && JSON.stringify(item.page),
        sample_range: item.range && JSON.stringify({ low: item.range.low, high: item.range.high }),
        image_id: item.imageId,
        run_id: item.runId,
        source: toStoredPath(workspace, item.source),
        polygons: item.polygons && JSON.stringify(item.polygons),
        width: item.width,
        height: item.height,
        inspector,
        created_at: createdAt,
      })),
    )
    .returning('id')
    .execute();
  return rows.map(({ id }) => id).sort((a, b) => a - b);
}

/** The items that count for a product, in the order in which they were added. */
export async function countingItems(workspace: Workspace, product: Product): Promise<MemoryItem[]> {
  const counting = await countingIds(workspace.db, product);
  return itemsOf(workspace, [...counting]);
}

/** Their ids. Of several decisions about one item the last one counts. */
export async function countingIds(db: Workspace['db'], product: Product): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select i.id from memory_items i where i.product = ${productKey(product)} and ${IS_COUNTING}
    order by i.id`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** The condition that the item `i` counts. */
export const IS_COUNTING = sql`(
  select e.effect from memory_effects e join memory_decisions d on d.change_id = e.change_id
  where e.item_id = i.id and d.is_effective = 1 order by d.id desc limit 1
) is 'add'`;

/** Items by their ids, in the order of these; ids that there are not are passed over. */
export async function itemsOf(workspace: Workspace, ids: readonly number[]): Promise<MemoryItem[]> {
  const rows = await workspace.db
    .selectFrom('memory_items as i')
    .leftJoin('images', 'images.id', 'i.image_id')
    .selectAll('i')
    .select('images.id as present')
    .where(sql<boolean>`i.id in (select value from json_each(${JSON.stringify(ids)}))`)
    .execute();
  const byId = new Map(rows.map((row) => [row.id, toItem(workspace, row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/** The products that items belong to, by the items' ids. */
export async function productsOfItems(
  db: Workspace['db'],
  ids: readonly number[],
): Promise<Map<number, Product>> {
  const rows = await db.selectFrom('memory_items').select(['id', 'product']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, product }) => [id, productFromKey(product)]));
}

/** SHA-256 of all pictures that were ever remembered: their copies stay, since a removal can be undone. */
export async function rememberedContents(db: Workspace['db']): Promise<Set<string>> {
  const rows = await db.selectFrom('memory_items').select('content_hash').distinct().execute();
  return new Set(rows.map((row) => row.content_hash));
}

/** Versions of the same pictures, see `MemoryItem`. */
export async function rememberedVersions(workspace: Workspace): Promise<string[]> {
  const rows = await workspace.db
    .selectFrom('memory_items')
    .select(['content_hash', 'page', 'sample_range'])
    .distinct()
    .execute();
  return rows.map(versionOf);
}

function toItem(
  workspace: Workspace,
  row: Selectable<Schema['memory_items']> & { readonly present: number | null },
): MemoryItem {
  const isThere = row.present !== null;
  return {
    id: row.id,
    kind: row.kind as MemoryKind,
    contentHash: row.content_hash,
    page: pageOf(row),
    range: rangeOf(row),
    version: versionOf(row),
    imageId: isThere ? row.image_id : null,
    runId: isThere ? row.run_id : null,
    source: fromStoredPath(workspace, row.source),
    polygons: row.polygons === null ? null : (JSON.parse(row.polygons) as Polygon[]),
    width: row.width,
    height: row.height,
    addedBy: row.inspector,
    addedAt: row.created_at,
  };
}

type Picture = Pick<Selectable<Schema['memory_items']>, 'content_hash' | 'page' | 'sample_range'>;

const pageOf = ({ page }: Picture) => (page === null ? null : (JSON.parse(page) as ImagePage));
const rangeOf = ({ sample_range: range }: Picture) =>
  range === null ? null : (JSON.parse(range) as SampleRange);

function versionOf(row: Picture): string {
  return pictureKey({ contentHash: row.content_hash, page: pageOf(row)?.index, range: rangeOf(row) });
}
