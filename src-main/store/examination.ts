import { sql } from 'kysely';
import { isOwnerAlive } from './run-claims.ts';
import type { Workspace } from './workspace.ts';

/** Runs that count as at work though their program is gone. */
export async function countLeftRuns({ db }: Workspace): Promise<number> {
  const rows = await db.selectFrom('runs').selectAll().where('status', 'in', ['running', 'paused']).execute();
  return rows.filter((row) => !isOwnerAlive(row)).length;
}

/** The latest time in the history, ISO 8601; null: it is empty. */
export async function newestInHistory({ db }: Workspace): Promise<string | null> {
  const { rows } = await sql<{ newest: string | null }>`
    select max(created_at) as newest from audit_events`.execute(db);
  return rows[0]?.newest ?? null;
}
