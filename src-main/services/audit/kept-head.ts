import { type AuditFinding, type AuditHead, auditHeadSchema } from '../../../src-shared/audit.ts';
import { failure } from '../../../src-shared/errors.ts';
import { readJsonFile } from '../../files/json-file.ts';
import { auditHashAt, auditHead } from '../../store/audit-search.ts';
import type { Workspace } from '../../store/workspace.ts';

/**
 * What a kept head says against the end of the trail, without a look at what comes before.
 * @returns null: the trail leads there
 */
export async function checkHead(workspace: Workspace, head: AuditHead): Promise<AuditFinding | null> {
  if (head.workspace !== workspace.id) return { kind: 'head-of-other-workspace' };
  const { entries } = await auditHead(workspace);
  if (head.entries > entries) return { kind: 'head-beyond-end', entries, expected: head.entries };
  if ((await auditHashAt(workspace, head.entries)) === head.hash) return null;
  return { kind: 'head-differs', entry: head.entries };
}

/** A kept head from its file. @throws ClipSamError `input-invalid` when it is none */
export async function readKeptHead(path: string): Promise<AuditHead> {
  const { success, data } = auditHeadSchema.safeParse(
    await readJsonFile(path, 'The kept head', 'input-invalid'),
  );
  if (success) return data;
  throw failure(
    'audit-head-invalid',
    `${path} is no kept head of an audit trail. Choose the file that "audit head" wrote.`,
  );
}
