import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { type Selectable, sql } from 'kysely';
import type { BatchImage, Run, RunStatus } from '../../src-shared/batch.ts';
import { type ClipSamError, type ErrorRecord, failure } from '../../src-shared/errors.ts';
import type { DeviceReport } from '../../src-shared/result.ts';
import { recordAudit } from './audit.ts';
import { errorColumns, storedError } from './error-columns.ts';
import { toBatchImage } from './images.ts';
import { processIdentity } from './process-identity.ts';
import { parseRanges, rangesOfBatch } from './sample-ranges.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** A sign of life older than this many milliseconds means that the run's program is gone. */
const HEARTBEAT_LIMIT = 30_000;

/**
 * The right to write results of a run. Whoever resumes the run takes it over; writes under an older claim are
 * refused, so a program that was only asleep cannot disturb.
 */
export interface RunClaim {
  readonly runId: number;
  readonly token: string;
}

/** What a program says about itself when it starts or resumes a run. */
export interface RunContext {
  readonly packHash: string;
  readonly device: DeviceReport;
  readonly softwareVersion: string;
  readonly inspector: string;
}

/** Claims of this process: tells a run that works here from one whose end could not be written down. */
const claimsOfThisProcess = new Set<string>();

/** Starts a run over all images that the batch has now. */
export async function startRun(
  workspace: Workspace,
  batchId: number,
  recipeHash: string,
  context: RunContext,
): Promise<RunClaim> {
  const claim = newClaim();
  const runId = await workspace.db.transaction().execute(async (db) => {
    const { last } = await db
      .selectFrom('images')
      .select(({ fn }) => fn.max('id').as('last'))
      .where('batch_id', '=', batchId)
      .executeTakeFirstOrThrow();
    if (last === null) {
      throw failure('batch-empty', `Batch ${batchId} has no images. Import some first.`);
    }
    const ranges = await rangesOfBatch(db, batchId);
    const { id } = await db
      .insertInto('runs')
      .values({
        ...claim.columns,
        ...contextColumns(context),
        batch_id: batchId,
        recipe_hash: recipeHash,
        pack_hash: context.packHash,
        sample_ranges: ranges,
        status: 'running',
        last_image_id: last,
        started_at: claim.columns.heartbeat_at,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: context.inspector,
        action: 'started',
        subject: 'run',
        subjectId: id,
        newValue: {
          batchId,
          recipeHash,
          packHash: context.packHash,
          device: context.device,
          ...(ranges !== null && { sampleRanges: JSON.parse(ranges) as unknown }),
        },
      },
    ]);
    return id;
  });
  claimsOfThisProcess.add(claim.token);
  return { runId, token: claim.token };
}

/**
 * Takes over a run that was interrupted or whose program died.
 * @param options.retryFailed true: a run that is done is taken up as well when images failed in it
 * @throws ClipSamError `conflict` when it is final, works elsewhere, or was made with another model pack
 */
export async function resumeRun(
  workspace: Workspace,
  runId: number,
  context: RunContext,
  options: { readonly retryFailed?: boolean } = {},
): Promise<RunClaim> {
  const claim = newClaim();
  await workspace.db.transaction().execute(async (db) => {
    const row = await rowOf(db, runId);
    const isOpen = row.status !== 'done' && row.status !== 'cancelled';
    const hasMore = row.status === 'done' && options.retryFailed && (await hasFailures(db, runId));
    if (!isOpen && !hasMore) {
      throw failure('run-over', { run: runId }, `Run ${runId} is ${row.status}. Start a new run instead.`);
    }
    if (row.status !== 'interrupted' && row.status !== 'done' && isAlive(row)) throw atWorkElsewhere(row);
    if (row.pack_hash !== context.packHash) {
      throw failure(
        'run-other-pack',
        { run: runId },
        `Run ${runId} was made with another version of its model pack; its results would not compare. Start a new run instead.`,
      );
    }
    await db
      .updateTable('runs')
      .set({
        ...claim.columns,
        ...contextColumns(context),
        status: 'running',
        ended_at: null,
        ...errorColumns(undefined),
      })
      .where('id', '=', runId)
      .execute();
    await recordAudit(db, [
      {
        inspector: context.inspector,
        action: 'resumed',
        subject: 'run',
        subjectId: runId,
        oldValue: row.status,
        newValue: { device: context.device },
      },
    ]);
  });
  claimsOfThisProcess.add(claim.token);
  return { runId, token: claim.token };
}

async function hasFailures(db: Workspace['db'], runId: number): Promise<boolean> {
  const failed = await db
    .selectFrom('results')
    .select('id')
    .where('run_id', '=', runId)
    .where('status', '=', 'failed')
    .limit(1)
    .executeTakeFirst();
  return failed !== undefined;
}

/** Shows that the run's program lives. @throws ClipSamError `workspace-locked` when another program took the run over */
export async function touchRun(workspace: Workspace, claim: RunClaim): Promise<void> {
  const { numUpdatedRows } = await workspace.db
    .updateTable('runs')
    .set({ heartbeat_at: new Date().toISOString() })
    .where('id', '=', claim.runId)
    .where('owner_token', '=', claim.token)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows === 0n) throw takenOver(claim);
}

/** Writes down a new status under the claim. */
export async function setRunStatus(
  workspace: Workspace,
  claim: RunClaim,
  status: RunStatus,
  inspector: string,
  error?: ErrorRecord,
): Promise<void> {
  const ended = status !== 'running' && status !== 'paused';
  await workspace.db.transaction().execute(async (db) => {
    await assertClaim(db, claim);
    await db
      .updateTable('runs')
      .set({
        status,
        ended_at: ended ? new Date().toISOString() : null,
        ...errorColumns(error),
      })
      .where('id', '=', claim.runId)
      .execute();
    await recordAudit(db, [
      { inspector, action: status, subject: 'run', subjectId: claim.runId, newValue: error },
    ]);
  });
}

/** Gives the claim up, whether or not the run's end could be written down. */
export function releaseClaim(claim: RunClaim): void {
  claimsOfThisProcess.delete(claim.token);
}

/** Throws unless the claim is still good; part of every transaction that writes results. */
export async function assertClaim(db: Workspace['db'], claim: RunClaim): Promise<void> {
  const row = await rowOf(db, claim.runId);
  if (row.owner_token !== claim.token) throw takenOver(claim);
}

/** @throws ClipSamError `not-found` when the workspace has no such run */
export async function getRun(workspace: Workspace, id: number): Promise<Run> {
  return toRun(await rowOf(workspace.db, id));
}

/** Runs of a batch, or all, newest first. */
export async function listRuns(workspace: Workspace, batchId?: number): Promise<Run[]> {
  let query = workspace.db.selectFrom('runs').selectAll().orderBy('id', 'desc');
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
  return (await query.execute()).map(toRun);
}

/** A run with how far it is. */
export interface RunState {
  /** One whose program died without a word counts as `interrupted`. */
  readonly run: Run;
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  /** A program, this one or another, works on it or has paused it. */
  readonly alive: boolean;
}

/** Runs with how far they are, newest first: one query, whatever their number. */
export async function listRunStates(
  workspace: Workspace,
  which: { readonly batchId: number } | { readonly ids: readonly number[] },
): Promise<RunState[]> {
  const { rows } = await sql<Selectable<Schema['runs']> & Pick<RunState, 'total' | 'done' | 'failed'>>`
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
    const alive = isOpen && isAlive(row);
    const status = isOpen && !alive ? 'interrupted' : run.status;
    return { run: { ...run, status }, total: row.total, done: row.done, failed: row.failed, alive };
  });
}

/** @throws ClipSamError `not-found` when the workspace has no such run */
export async function getRunState(workspace: Workspace, id: number): Promise<RunState> {
  const [state] = await listRunStates(workspace, { ids: [id] });
  if (!state) throw failure('run-unknown', { run: id }, `The workspace has no run ${id}.`);
  return state;
}

/**
 * Ends a run that no program works on for good; what is stored stays.
 * @throws ClipSamError `conflict` when it is final or a program works on it
 */
export async function cancelRun(workspace: Workspace, runId: number, inspector: string): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const row = await rowOf(db, runId);
    if (row.status === 'done' || row.status === 'cancelled') {
      throw failure('run-over', { run: runId }, `Run ${runId} is ${row.status} already.`);
    }
    if (row.status !== 'interrupted' && isAlive(row)) throw atWorkElsewhere(row);
    const endedAt = new Date().toISOString();
    await db
      .updateTable('runs')
      // A new owner: a program that was only asleep cannot go on.
      .set({ status: 'cancelled', ended_at: endedAt, owner_token: randomUUID() })
      .where('id', '=', runId)
      .execute();
    await recordAudit(db, [{ inspector, action: 'cancelled', subject: 'run', subjectId: runId }]);
  });
}

/** True while a program, this one or another, works on the run (or has paused it). */
export async function isRunActive(workspace: Workspace, id: number): Promise<boolean> {
  const row = await rowOf(workspace.db, id);
  return (row.status === 'running' || row.status === 'paused') && isAlive(row);
}

/** True while some program may write results: then there may be artifacts that no result names yet. */
export async function mayBeWriting(db: Workspace['db']): Promise<boolean> {
  const rows = await db.selectFrom('runs').selectAll().where('status', 'in', ['running', 'paused']).execute();
  return rows.some(
    (row) =>
      isAlive(row) ||
      // It sleeps, and goes on when it wakes up.
      (row.owner_host === hostname() && row.owner_pid !== process.pid && isOwnerThere(row)),
  );
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

/** All runs as they are: the same text later means that none has begun, gone on or ended in between. */
export async function runsState(db: Workspace['db']): Promise<string> {
  const rows = await db
    .selectFrom('runs')
    .select(['id', 'owner_token', 'status', 'heartbeat_at'])
    .orderBy('id')
    .execute();
  return JSON.stringify(rows);
}

/** How many images the run covers, and what became of them so far. */
export async function countOutcomes(
  workspace: Workspace,
  runId: number,
): Promise<{ readonly total: number; readonly done: number; readonly failed: number }> {
  const run = await rowOf(workspace.db, runId);
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
  const run = await rowOf(workspace.db, runId);
  const rows = await workspace.db
    .selectFrom('images')
    .selectAll('images')
    .where('batch_id', '=', run.batch_id)
    .where('id', '>', page.after)
    .where('id', '<=', run.last_image_id)
    .where(({ not, exists, selectFrom }) => {
      let settled = selectFrom('results')
        .select('results.id')
        .where('results.run_id', '=', runId)
        .whereRef('results.image_id', '=', 'images.id');
      if (page.retryFailed) settled = settled.where('results.status', '=', 'done');
      return not(exists(settled));
    })
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => toBatchImage(workspace, { ...row, sample_ranges: run.sample_ranges }));
}

function newClaim() {
  const token = randomUUID();
  return {
    token,
    columns: {
      owner_token: token,
      owner_pid: process.pid,
      owner_host: hostname(),
      owner_process: processIdentity(process.pid) ?? null,
      heartbeat_at: new Date().toISOString(),
    },
  };
}

function contextColumns({ device, softwareVersion }: RunContext) {
  return {
    device_asked: device.asked,
    device_running: device.running,
    device_reason: device.fallbackReason ?? null,
    software_version: softwareVersion,
  };
}

function isAlive(row: Selectable<Schema['runs']>): boolean {
  const isHere = row.owner_host === hostname();
  if (isHere && row.owner_pid === process.pid) return claimsOfThisProcess.has(row.owner_token);
  if (isHere && !isOwnerThere(row)) return false;
  // One from the future shows that a clock was wrong, not that somebody lives.
  return Math.abs(Date.now() - Date.parse(row.heartbeat_at)) < HEARTBEAT_LIMIT;
}

/** Whether the owner's process is there, and not another one with its id. */
function isOwnerThere(row: Selectable<Schema['runs']>): boolean {
  const identity = processIdentity(row.owner_pid);
  if (identity === undefined) return false;
  return identity === null || row.owner_process === null || identity === row.owner_process;
}

function atWorkElsewhere(row: Selectable<Schema['runs']>): ClipSamError {
  return failure(
    'run-elsewhere',
    { run: row.id, host: row.owner_host },
    `Run ${row.id} is being worked on by process ${row.owner_pid} on ${row.owner_host}. Wait for it, or end it there.`,
  );
}

function takenOver(claim: RunClaim): ClipSamError {
  return failure(
    'run-taken-over',
    { run: claim.runId },
    `Another program has taken over run ${claim.runId}.`,
  );
}

async function rowOf(db: Workspace['db'], id: number): Promise<Selectable<Schema['runs']>> {
  const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
  if (!row) throw failure('run-unknown', { run: id }, `The workspace has no run ${id}.`);
  return row;
}

function toRun(row: Selectable<Schema['runs']>): Run {
  return {
    id: row.id,
    batchId: row.batch_id,
    recipeHash: row.recipe_hash,
    packHash: row.pack_hash,
    device: {
      asked: row.device_asked,
      running: row.device_running,
      ...(row.device_reason === null ? {} : { fallbackReason: row.device_reason }),
    },
    softwareVersion: row.software_version,
    sampleRanges: parseRanges(row.sample_ranges),
    status: row.status,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    error: storedError(row),
  };
}
