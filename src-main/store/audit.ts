import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

export type AuditSubject =
  | 'batch'
  | 'image'
  | 'recipe'
  | 'area'
  | 'run'
  | 'verdict'
  | 'annotation'
  | 'references'
  | 'study'
  | 'person'
  | 'session'
  | 'setting'
  | 'pack'
  | 'report'
  | 'disposition';

/** Who did what: the old and the new value as plain data. */
export interface NewAuditEvent {
  readonly inspector: string;
  /** Past tense, for example `archived`. */
  readonly action: string;
  readonly subject: AuditSubject;
  readonly subjectId: number | string;
  readonly oldValue?: unknown;
  readonly newValue?: unknown;
}

/** Adds an event within the transaction of the change that it records. */
export async function recordAudit(db: Kysely<Schema>, events: readonly NewAuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  const createdAt = new Date().toISOString();
  await db
    .insertInto('audit_events')
    .values(
      events.map((event) => ({
        inspector: event.inspector,
        created_at: createdAt,
        action: event.action,
        subject: event.subject,
        subject_id: String(event.subjectId),
        old_value: toJson(event.oldValue),
        new_value: toJson(event.newValue),
      })),
    )
    .execute();
}

/** Adds an event of its own, for what changes nothing else in the database. */
export async function recordAuditEvent(workspace: Workspace, event: NewAuditEvent): Promise<void> {
  await workspace.db.transaction().execute((db) => recordAudit(db, [event]));
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}
