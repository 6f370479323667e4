import { recordAuditEvent } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** What was done to a model pack. */
export interface PackChange {
  /** Null: it could not be read. */
  readonly packHash: string | null;
  /** Where it came from. */
  readonly source?: string;
  readonly action: 'added' | 'repaired' | 'removed';
}

/** Keeps who brought in or removed which model pack. @param reference as recipes name it */
export async function recordPack(
  workspace: Workspace,
  reference: string,
  what: PackChange,
  inspector: string,
): Promise<void> {
  const { action, packHash, source } = what;
  await recordAuditEvent(workspace, {
    inspector,
    action,
    subject: 'pack',
    subjectId: reference,
    newValue: { packHash, ...(source !== undefined && { source }) },
  });
}

/** Keeps who changed how packs are brought in on this machine. */
export async function recordPackSettings(
  workspace: Workspace,
  { before, after }: { readonly before: unknown; readonly after: unknown },
  inspector: string,
): Promise<void> {
  await recordAuditEvent(workspace, {
    inspector,
    action: 'changed',
    subject: 'setting',
    subjectId: 'packs',
    oldValue: before,
    newValue: after,
  });
}
