import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import type { DeviceReport } from '../../src-shared/device.ts';
import type { ErrorRecord } from '../../src-shared/error-record.ts';
import { failure } from '../../src-shared/errors.ts';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { RunStatus } from '../../src-shared/run.ts';
import { storedArea } from './areas.ts';
import { recordAudit } from './audit.ts';
import { errorColumns } from './error-columns.ts';
import { resultsDigest } from './results-digest.ts';
import {
  assertClaim,
  atWorkElsewhere,
  holdClaim,
  isOwnerAlive,
  newClaim,
  type RunClaim,
} from './run-claims.ts';
import { recordedRun, runRow } from './run-row.ts';
import { rangesOfBatch } from './sample-ranges.ts';
import { scaleForRun } from './scale-of-run.ts';
import type { Workspace } from './workspace.ts';

/** What a program says about itself when it starts or resumes a run. */
export interface RunContext {
  readonly packHash: string;
  readonly device: DeviceReport;
  readonly softwareVersion: string;
  readonly inspector: string;
}

/**
 * Starts a run over all images that the batch has now.
 * @param area where it looks, now and when it is resumed; null: everywhere
 * @throws ClipSamError `conflict` when the batch is empty, or the recipe's limits are in millimetres and there is no scale
 */
export async function startRun(
  workspace: Workspace,
  batchId: number,
  recipeHash: string,
  context: RunContext,
  area: InspectionArea | null = null,
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
    const scale = await scaleForRun(db, batchId, recipeHash);
    const row = await db
      .insertInto('runs')
      .values({
        ...claim.columns,
        ...contextColumns(context),
        batch_id: batchId,
        recipe_hash: recipeHash,
        pack_hash: context.packHash,
        sample_ranges: ranges,
        area: area && storedArea(workspace, area),
        scale: scale && JSON.stringify(scale),
        status: 'running',
        last_image_id: last,
        started_at: claim.columns.heartbeat_at,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector: context.inspector,
        action: 'started',
        subject: 'run',
        subjectId: row.id,
        newValue: { ...recordedRun(row), device: context.device },
      },
    ]);
    return row.id;
  });
  return holdClaim(runId, claim.token);
}

/**
 * Takes over a run that was interrupted or whose program died.
 * @param options.retryFailed true: a run that is done is taken up as well when images failed in it
 * @param options.reopen true: a run that is done is taken up in any case, and covers all that the batch has by now
 * @throws ClipSamError `conflict` when it is final, works elsewhere, or was made with another model pack
 */
export async function resumeRun(
  workspace: Workspace,
  runId: number,
  context: RunContext,
  options: { readonly retryFailed?: boolean; readonly reopen?: boolean } = {},
): Promise<RunClaim> {
  const claim = newClaim();
  await workspace.db.transaction().execute(async (db) => {
    const row = await runRow(db, runId);
    const isOpen = row.status !== 'done' && row.status !== 'cancelled';
    const hasMore =
      row.status === 'done' && (options.reopen || (options.retryFailed && (await hasFailures(db, runId))));
    if (!isOpen && !hasMore) {
      throw failure('run-over', { run: runId }, `Run ${runId} is ${row.status}. Start a new run instead.`);
    }
    if (row.status !== 'interrupted' && row.status !== 'done' && isOwnerAlive(row))
      throw atWorkElsewhere(row);
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
    if (options.reopen) await coverBatch(db, runId);
    await recordAudit(db, [
      {
        inspector: context.inspector,
        action: 'resumed',
        subject: 'run',
        subjectId: runId,
        oldValue: row.status,
        newValue: { status: 'running', softwareVersion: context.softwareVersion, device: context.device },
      },
    ]);
  });
  return holdClaim(runId, claim.token);
}

/**
 * The run covers all images that its batch has by now.
 * @throws ClipSamError `workspace-locked` when another program has taken the run over
 */
export async function growRun(workspace: Workspace, claim: RunClaim): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    await assertClaim(db, claim);
    await coverBatch(db, claim.runId);
  });
}

async function coverBatch(db: Workspace['db'], runId: number): Promise<void> {
  await sql`update runs set last_image_id = max(last_image_id, (
    select max(id) from images where images.batch_id = runs.batch_id
  )) where id = ${runId}`.execute(db);
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
    const newValue = {
      status,
      ...(error && { error }),
      ...(ended && { results: await resultsDigest(db, claim.runId, { withSizes: true }) }),
    };
    await recordAudit(db, [{ inspector, action: status, subject: 'run', subjectId: claim.runId, newValue }]);
  });
}

/**
 * Ends a run that no program works on for good; what is stored stays.
 * @throws ClipSamError `conflict` when it is final or a program works on it
 */
export async function cancelRun(workspace: Workspace, runId: number, inspector: string): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const row = await runRow(db, runId);
    if (row.status === 'done' || row.status === 'cancelled') {
      throw failure('run-over', { run: runId }, `Run ${runId} is ${row.status} already.`);
    }
    if (row.status !== 'interrupted' && isOwnerAlive(row)) throw atWorkElsewhere(row);
    const endedAt = new Date().toISOString();
    await db
      .updateTable('runs')
      // A new owner: a program that was only suspended cannot go on.
      .set({ status: 'cancelled', ended_at: endedAt, owner_token: randomUUID() })
      .where('id', '=', runId)
      .execute();
    const newValue = { status: 'cancelled', results: await resultsDigest(db, runId, { withSizes: true }) };
    await recordAudit(db, [{ inspector, action: 'cancelled', subject: 'run', subjectId: runId, newValue }]);
  });
}

function contextColumns({ device, softwareVersion }: RunContext) {
  return {
    device_asked: device.asked,
    device_running: device.running,
    device_reason: device.fallbackReason ?? null,
    software_version: softwareVersion,
  };
}
