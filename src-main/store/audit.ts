import { type Kysely, sql } from 'kysely';
import type { AuditAction, AuditSubject } from '../../src-shared/audit-words.ts';
import { genesisHash, hashOfRow } from './audit-chain.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** Who did what: the old and the new value as plain data. */
export interface NewAuditEvent {
  readonly inspector: string;
  readonly action: AuditAction;
  readonly subject: AuditSubject;
  readonly subjectId: number | string;
  readonly oldValue?: unknown;
  readonly newValue?: unknown;
}

/** Entries written by one statement. */
const ROWS = 1000;

/**
 * Adds entries to the audit trail, within the transaction of the change that they record: it has the write lock, so no
 * other program adds one between the entry before and these. Each has a hash that covers the one before.
 *
 * What records are checked against the trail by (those of `audit-kinds.ts`) has to stand in `newValue`, by the names of its
 * fields; fields that it lacks count as unchanged.
 */
export async function recordAudit(db: Kysely<Schema>, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  if (!db.isTransaction) throw new Error('The audit trail is written in the transaction of what it records.');
  const createdAt = new Date().toISOString();
  let { id, hash } = await lastEntry(db);
  const rows = events.map((event) => {
    const row = {
      id: ++id,
      // What is no text in UTF-8 would come back as something else, and not fit its hash.
      inspector: event.inspector.toWellFormed(),
      created_at: createdAt,
      action: event.action.toWellFormed(),
      subject: event.subject,
      subject_id: String(event.subjectId).toWellFormed(),
      old_value: toJson(event.oldValue),
      new_value: toJson(event.newValue),
    };
    hash = hashOfRow(hash, row);
    return { ...row, hash };
  });
  for (let start = 0; start < rows.length; start += ROWS) {
    await db
      .insertInto('audit_events')
      .values(rows.slice(start, start + ROWS))
      .execute();
  }
}

/** The number that was given last, which is more than the last entry's where the end was cut off, and the hash to go on from. */
async function lastEntry(db: Kysely<Schema>): Promise<{ readonly id: number; readonly hash: string }> {
  const { rows } = await sql<{
    id: number | null;
    hash: string | null;
    given: number | null;
    workspace: string;
  }>`
    select last.id, last.hash, (select seq from sqlite_sequence where name = 'audit_events') as given,
      (select id from workspace) as workspace
    from (select 1) left join (select id, hash from audit_events order by id desc limit 1) as last`.execute(
    db,
  );
  const { id, hash, given, workspace } = rows[0]!;
  return { id: Math.max(id ?? 0, given ?? 0), hash: hash ?? genesisHash(workspace) };
}

/** Adds an event of its own, for what changes nothing else in the database. */
export async function recordAuditEvent(workspace: Workspace, event: NewAuditEvent): Promise<void> {
  await workspace.db.transaction().execute((db) => recordAudit(db, [event]));
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
