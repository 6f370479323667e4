import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import type { RunComparison } from '../../src-shared/run-comparison.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { hashOfJson } from '../files/canonical-json.ts';
import { recordAudit } from './audit.ts';
import { mergedRows, noteMerged } from './merged-rows.ts';
import { resultsDigest } from './results-digest.ts';
import {
  assertClaim,
  atWorkElsewhere,
  holdClaim,
  isOwnerAlive,
  newClaim,
  type RunClaim,
  releaseClaim,
} from './run-claims.ts';
import { type RunRow, recordedRun, runRow } from './run-row.ts';
import { fromStoredPath, toStoredPath, type Workspace } from './workspace.ts';

/** Runs of a batch, oldest first. */
export async function foreignRuns({ db }: Workspace, batchId: number): Promise<RunRow[]> {
  return db.selectFrom('runs').selectAll().where('batch_id', '=', batchId).orderBy('id').execute();
}

/** What decides the results of a run, by name: runs in which all of it is the same are one. */
export function whatDecides(run: RunRow): Readonly<Record<string, string | null>> {
  const compared = run.compared_with === null ? null : (JSON.parse(run.compared_with) as RunComparison);
  return {
    recipe: run.recipe_hash,
    pack: run.pack_hash,
    area: run.area === null ? null : hashOfArea(JSON.parse(run.area) as InspectionArea),
    scale: run.scale === null ? null : hashOfJson(JSON.parse(run.scale)),
    range: run.sample_ranges === null ? null : hashOfJson(JSON.parse(run.sample_ranges)),
    references: compared?.with.hash ?? null,
    version: run.software_version,
  };
}

/** Where a run of another workspace is here; undefined: it has not come, or is gone. */
export async function runHere({ db }: Workspace, source: string, run: RunRow): Promise<RunRow | undefined> {
  const row = (await mergedRows(db, source, 'run', [run.id])).get(run.id);
  return row && db.selectFrom('runs').selectAll().where('id', '=', row.rowId).executeTakeFirst();
}

/** A run of the target that results come into. */
export interface OpenedRun {
  readonly id: number;
  readonly claim: RunClaim;
}

/** Makes a run after one of another workspace, for this program to add results to; nothing else works on it meanwhile. */
export async function addForeignRun(
  { source, target }: { readonly source: Workspace; readonly target: Workspace },
  run: RunRow,
  options: { readonly batchId: number; readonly lastImageId: number; readonly inspector: string },
): Promise<OpenedRun> {
  const claim = newClaim();
  const id = await target.db.transaction().execute(async (db) => {
    const { id: _, ...columns } = run;
    const row = await db
      .insertInto('runs')
      .values({
        ...columns,
        ...claim.columns,
        ...{ batch_id: options.batchId, last_image_id: options.lastImageId },
        ...{ status: 'running', ended_at: null },
        ...{
          area: movedPaths(run.area, source, target),
          comparison: movedPaths(run.comparison, source, target),
        },
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await noteMerged(db, source.id, { kind: 'run', id: run.id, content: run.started_at, rowId: row.id });
    const { inspector } = options;
    const newValue = recordedRun(row);
    await recordAudit(db, [{ inspector, action: 'merged', subject: 'run', subjectId: row.id, newValue }]);
    return row.id;
  });
  return { id, claim: holdClaim(id, claim.token) };
}

/** Paths within a column's JSON, of files below the folder of a source: as the target stores them. */
function movedPaths(column: string | null, source: Workspace, target: Workspace): string | null {
  if (column === null) return null;
  const moved = JSON.parse(column, (key, value: unknown) =>
    key === 'path' && typeof value === 'string' ? toStoredPath(target, fromStoredPath(source, value)) : value,
  ) as unknown;
  return JSON.stringify(moved);
}

/** Takes up a run for results that are added to it. @throws ClipSamError `conflict` when a program works on it */
export async function reopenRun(
  target: Workspace,
  id: number,
  options: { readonly lastImageId: number; readonly inspector: string },
): Promise<OpenedRun> {
  const claim = newClaim();
  await target.db.transaction().execute(async (db) => {
    const row = await runRow(db, id);
    if ((row.status === 'running' || row.status === 'paused') && isOwnerAlive(row))
      throw atWorkElsewhere(row);
    const last_image_id = Math.max(row.last_image_id, options.lastImageId);
    await db
      .updateTable('runs')
      .set({ ...claim.columns, status: 'running', ended_at: null, last_image_id })
      .where('id', '=', id)
      .execute();
    const { inspector } = options;
    const newValue = { status: 'running' };
    await recordAudit(db, [{ inspector, action: 'merged', subject: 'run', subjectId: id, newValue }]);
  });
  return { id, claim: holdClaim(id, claim.token) };
}

/** What becomes of a run when all has come that there is. */
export type RunOutcome = Pick<
  RunRow,
  'status' | 'started_at' | 'ended_at' | 'error_code' | 'error_message' | 'error_details'
>;

/** Writes down how a run stands under its claim, and gives that up. */
export async function closeForeignRun(
  target: Workspace,
  { claim }: OpenedRun,
  outcome: RunOutcome,
  inspector: string,
): Promise<void> {
  try {
    await target.db.transaction().execute(async (db) => {
      await assertClaim(db, claim);
      await db.updateTable('runs').set(outcome).where('id', '=', claim.runId).execute();
      const { status } = outcome;
      const newValue = { status, results: await resultsDigest(db, claim.runId, { withSizes: true }) };
      await recordAudit(db, [
        { inspector, action: status, subject: 'run', subjectId: claim.runId, newValue },
      ]);
    });
  } finally {
    releaseClaim(claim);
  }
}

/** Images that a run covers and has no result of. */
export async function countPending({ db }: Workspace, runId: number): Promise<number> {
  const row = await db
    .selectFrom('images')
    .innerJoin('runs', 'runs.batch_id', 'images.batch_id')
    .leftJoin('results', (join) =>
      join.onRef('results.run_id', '=', 'runs.id').onRef('results.image_id', '=', 'images.id'),
    )
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .where('runs.id', '=', runId)
    .whereRef('images.id', '<=', 'runs.last_image_id')
    .where('results.id', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}
