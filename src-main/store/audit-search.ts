import { type Selectable, sql } from 'kysely';
import type { AuditEntry, AuditFilter, AuditHead } from '../../src-shared/audit.ts';
import { genesisHash, toUnhashedEntry } from './audit-chain.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

type Row = Selectable<Schema['audit_events']>;

/** Entries, newest first, `before` the one with that number; `limit` of them at most. */
export async function searchAudit(
  { db }: Pick<Workspace, 'db'>,
  filter: AuditFilter,
  page: { readonly before?: number | null; readonly limit: number },
): Promise<AuditEntry[]> {
  let query = found(db, filter).selectAll().orderBy('id', 'desc').limit(page.limit);
  if (page.before) query = query.where('id', '<', page.before);
  return (await query.execute()).map(toEntry);
}

/** As {@link searchAudit}, oldest first, `after` that number. */
export async function readAudit(
  { db }: Pick<Workspace, 'db'>,
  filter: AuditFilter,
  page: { readonly after: number; readonly limit: number },
): Promise<AuditEntry[]> {
  const query = found(db, filter).selectAll().where('id', '>', page.after).orderBy('id').limit(page.limit);
  return (await query.execute()).map(toEntry);
}

export async function countAudit({ db }: Pick<Workspace, 'db'>, filter: AuditFilter): Promise<number> {
  const query = found(db, filter).select(({ fn }) => fn.countAll<number>().as('count'));
  return (await query.executeTakeFirstOrThrow()).count;
}

/** What entries can be looked for by. */
export async function auditChoices({ db }: Pick<Workspace, 'db'>): Promise<{
  readonly subjects: readonly string[];
  readonly actions: readonly string[];
  readonly inspectors: readonly string[];
}> {
  const of = async (column: 'subject' | 'action' | 'inspector') => {
    const rows = await db.selectFrom('audit_events').select(column).distinct().orderBy(column).execute();
    return rows.map((row) => row[column]!);
  };
  return { subjects: await of('subject'), actions: await of('action'), inspectors: await of('inspector') };
}

/** The end of the trail. */
export async function auditHead({ db, id }: Pick<Workspace, 'db' | 'id'>): Promise<AuditHead> {
  const last = await db
    .selectFrom('audit_events')
    .select(['id', 'hash'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const at = new Date().toISOString();
  return { workspace: id, entries: last?.id ?? 0, hash: last?.hash ?? genesisHash(id), at };
}

/** The hash of an entry; that before the first one for 0; undefined: there is no such entry. */
export async function auditHashAt(
  { db, id }: Pick<Workspace, 'db' | 'id'>,
  entry: number,
): Promise<string | undefined> {
  if (entry === 0) return genesisHash(id);
  const row = await db.selectFrom('audit_events').select('hash').where('id', '=', entry).executeTakeFirst();
  return row?.hash;
}

/** The number that was given last to an entry, by what SQLite keeps of it. */
export async function lastNumberGiven({ db }: Pick<Workspace, 'db'>): Promise<number> {
  const { rows } = await sql<{ seq: number }>`
    select seq from sqlite_sequence where name = 'audit_events'`.execute(db);
  return rows[0]?.seq ?? 0;
}

/** The entry that says since when records are covered; undefined: since the workspace was made. */
export async function coverageOf({ db }: Pick<Workspace, 'db'>): Promise<AuditEntry | undefined> {
  const row = await db
    .selectFrom('audit_events')
    .selectAll()
    .where('subject', '=', 'workspace')
    .where('subject_id', '=', 'trail')
    .where('action', '=', 'covered')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row && toEntry(row);
}

function found(db: Workspace['db'], { text, subject, inspector, action, from, to }: AuditFilter) {
  let query = db.selectFrom('audit_events');
  if (subject) query = query.where('subject', '=', subject);
  if (inspector) query = query.where('inspector', '=', inspector);
  if (action) query = query.where('action', '=', action);
  if (from) query = query.where('created_at', '>=', from);
  // A time of the day sorts behind the day, and before "~".
  if (to) query = query.where('created_at', '<', `${to}~`);
  if (text) {
    const hits = SEARCHED.map((column) => sql`instr(lower(${sql.ref(column)}), lower(${text})) > 0`);
    query = query.where(sql<boolean>`(${sql.join(hits, sql` or `)})`);
  }
  return query;
}

const SEARCHED = ['subject', 'subject_id', 'action', 'inspector', 'old_value', 'new_value'] as const;

function toEntry(row: Row): AuditEntry {
  return { ...toUnhashedEntry(row), hash: row.hash };
}
