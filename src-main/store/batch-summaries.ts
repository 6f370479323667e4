import { type Selectable, sql } from 'kysely';
import type { BatchSummaryRow } from '../../src-shared/contract/batches.ts';
import { failure } from '../../src-shared/errors.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import { isFound, toBatch } from './batches.ts';
import { listRunOverviews, type RunOverview } from './runs.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** What the store knows of a batch that is listed. */
export type ListedBatch = Omit<BatchSummaryRow, 'run' | 'stoppedImport'> & {
  readonly run: RunOverview | null;
};

type Filter =
  | { readonly id: number }
  | { readonly search: string; readonly show: 'current' | 'archived' | 'deleted' };

/** Batches with what became of them, newest first: two queries, whatever their number. */
export async function listBatchSummaries(workspace: Workspace, filter: Filter): Promise<ListedBatch[]> {
  const { rows } = await sql<Row>`
    with listed as (
      select batches.*, (select max(id) from runs where batch_id = batches.id) as run_id
      from batches where purge is null and ${condition(filter)}
    )
    select listed.*,
      (select count(*) from images where batch_id = listed.id) as images,
      (select json_group_array(id) from
        (select id from images where batch_id = listed.id order by path limit 4)) as cover,
      ${verdictsOfModel('accept')} as accept, ${verdictsOfModel('warn')} as warn, ${verdictsOfModel('reject')} as reject,
      (select count(*) from results r where r.run_id = listed.run_id and r.doubts > 0) as doubtful,
      (select count(*) from verdicts v where v.run_id = listed.run_id and v.verdict <> 'withdrawn'
        and not exists (select 1 from verdicts newer where newer.supersedes = v.id)) as reviewed
    from listed order by id desc`.execute(workspace.db);
  const runIds = rows.flatMap(({ run_id }) => run_id ?? []);
  const runs = new Map(
    (await listRunOverviews(workspace, { ids: runIds })).map((state) => [state.run.id, state]),
  );
  return rows.map((row) => ({
    batch: toBatch(row),
    images: row.images,
    deletedAt: row.deleted_at,
    run: (row.run_id !== null && runs.get(row.run_id)) || null,
    verdicts: { accept: row.accept, warn: row.warn, reject: row.reject },
    doubtful: row.doubtful,
    reviewed: row.reviewed,
    cover: JSON.parse(row.cover) as number[],
  }));
}

/** Also of a deleted batch. @throws ClipSamError `not-found` when the workspace has no such batch */
export async function getBatchSummary(workspace: Workspace, id: number): Promise<ListedBatch> {
  const [summary] = await listBatchSummaries(workspace, { id });
  if (!summary) throw failure('batch-unknown', { batch: id }, `The workspace has no batch ${id}.`);
  return summary;
}

type Row = Selectable<Schema['batches']> &
  Record<ModelVerdict | 'images' | 'doubtful' | 'reviewed', number> & {
    run_id: number | null;
    cover: string;
  };

function condition(filter: Filter) {
  if ('id' in filter) return sql`id = ${filter.id}`;
  const { show, search } = filter;
  const shown = {
    current: sql`deleted_at is null and archived_at is null`,
    archived: sql`deleted_at is null and archived_at is not null`,
    deleted: sql`deleted_at is not null`,
  }[show];
  return search === '' ? shown : sql`${shown} and ${isFound(search)}`;
}

function verdictsOfModel(verdict: ModelVerdict) {
  return sql`(select count(*) from results r
    where r.run_id = listed.run_id and r.status = 'done' and r.verdict = ${verdict})`;
}
