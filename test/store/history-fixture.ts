import type { Workspace } from '../../src-main/store/workspace.ts';
import type { AuditSubject } from '../../src-shared/audit-words.ts';

/** Who did what when: the old and the new value as plain data. */
interface AuditEvent {
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

function fromJson(text: string | null): unknown {
  return text === null ? null : (JSON.parse(text) as unknown);
}
