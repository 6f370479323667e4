import { sql } from 'kysely';
import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { type Product, productFromKey, productKey } from '../../src-shared/product.ts';
import {
  type GuardExamination,
  MARK_LIMIT,
  type MemoryChange,
  type MemoryKind,
  REFERENCE_LIMIT,
} from '../../src-shared/reference-set.ts';
import { recordAudit } from './audit.ts';
import { countingIds, IS_COUNTING, insertItems, itemsOf, type NewMemoryItem } from './memory-items.ts';
import { newOwner, whereOwnerIs } from './owner.ts';
import type { Workspace } from './workspace.ts';

/** A change as it is asked for; not one that does nothing. */
export interface NewMemoryChange {
  readonly product: Product;
  readonly add?: readonly NewMemoryItem[];
  /** Items that count, and shall not. */
  readonly remove?: readonly number[];
  /** Items that counted once, and shall again. */
  readonly restore?: readonly number[];
  readonly undoes?: number;
  readonly origin: MemoryChange['origin'];
  /** The annotation or verdict. */
  readonly originId?: number;
  readonly inspector: string;
}

/**
 * Writes down that a change was asked for; until it is decided it counts nothing. To be called in a transaction.
 * @returns its id
 * @throws ClipSamError `conflict` when an item is not as the change takes it to be or another change of it is open, a
 * reference is known already, or there would be too many
 */
export async function insertChange(workspace: Workspace, change: NewMemoryChange): Promise<number> {
  const { db } = workspace;
  const { product, add = [], remove = [], restore = [], origin, inspector } = change;
  await checkItems(db, product, { remove, restore });
  await checkNew(workspace, product, add);
  const restored = await itemsOf(workspace, restore);
  await checkRoom(
    db,
    product,
    [...add, ...restored].map(({ kind }) => kind),
  );
  const { id } = await db
    .insertInto('memory_changes')
    .values({
      product: productKey(product),
      undoes: change.undoes ?? null,
      origin,
      origin_id: change.originId ?? null,
      inspector,
      created_at: new Date().toISOString(),
      ...newOwner(),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const added = await insertItems(workspace, product, add, inspector);
  const effects = [
    ...[...added, ...restore].map((item) => ({ change_id: id, item_id: item, effect: 'add' as const })),
    ...remove.map((item) => ({ change_id: id, item_id: item, effect: 'remove' as const })),
  ];
  await db.insertInto('memory_effects').values(effects).execute();
  const newValue = { product, added, restored: restore, removed: remove, undoes: change.undoes, origin };
  await recordAudit(db, [{ inspector, action: 'asked', subject: 'references', subjectId: id, newValue }]);
  return id;
}

/** Items of the product that count, or do not, and of which no other change is open. */
async function checkItems(
  db: Workspace['db'],
  product: Product,
  { remove, restore }: { readonly remove: readonly number[]; readonly restore: readonly number[] },
): Promise<void> {
  if (remove.length + restore.length === 0) return;
  const counting = await countingIds(db, product);
  const open = await openItems(db, product);
  const isAsExpected = remove.every((id) => counting.has(id)) && !restore.some((id) => counting.has(id));
  if (isAsExpected && ![...remove, ...restore].some((id) => open.has(id))) return;
  throw failure(
    'memory-changed',
    'What this would change has been changed in the meantime, or another change of it is under way. Look at it again.',
  );
}

async function checkNew(
  workspace: Workspace,
  product: Product,
  items: readonly NewMemoryItem[],
): Promise<void> {
  const references = items.filter(({ kind }) => kind === 'reference');
  if (references.length === 0) return;
  const { rows } = await sql<{ picture: string }>`
    select ${PICTURE} as picture from memory_items i where i.product = ${productKey(product)}
    and i.kind = 'reference' and (${IS_COUNTING} or ${IS_OPEN})`.execute(workspace.db);
  const known = new Set(rows.map(({ picture }) => picture));
  for (const { contentHash, page, source } of references) {
    const picture = `${contentHash} ${page?.index ?? ''}`;
    if (known.has(picture)) {
      throw failure(
        'reference-known',
        { file: source },
        `${source} is a reference of this product already, or about to become one.`,
      );
    }
    known.add(picture);
  }
}

const PICTURE = sql`i.content_hash || ' ' || coalesce(json_extract(i.page, '$.index'), '')`;
/** The condition that a change of the item `i` is open. */
const IS_OPEN = sql`exists (
  select 1 from memory_effects o where o.item_id = i.id
  and not exists (select 1 from memory_decisions d where d.change_id = o.change_id)
)`;

/** @throws ClipSamError `conflict` when there would be too many with these, those that are under way among them */
async function checkRoom(db: Workspace['db'], product: Product, kinds: readonly MemoryKind[]): Promise<void> {
  const room = await roomFor(db, product);
  for (const [kind, free] of room) {
    const more = kinds.filter((other) => other === kind).length;
    if (more > free) throw full(kind, more, free);
  }
}

/** How many more of each kind there may be; what is under way counts as there. */
export async function roomFor(db: Workspace['db'], product: Product): Promise<Map<MemoryKind, number>> {
  const { rows } = await sql<{ kind: MemoryKind; count: number }>`
    select kind, count(*) as count from memory_items i where i.product = ${productKey(product)}
    and (${IS_COUNTING} or ${IS_OPEN}) group by kind`.execute(db);
  const there = new Map(rows.map(({ kind, count }) => [kind, count]));
  const limits = { reference: REFERENCE_LIMIT, harmless: MARK_LIMIT, 'counter-example': MARK_LIMIT } as const;
  return new Map(
    (Object.keys(limits) as MemoryKind[]).map((kind) => [kind, limits[kind] - (there.get(kind) ?? 0)]),
  );
}

function full(kind: MemoryKind, more: number, free: number): ClipSamError {
  if (kind === 'reference') {
    const message = `A product has at most ${REFERENCE_LIMIT} references: there is room for ${Math.max(0, free)} more, not for ${more}. Remove some that say the same as others, then add these.`;
    return failure('references-full', { limit: REFERENCE_LIMIT, more, free: Math.max(0, free) }, message);
  }
  return failure(
    'marks-full',
    { limit: MARK_LIMIT },
    `A product has at most ${MARK_LIMIT} marks of a kind. Remove some that are no longer needed.`,
  );
}

/** Items of which a change is open. */
export async function openItems(db: Workspace['db'], product: Product): Promise<Set<number>> {
  const { rows } = await sql<{ id: number }>`
    select i.id from memory_items i where i.product = ${productKey(product)} and ${IS_OPEN}`.execute(db);
  return new Set(rows.map(({ id }) => id));
}

/** What became of a change. */
interface ChangeEnd {
  /** Absent: it waits for somebody's word. */
  readonly isEffective?: boolean;
  readonly examination?: GuardExamination;
  /** Null: the guard had no objection. */
  readonly inspector: string | null;
  readonly comment?: string;
  /** What {@link basisOf} said when it was examined. */
  readonly basis?: number;
  /** Gets the change as it is; throws what refuses the end. */
  readonly allow?: (change: MemoryChange) => void;
}

/**
 * Writes down what became of a change.
 * @returns false, and nothing is written, when another change of the product was decided since `end.basis`
 * @throws ClipSamError `not-found`; `conflict` when it was decided before
 */
export async function endChange(workspace: Workspace, id: number, end: ChangeEnd): Promise<boolean> {
  return workspace.db.transaction().execute((db) => endChangeWithin({ ...workspace, db }, id, end));
}

/** As {@link endChange}, in a transaction that goes on. */
export async function endChangeWithin(workspace: Workspace, id: number, end: ChangeEnd): Promise<boolean> {
  const { db } = workspace;
  const { isEffective, examination, inspector, comment = '', basis } = end;
  const change = await getChange(workspace, id);
  if (change.decision) throw failure('memory-decided', `Change ${id} was decided already.`);
  end.allow?.(change);
  if (basis !== undefined && basis !== (await basisOf(db, change.product))) return false;
  const entry = { change_id: id, created_at: new Date().toISOString() };
  if (examination && !change.examination) {
    await db
      .insertInto('memory_examinations')
      .values({ ...entry, outcome: JSON.stringify(examination) })
      .execute();
  }
  if (isEffective !== undefined) {
    const is_effective = isEffective ? 1 : 0;
    await db
      .insertInto('memory_decisions')
      .values({ ...entry, is_effective, inspector, comment })
      .execute();
  }
  const action = isEffective === undefined ? 'held' : isEffective ? 'took effect' : 'rejected';
  const { missed = [], error = null } = examination ?? change.examination ?? {};
  await recordAudit(db, [
    {
      inspector: inspector ?? change.inspector,
      action,
      subject: 'references',
      subjectId: id,
      newValue: { comment, missed: missed.map(({ imageId }) => imageId), error },
    },
  ]);
  return true;
}

/** The last decision by which the product's memory changed; 0: none. */
export async function basisOf(db: Workspace['db'], product: Product): Promise<number> {
  const { rows } = await sql<{ last: number | null }>`
    select max(d.id) as last from memory_decisions d join memory_changes c on c.id = d.change_id
    where c.product = ${productKey(product)} and d.is_effective = 1`.execute(db);
  return rows[0]?.last ?? 0;
}

/** Changes that are examined nowhere, oldest first: the program that they were asked in is gone, or not of this machine. */
export async function abandonedChanges(
  workspace: Workspace,
): Promise<readonly { readonly id: number; readonly product: Product }[]> {
  const rows = await workspace.db
    .selectFrom('memory_changes as c')
    .leftJoin('memory_decisions as d', 'd.change_id', 'c.id')
    .leftJoin('memory_examinations as x', 'x.change_id', 'c.id')
    .selectAll('c')
    .where('d.id', 'is', null)
    .where('x.change_id', 'is', null)
    .orderBy('c.id')
    .execute();
  // Examining one twice does no harm: only the first end counts.
  return rows
    .filter((row) => whereOwnerIs(row) !== 'this-machine')
    .map(({ id, product }) => ({ id, product: productFromKey(product) }));
}

/** @throws ClipSamError `not-found` */
export async function getChange(workspace: Workspace, id: number): Promise<MemoryChange> {
  const [change] = await listChanges(workspace, { ids: [id] });
  if (!change) throw unknownChange(id);
  return change;
}

function unknownChange(id: number): ClipSamError {
  return failure('memory-change-unknown', { change: id }, `The workspace has no change ${id} of references.`);
}

/** Which changes {@link listChanges} lists. */
export type WhichChanges =
  | { readonly ids: readonly number[] }
  /** Not decided yet, oldest first. */
  | { readonly open: true }
  /** Of an annotation or a verdict, oldest first. */
  | { readonly origin: MemoryChange['origin']; readonly originId: number }
  /** Newest first. */
  | { readonly product: Product; readonly before?: number | null; readonly limit: number };

/** Changes with everything about them, but for how far their examination is. */
export async function listChanges(workspace: Workspace, which: WhichChanges): Promise<MemoryChange[]> {
  const { db } = workspace;
  let query = db
    .selectFrom('memory_changes as c')
    .leftJoin('memory_decisions as d', 'd.change_id', 'c.id')
    .leftJoin('memory_examinations as x', 'x.change_id', 'c.id')
    .selectAll('c')
    .select(['d.is_effective', 'd.inspector as decided_by', 'd.comment', 'd.created_at as decided_at'])
    .select('x.outcome');
  if ('ids' in which) query = query.where('c.id', 'in', which.ids);
  else if ('open' in which) query = query.where('d.id', 'is', null).orderBy('c.id');
  else if ('origin' in which) {
    const { origin, originId } = which;
    query = query.where('c.origin', '=', origin).where('c.origin_id', '=', originId).orderBy('c.id');
  } else {
    query = query.where('c.product', '=', productKey(which.product)).orderBy('c.id', 'desc');
    if (which.before) query = query.where('c.id', '<', which.before);
    query = query.limit(which.limit);
  }
  const rows = await query.execute();
  const effects = await db
    .selectFrom('memory_effects')
    .selectAll()
    .where(
      sql<boolean>`change_id in (select value from json_each(${JSON.stringify(rows.map(({ id }) => id))}))`,
    )
    .orderBy('item_id')
    .execute();
  const items = await itemsOf(workspace, [...new Set(effects.map(({ item_id }) => item_id))]);
  const itemOf = new Map(items.map((item) => [item.id, item]));
  const effectsOf = Map.groupBy(effects, ({ change_id }) => change_id);
  return rows.map((row): MemoryChange => {
    const isDecided = row.is_effective !== null;
    return {
      id: row.id,
      product: productFromKey(row.product),
      items: (effectsOf.get(row.id) ?? []).map(({ effect, item_id }) => ({
        effect,
        item: itemOf.get(item_id)!,
      })),
      undoes: row.undoes,
      origin: row.origin,
      inspector: row.inspector,
      at: row.created_at,
      state: isDecided
        ? row.is_effective === 1
          ? 'effective'
          : 'rejected'
        : row.outcome === null
          ? 'examining'
          : 'waiting',
      progress: null,
      examination: row.outcome === null ? null : (JSON.parse(row.outcome) as GuardExamination),
      decision: isDecided ? { inspector: row.decided_by, comment: row.comment!, at: row.decided_at! } : null,
    };
  });
}
