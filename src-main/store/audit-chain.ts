import { hashOfJson } from '../files/canonical-json.ts';

/** An entry of the audit trail as its columns have it; the values are JSON as it was written. */
export interface AuditRow {
  readonly id: number;
  readonly inspector: string;
  readonly created_at: string;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

/** What stands for the hash of the entry before the first one. */
export function genesisHash(workspaceId: string): string {
  return hashOfJson({ workspace: workspaceId });
}

/**
 * The hash of an entry: SHA-256 over canonical JSON of the hash before it and all of its columns. It can never be
 * computed in another way: workspaces hold it.
 */
export function entryHash(previous: string, row: AuditRow): string {
  return hashOfJson({
    previous,
    id: row.id,
    inspector: row.inspector,
    createdAt: row.created_at,
    action: row.action,
    subject: row.subject,
    subjectId: row.subject_id,
    oldValue: row.old_value,
    newValue: row.new_value,
  });
}
