import { type ClipSamError, failure } from '../../src-shared/errors.ts';
import { holdToken, newOwner, releaseToken, whereOwnerIs } from './owner.ts';
import { type RunRow, runRow } from './run-row.ts';
import type { Workspace } from './workspace.ts';

/** A sign of life older than this many milliseconds means that the run's program is gone. */
const HEARTBEAT_LIMIT = 30_000;

/**
 * The right to write results of a run. Whoever resumes the run takes it over; writes under an older claim are
 * refused, so that a program which was only suspended cannot disturb.
 */
export interface RunClaim {
  readonly runId: number;
  readonly token: string;
}

/** A new token, and the columns of a run that say who works on it. It counts once it is held. */
export function newClaim() {
  const owner = newOwner();
  return { token: owner.owner_token, columns: { ...owner, heartbeat_at: new Date().toISOString() } };
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

/** Holds a claim that was written down. */
export function holdClaim(runId: number, token: string): RunClaim {
  holdToken(token);
  return { runId, token };
}

/** Gives the claim up, whether or not the run's end could be written down. */
export function releaseClaim(claim: RunClaim): void {
  releaseToken(claim.token);
}

/** Throws unless the claim is still good; part of every transaction that writes results. */
export async function assertClaim(db: Workspace['db'], claim: RunClaim): Promise<void> {
  const row = await runRow(db, claim.runId);
  if (row.owner_token !== claim.token) throw takenOver(claim);
}

/** True while a program, this one or another, works on the run (or has paused it). */
export async function isRunActive(workspace: Workspace, id: number): Promise<boolean> {
  const row = await runRow(workspace.db, id);
  return (row.status === 'running' || row.status === 'paused') && isOwnerAlive(row);
}

/** True while some program may write results: then there may be artifacts that no result names yet. */
export async function mayBeWriting(db: Workspace['db']): Promise<boolean> {
  const rows = await db.selectFrom('runs').selectAll().where('status', 'in', ['running', 'paused']).execute();
  return rows.some(
    (row) =>
      isOwnerAlive(row) ||
      // A process without a sign of life may be suspended and go on later.
      whereOwnerIs(row) === 'this-machine',
  );
}

/** Ids of the runs that a program works on, or has paused. */
export async function runsAtWork(db: Workspace['db']): Promise<readonly number[]> {
  const rows = await db.selectFrom('runs').selectAll().where('status', 'in', ['running', 'paused']).execute();
  return rows.filter(isOwnerAlive).map(({ id }) => id);
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

/** Whether the program that works on a run, or has paused it, is still there. */
export function isOwnerAlive(row: RunRow): boolean {
  const where = whereOwnerIs(row);
  if (where === 'this-process' || where === 'gone') return where === 'this-process';
  // A time in the future means that a clock was wrong, not that the program is there.
  return Math.abs(Date.now() - Date.parse(row.heartbeat_at)) < HEARTBEAT_LIMIT;
}

/** The error for a run that another program works on. */
export function atWorkElsewhere(row: RunRow): ClipSamError {
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
