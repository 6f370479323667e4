import type { Selectable } from 'kysely';
import type { BatchShard } from '../../src-shared/shard.ts';
import { recordAudit } from './audit.ts';
import { parseShardColumn, recordedBatch } from './batches.ts';
import { mergedRows, noteMerged } from './merged-rows.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** A batch of another workspace. */
export type ForeignBatch = Selectable<Schema['batches']>;

/** Batches that were not deleted, archived ones too, oldest first; and how many were. */
export async function foreignBatches({ db }: Workspace): Promise<{
  readonly batches: readonly ForeignBatch[];
  readonly deleted: number;
}> {
  const rows = await db.selectFrom('batches').selectAll().orderBy('id').execute();
  const batches = rows.filter(({ deleted_at }) => deleted_at === null);
  return { batches, deleted: rows.length - batches.length };
}

/**
 * Where a batch of another workspace is here. `gone`: it was, and was deleted.
 * @param source id of the other workspace
 */
export async function batchHere(
  { db }: Workspace,
  source: string,
  batch: ForeignBatch,
): Promise<ForeignBatch | 'gone' | undefined> {
  const row = (await mergedRows(db, source, 'batch', [batch.id])).get(batch.id);
  if (!row) return undefined;
  const here = await db.selectFrom('batches').selectAll().where('id', '=', row.rowId).executeTakeFirst();
  return here && here.deleted_at === null ? here : 'gone';
}

/** The batch that other shards of the same images came into; undefined: none did. */
export async function batchOfShards(
  { db }: Workspace,
  name: string,
  shard: BatchShard,
): Promise<ForeignBatch | undefined> {
  const rows = await db
    .selectFrom('batches')
    .selectAll()
    .where('name', '=', name)
    .where('shard', 'is not', null)
    .where('deleted_at', 'is', null)
    .orderBy('id')
    .execute();
  return rows.find((row) => isOfSameImages(parseShardColumn(row.shard)!, shard));
}

/** Whether two shards are parts of the same images. */
export function isOfSameImages(a: BatchShard, b: BatchShard): boolean {
  return a.of === b.of && a.inputs === b.inputs;
}

/** Makes a batch with what is written on one of another workspace. */
export async function addForeignBatch(
  workspace: Workspace,
  source: string,
  batch: ForeignBatch,
  inspector: string,
): Promise<ForeignBatch> {
  return workspace.db.transaction().execute(async (db) => {
    const { id: _, purge: __, ...columns } = batch;
    const row = await db.insertInto('batches').values(columns).returningAll().executeTakeFirstOrThrow();
    const newValue = recordedBatch(row);
    await recordAudit(db, [{ inspector, action: 'merged', subject: 'batch', subjectId: row.id, newValue }]);
    await noteBatch({ db }, source, batch, row.id);
    return row;
  });
}

/** Remembers where a batch of another workspace is from now on, once. */
export async function noteBatch(
  workspace: Pick<Workspace, 'db'>,
  source: string,
  batch: ForeignBatch,
  rowId: number,
): Promise<void> {
  const known = await mergedRows(workspace.db, source, 'batch', [batch.id]);
  if (known.has(batch.id)) return;
  // What is written on it may change.
  const content = batch.created_at;
  await noteMerged(workspace.db, source, { kind: 'batch', id: batch.id, content, rowId });
}
