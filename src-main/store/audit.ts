import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

export type AuditSubject =
  | 'batch'
  | 'image'
  | 'recipe'
  | 'run'
  | 'verdict'
  | 'annotation'
  | 'study'
  | 'person'
  | 'session'
  | 'setting'
  | 'pack';

/** Who did what when: the old and the new value as plain data. */
export interface AuditEvent {
  readonly id: number;
  readonly inspector: string;
  readonly createdAt: string;
  /** Past tense, for example `archived`. */
  readonly action: string;
  readonly subject: AuditSubject;
  readonly subjectId: string;
  readonly oldValue: unknown;
  readonly newValue: unknown;
}

export interface NewAuditEvent {
  readonly inspector: string;
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

/** Events, newest first; of one subject where given. `before` is the id of the last event already seen. */
export async function listAudit(
  workspace: Workspace,
  options: {
    readonly subject?: AuditSubject;
    readonly subjectId?: number | string;
    readonly before?: number;
    readonly limit?: number;
  } = {},
): Promise<AuditEvent[]> {
  let query = workspace.db
    .selectFrom('audit_events')
    .selectAll()
    .orderBy('id', 'desc')
    .limit(options.limit ?? 200);
  if (options.subject !== undefined) query = query.where('subject', '=', options.subject);
  if (options.subjectId !== undefined) query = query.where('subject_id', '=', String(options.subjectId));
  if (options.before !== undefined) query = query.where('id', '<', options.before);
  return (await query.execute()).map((row) => ({
    id: row.id,
    inspector: row.inspector,
    createdAt: row.created_at,
    action: row.action,
    subject: row.subject as AuditSubject,
    subjectId: row.subject_id,
    oldValue: fromJson(row.old_value),
    newValue: fromJson(row.new_value),
  }));
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function fromJson(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
