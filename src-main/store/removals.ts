import { sql } from 'kysely';
import { historyBegan } from './history.ts';
import type { Workspace } from './workspace.ts';

/** The artifacts of results that this database removed: SHA-256, and whether they may go at once. */
export async function listReleased(db: Workspace['db']): Promise<ReadonlyMap<string, boolean>> {
  const rows = await db.selectFrom('released_artifacts').selectAll().execute();
  return new Map(rows.map(({ sha256, at_once }) => [sha256, at_once === 1]));
}

/** They are gone, in quarantine, or named by another result. */
export async function forgetReleased(db: Workspace['db'], hashes: readonly string[]): Promise<void> {
  if (hashes.length === 0) return;
  await sql`delete from released_artifacts
    where sha256 in (select value from json_each(${JSON.stringify(hashes)}))`.execute(db);
}

/** Names of the files that this database put into quarantine, with the day of use. */
export async function listSetAside(db: Workspace['db']): Promise<readonly { file: string; day: number }[]> {
  return db.selectFrom('set_aside').selectAll().execute();
}

export async function noteSetAside(
  db: Workspace['db'],
  files: readonly string[],
  day: number,
): Promise<void> {
  if (files.length === 0) return;
  await sql`insert into set_aside select value, ${day} from json_each(${JSON.stringify(files)}) where true
    on conflict (file) do update set day = excluded.day`.execute(db);
}

export async function forgetSetAside(db: Workspace['db'], files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  await sql`delete from set_aside
    where file in (select value from json_each(${JSON.stringify(files)}))`.execute(db);
}

/**
 * What the database knows of time, in milliseconds since 1970: when each run was at work since the history is
 * unbroken, also those of batches that are gone; and the newest of what any run did, and of what was done before the
 * workspace was opened this time.
 */
export async function knownTimes({ db, openedAt }: Workspace): Promise<{
  readonly newest: number;
  readonly runs: readonly { readonly from: number; readonly to: number }[];
}> {
  const { at: began } = await historyBegan(db);
  const { rows } = await sql<{ started: string; last: string }>`
    select started_at as started, max(heartbeat_at, coalesce(ended_at, heartbeat_at)) as last from runs
    union all
    select json_extract(span.value, '$[0]'), json_extract(span.value, '$[1]')
    from audit_events, json_each(new_value, '$.atWork') as span
    where subject = 'batch' and action = 'purged'`.execute(db);
  const { rows: changes } = await sql<{ last: string | null }>`
    select max(created_at) as last from audit_events
    where created_at < ${new Date(openedAt).toISOString()}`.execute(db);
  const runs = rows.map(({ started, last }) => ({
    from: Math.max(began, Date.parse(started)),
    to: Date.parse(last),
  }));
  const newest = Math.max(began, ...runs.map(({ to }) => to), Date.parse(changes[0]?.last ?? '') || 0);
  return { newest, runs: runs.filter(({ from, to }) => from <= to) };
}
