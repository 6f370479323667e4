import { sql } from 'kysely';
import type { BatchImage } from '../../src-shared/batch.ts';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { failure } from '../../src-shared/errors.ts';
import type { Run } from '../../src-shared/run.ts';
import { toBatchImage } from './images.ts';
import { isOwnerAlive } from './run-claims.ts';
import { type RunRow, runRow, toRun } from './run-row.ts';
import type { Workspace } from './workspace.ts';

/** @throws ClipSamError `not-found` when the workspace has no such run */
export async function getRun(workspace: Workspace, id: number): Promise<Run> {
  return toRun(await runRow(workspace.db, id));
}

/** Runs of a batch, or all, newest first. */
export async function listRuns(workspace: Workspace, batchId?: number): Promise<Run[]> {
  let query = workspace.db.selectFrom('runs').selectAll().orderBy('id', 'desc');
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
  return (await query.execute()).map(toRun);
}

/** A run with how far it is; one whose program died without writing down its end counts as `interrupted`. */
export interface RunOverview extends Readonly<Pick<RunProgress, 'run' | 'total' | 'done' | 'failed'>> {
  /** A program, this one or another, works on it or has paused it. */
  readonly alive: boolean;
}

/** Runs with how far they are, newest first: one query, whatever their number. */
export async function listRunOverviews(
  workspace: Workspace,
  which: { readonly batchId: number } | { readonly ids: readonly number[] },
): Promise<RunOverview[]> {
  const { rows } = await sql<RunRow & Pick<RunOverview, 'total' | 'done' | 'failed'>>`
    select runs.*,
      (select count(*) from images i where i.batch_id = runs.batch_id and i.id <= runs.last_image_id) as total,
      (select count(*) from results r where r.run_id = runs.id and r.status = 'done') as done,
      (select count(*) from results r where r.run_id = runs.id and r.status = 'failed') as failed
    from runs
    where ${
      'batchId' in which
        ? sql`batch_id = ${which.batchId}`
        : sql`id in (select value from json_each(${JSON.stringify(which.ids)}))`
    }
    order by id desc`.execute(workspace.db);
  return rows.map((row) => {
    const run = toRun(row);
    const isOpen = row.status === 'running' || row.status === 'paused';
    const alive = isOpen && isOwnerAlive(row);
    const status = isOpen && !alive ? 'interrupted' : run.status;
    return { run: { ...run, status }, total: row.total, done: row.done, failed: row.failed, alive };
  });
}

/** @throws ClipSamError `not-found` when the workspace has no such run */
export async function getRunOverview(workspace: Workspace, id: number): Promise<RunOverview> {
  const [state] = await listRunOverviews(workspace, { ids: [id] });
  if (!state) throw failure('run-unknown', { run: id }, `The workspace has no run ${id}.`);
  return state;
}

/** Whether some run has inspected an image of the batch. */
export async function hasInspected(workspace: Workspace, batchId: number): Promise<boolean> {
  const row = await workspace.db
    .selectFrom('results')
    .innerJoin('runs', 'runs.id', 'results.run_id')
    .select('results.id')
    .where('runs.batch_id', '=', batchId)
    .where('results.status', '=', 'done')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** How many images the run covers, and what became of them so far. */
export async function countOutcomes(
  workspace: Workspace,
  runId: number,
): Promise<{ readonly total: number; readonly done: number; readonly failed: number }> {
  const run = await runRow(workspace.db, runId);
  const { total } = await workspace.db
    .selectFrom('images')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .where('batch_id', '=', run.batch_id)
    .where('id', '<=', run.last_image_id)
    .executeTakeFirstOrThrow();
  const counts = await workspace.db
    .selectFrom('results')
    .select(['status', ({ fn }) => fn.countAll<number>().as('count')])
    .where('run_id', '=', runId)
    .groupBy('status')
    .execute();
  const countOf = (status: string) => counts.find((row) => row.status === status)?.count ?? 0;
  return { total, done: countOf('done'), failed: countOf('failed') };
}

/** The images that the run covers, in the order of their import; a page starts behind the image `after`. */
export async function imagesOfRun(
  workspace: Workspace,
  runId: number,
  page: { readonly after: number; readonly limit: number },
): Promise<BatchImage[]> {
  const run = await runRow(workspace.db, runId);
  const rows = await pageOfRun(workspace, run, page).execute();
  return rows.map((row) => toBatchImage(workspace, { ...row, sample_ranges: run.sample_ranges }));
}

/**
 * The next images that the run has to inspect, in order.
 * @param after id of the last image already taken
 * @param retryFailed true: images whose result is a failure as well
 */
export async function pendingImages(
  workspace: Workspace,
  runId: number,
  page: { readonly after: number; readonly limit: number; readonly retryFailed: boolean },
): Promise<BatchImage[]> {
  const run = await runRow(workspace.db, runId);
  const rows = await pageOfRun(workspace, run, page)
    .where(({ not, exists, selectFrom }) => {
      let settled = selectFrom('results')
        .select('results.id')
        .where('results.run_id', '=', runId)
        .whereRef('results.image_id', '=', 'images.id');
      if (page.retryFailed) settled = settled.where('results.status', '=', 'done');
      return not(exists(settled));
    })
    .execute();
  return rows.map((row) => toBatchImage(workspace, { ...row, sample_ranges: run.sample_ranges }));
}

/** The rows of images that a run covers, in the order of their import, behind the image `after`. */
function pageOfRun(
  { db }: Workspace,
  { batch_id, last_image_id }: RunRow,
  { after, limit }: { readonly after: number; readonly limit: number },
) {
  return db
    .selectFrom('images')
    .selectAll('images')
    .where('batch_id', '=', batch_id)
    .where('id', '>', after)
    .where('id', '<=', last_image_id)
    .orderBy('id')
    .limit(limit);
}
