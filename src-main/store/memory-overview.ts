import { sql } from 'kysely';
import type { ProductSummary, SetOfRun } from '../../src-shared/contract/references.ts';
import { type Product, productFromKey, productKey } from '../../src-shared/product.ts';
import type { MemoryKind } from '../../src-shared/reference-set.ts';
import { IS_COUNTING } from './memory-items.ts';
import type { Workspace } from './workspace.ts';

interface Activity {
  readonly product: string;
  readonly changed_at: string;
  readonly waiting: number;
  readonly examining: number;
}

/** Products that remember something, or were asked to; what was changed last comes first. */
export async function productSummaries({ db }: Workspace): Promise<ProductSummary[]> {
  const activity = await sql<Activity>`
    select c.product, max(coalesce(d.created_at, c.created_at)) as changed_at,
      sum(d.id is null and x.change_id is not null) as waiting,
      sum(d.id is null and x.change_id is null) as examining
    from memory_changes c
    left join memory_decisions d on d.change_id = c.id
    left join memory_examinations x on x.change_id = c.id
    group by c.product order by changed_at desc, c.product`.execute(db);
  const counts = await sql<{ product: string; kind: MemoryKind; count: number }>`
    select product, kind, count(*) as count from memory_items i where ${IS_COUNTING}
    group by product, kind`.execute(db);
  const countOf = new Map(counts.rows.map(({ product, kind, count }) => [`${kind} ${product}`, count]));
  return activity.rows.map(({ product, changed_at, waiting, examining }) => ({
    product: productFromKey(product),
    references: countOf.get(`reference ${product}`) ?? 0,
    harmless: countOf.get(`harmless ${product}`) ?? 0,
    counterExamples: countOf.get(`counter-example ${product}`) ?? 0,
    waiting,
    examining,
    changedAt: changed_at,
  }));
}

/** Images of a run's batch that are references of a product, or may become some. */
export async function referencesInBatch(
  { db }: Workspace,
  product: Product,
  runId: number,
): Promise<SetOfRun['images']> {
  const { rows } = await sql<{ imageId: number; itemId: number; counts: number }>`
    select i.image_id as imageId, i.id as itemId, ${IS_COUNTING} as counts from memory_items i
    join images on images.id = i.image_id
    where i.product = ${productKey(product)} and i.kind = 'reference'
      and images.batch_id = (select batch_id from runs where id = ${runId})
      and (${IS_COUNTING} or exists (
        select 1 from memory_effects o where o.item_id = i.id and o.effect = 'add'
        and not exists (select 1 from memory_decisions d where d.change_id = o.change_id)
      ))
    order by i.id`.execute(db);
  return rows.map((row) => ({ ...row, counts: row.counts === 1 }));
}

/** References that an image is, by product, and the open changes that would make it one. */
export async function referencesOfImage(
  { db }: Workspace,
  imageId: number,
): Promise<{ readonly counting: ReadonlyMap<Product, readonly number[]>; readonly open: readonly number[] }> {
  const counting = await sql<{ id: number; product: string }>`
    select i.id, i.product from memory_items i
    where i.image_id = ${imageId} and i.kind = 'reference' and ${IS_COUNTING}
    and not exists (
      select 1 from memory_effects o where o.item_id = i.id and o.effect = 'remove'
      and not exists (select 1 from memory_decisions d where d.change_id = o.change_id)
    )`.execute(db);
  const open = await sql<{ id: number }>`
    select distinct o.change_id as id from memory_items i
    join memory_effects o on o.item_id = i.id and o.effect = 'add'
    left join memory_decisions d on d.change_id = o.change_id
    where i.image_id = ${imageId} and i.kind = 'reference' and d.id is null`.execute(db);
  const byProduct = Map.groupBy(counting.rows, ({ product }) => product);
  return {
    counting: new Map(
      [...byProduct].map(([product, rows]) => [productFromKey(product), rows.map(({ id }) => id)]),
    ),
    open: open.rows.map(({ id }) => id),
  };
}
