import { recordAuditEvent } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** Keeps who brought in which model pack, and from where. @param reference as recipes name it */
export async function recordPack(
  workspace: Workspace,
  reference: string,
  what: { readonly packHash: string; readonly source: string; readonly action: 'added' | 'repaired' },
  inspector: string,
): Promise<void> {
  const { action, packHash, source } = what;
  await recordAuditEvent(workspace, {
    inspector,
    action,
    subject: 'pack',
    subjectId: reference,
    newValue: { packHash, source },
  });
}
