import { type Expression, type Selectable, type SqlBool, sql, type Updateable } from 'kysely';
import type { AuditAction } from '../../src-shared/audit-words.ts';
import type { Batch, BatchMetadata } from '../../src-shared/batch.ts';
import type { BatchRange } from '../../src-shared/batch-range.ts';
import { failure } from '../../src-shared/errors.ts';
import { isSameScale, type Scale } from '../../src-shared/scale.ts';
import { type BatchShard, isWhole } from '../../src-shared/shard.ts';
import { recordAudit } from './audit.ts';
import { daysOfUse } from './days-of-use.ts';
import { listRunOverviews } from './runs.ts';
import { parseRanges } from './sample-ranges.ts';
import { parseScale } from './scale-tables.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Makes an empty batch. @param shard which part of some images it is for; null: all of them */
export async function createBatch(
  workspace: Workspace,
  metadata: Partial<BatchMetadata> & Pick<BatchMetadata, 'name'>,
  inspector: string,
  shard: BatchShard | null = null,
): Promise<Batch> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await db
      .insertInto('batches')
      .values({
        object_name: '',
        part_number: '',
        revision: '',
        lot: '',
        order_number: '',
        ...toColumns(metadata),
        name: metadata.name,
        created_at: new Date().toISOString(),
        shard: shard && JSON.stringify(shard),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      { inspector, action: 'created', subject: 'batch', subjectId: row.id, newValue: recordedBatch(row) },
    ]);
    return toBatch(row);
  });
}

/** @throws ClipSamError `not-found` when the workspace has no such batch, `conflict` when it was deleted */
export async function getBatch(workspace: Workspace, id: number): Promise<Batch> {
  const row = await rowOf(workspace.db, id);
  if (row.deleted_at !== null) {
    throw failure(
      'batch-deleted',
      { name: row.name },
      `Batch ${id} "${row.name}" was deleted. Restore it first.`,
    );
  }
  return toBatch(row);
}

/**
 * Batches that were not deleted, newest first; the archived ones only when asked for. `search` looks in every text
 * of the batch.
 */
export async function listBatches(
  workspace: Workspace,
  options: { readonly archived?: boolean; readonly search?: string } = {},
): Promise<Batch[]> {
  let query = workspace.db
    .selectFrom('batches')
    .selectAll()
    .where('deleted_at', 'is', null)
    .where('archived_at', options.archived ? 'is not' : 'is', null)
    .orderBy('id', 'desc');
  if (options.search) query = query.where(isFound(options.search));
  return (await query.execute()).map(toBatch);
}

/** Changes what is written on a batch. */
export async function updateBatch(
  workspace: Workspace,
  id: number,
  changes: Partial<BatchMetadata>,
  inspector: string,
): Promise<Batch> {
  return change(workspace, id, toColumns(changes), 'changed', inspector);
}

/** Says how large a pixel is for runs that begin from now on (null: not known); results that are there stay. */
export async function changeScale(
  workspace: Workspace,
  id: number,
  scale: Scale | null,
  inspector: string,
): Promise<Batch> {
  const before = await getBatch(workspace, id);
  if (isSameScale(before.scale, scale)) return before;
  const columns = { scale: scale && JSON.stringify(scale) };
  return change(workspace, id, columns, 'scale changed', inspector);
}

/** Says which part of some images a batch holds. */
export async function changeShard(
  workspace: Workspace,
  id: number,
  shard: BatchShard,
  inspector: string,
): Promise<Batch> {
  return change(workspace, id, { shard: JSON.stringify(shard) }, 'changed', inspector);
}

/** Puts a batch away, or takes it back. Nothing is deleted. */
export async function archiveBatch(
  workspace: Workspace,
  id: number,
  archived: boolean,
  inspector: string,
): Promise<Batch> {
  const columns = { archived_at: archived ? new Date().toISOString() : null };
  return change(workspace, id, columns, archived ? 'archived' : 'restored', inspector);
}

/**
 * Takes a batch out of sight with its images, runs and verdicts, or brings it back as it was. Nothing is lost.
 * @throws ClipSamError `conflict` while a program inspects it
 */
export async function deleteBatch(
  workspace: Workspace,
  id: number,
  deleted: boolean,
  inspector: string,
): Promise<Batch> {
  const runs = deleted ? await listRunOverviews(workspace, { batchId: id }) : [];
  if (runs.some(({ alive }) => alive)) {
    throw failure('batch-at-work', `Batch ${id} is being inspected. Cancel its run first.`);
  }
  const columns = deleted
    ? { deleted_at: new Date().toISOString(), deleted_on_day: await daysOfUse(workspace.db) }
    : { deleted_at: null, deleted_on_day: null };
  return change(workspace, id, columns, deleted ? 'deleted' : 'undeleted', inspector);
}

/** The condition that a text of the batch holds the words. */
export function isFound(search: string): Expression<SqlBool> {
  const hits = SEARCHED.map((column) => sql`instr(lower(${sql.ref(column)}), lower(${search})) > 0`);
  return sql<SqlBool>`(${sql.join(hits, sql` or `)})`;
}

const SEARCHED = ['name', 'object_name', 'part_number', 'revision', 'lot', 'order_number'] as const;

type Columns = Updateable<Schema['batches']>;

function change(
  workspace: Workspace,
  id: number,
  columns: Columns,
  action: AuditAction,
  inspector: string,
): Promise<Batch> {
  return workspace.db.transaction().execute(async (db) => {
    const before = await rowOf(db, id);
    if (Object.keys(columns).length === 0) return toBatch(before);
    const after = await db
      .updateTable('batches')
      .set(columns)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector,
        action,
        subject: 'batch',
        subjectId: id,
        oldValue: recordedBatch(before),
        newValue: recordedBatch(after),
      },
    ]);
    return toBatch(after);
  });
}

async function rowOf(db: Workspace['db'], id: number): Promise<Selectable<Schema['batches']>> {
  const row = await db
    .selectFrom('batches')
    .selectAll()
    .where('id', '=', id)
    .where('purge', 'is', null)
    .executeTakeFirst();
  if (!row) throw failure('batch-unknown', { batch: id }, `The workspace has no batch ${id}.`);
  return row;
}

function toColumns(metadata: Partial<BatchMetadata>): Columns {
  const columns: Columns = {
    name: metadata.name,
    object_name: metadata.objectName,
    part_number: metadata.partNumber,
    revision: metadata.revision,
    lot: metadata.lot,
    order_number: metadata.order,
    recipe_hash: metadata.recipeHash,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

/** What the audit trail tells of a batch as it is. */
export function recordedBatch(row: Selectable<Schema['batches']>) {
  return { ...toBatch(row), deletedAt: row.deleted_at, shard: parseShardColumn(row.shard) };
}

/** A row as it leaves the store. */
export function toBatch(row: Selectable<Schema['batches']>): Batch {
  const shard = parseShardColumn(row.shard);
  return {
    id: row.id,
    name: row.name,
    objectName: row.object_name,
    partNumber: row.part_number,
    revision: row.revision,
    lot: row.lot,
    order: row.order_number,
    recipeHash: row.recipe_hash,
    createdAt: row.created_at,
    archivedAt: row.archived_at,
    sampleRanges: parseRanges<BatchRange>(row.sample_ranges),
    scale: parseScale(row.scale),
    ...(shard && !isWhole(shard) && { shard }),
  };
}

/** Which part of some images a batch holds, from its column. */
export function parseShardColumn(column: string | null): BatchShard | null {
  return column === null ? null : (JSON.parse(column) as BatchShard);
}
