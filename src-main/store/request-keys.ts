import { sql } from 'kysely';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Keys of requests that were carried out, so that a window which got no answer may send the same again. */
export const REQUEST_KEYS: readonly string[] = [
  `create table request_keys (
    key text primary key,
    subject text not null check (subject in ('verdict', 'annotation')),
    subject_id integer not null,
    day integer not null
  ) strict, without rowid`,
  `create index request_keys_by_day on request_keys (day)`,
];

/** Days of use for which a request may be sent again: a window that was closed before a holiday still ends well. */
const KEEP_DAYS = 14;

type Subject = Schema['request_keys']['subject'];

/** The entry that a request with this key made before; undefined when there was none. */
export async function madeBefore(
  db: Workspace['db'],
  key: string | undefined,
  subject: Subject,
): Promise<number | undefined> {
  if (key === undefined) return undefined;
  const known = await db
    .selectFrom('request_keys')
    .select('subject_id')
    .where('key', '=', key)
    .where('subject', '=', subject)
    .executeTakeFirst();
  return known?.subject_id;
}

/** Writes down, in the transaction that makes it, which entry a request with this key made. */
export async function noteRequest(
  db: Workspace['db'],
  key: string | undefined,
  subject: Subject,
  id: number,
): Promise<void> {
  if (key === undefined) return;
  await sql`insert into request_keys values (${key}, ${subject}, ${id}, (select days from days_of_use))`.execute(
    db,
  );
}

/** Forgets keys that are older than {@link KEEP_DAYS} days of use. @param day of now */
export async function forgetRequests({ db }: Workspace, day: number): Promise<void> {
  await db
    .deleteFrom('request_keys')
    .where('day', '<', day - KEEP_DAYS)
    .execute();
}
