import type { AuditEntry } from '../../src-shared/audit.ts';
import { hashOfJson } from '../files/canonical-json.ts';

/** What stands for the hash of the entry before the first one. */
export function genesisHash(workspaceId: string): string {
  return hashOfJson({ workspace: workspaceId });
}

/**
 * The hash of an entry: SHA-256 over canonical JSON of the hash before it (`previous`) and all of the entry but its own
 * hash. It can never be computed in another way: workspaces hold it.
 */
export function entryHash(previous: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { id, inspector, createdAt, action, subject, subjectId, oldValue, newValue } = entry;
  return hashOfJson({ previous, id, inspector, createdAt, action, subject, subjectId, oldValue, newValue });
}

/** The columns of an entry but its own hash. */
interface UnhashedRow {
  readonly id: number;
  readonly inspector: string;
  readonly created_at: string;
  readonly action: string;
  readonly subject: string;
  readonly subject_id: string;
  readonly old_value: string | null;
  readonly new_value: string | null;
}

/** A row as it leaves the store, without its hash. */
export function toUnhashedEntry(row: UnhashedRow): Omit<AuditEntry, 'hash'> {
  return {
    id: row.id,
    inspector: row.inspector,
    createdAt: row.created_at,
    action: row.action,
    subject: row.subject,
    subjectId: row.subject_id,
    oldValue: row.old_value,
    newValue: row.new_value,
  };
}

/** {@link entryHash} of a row. */
export function hashOfRow(previous: string, row: UnhashedRow): string {
  return entryHash(previous, toUnhashedEntry(row));
}
