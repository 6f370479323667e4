import { resolve } from 'node:path';
import type { AuditFilter, AuditHead, AuditReport } from '../../../src-shared/audit.ts';
import { writeJsonFile } from '../../files/json-file.ts';
import { auditHead } from '../../store/audit-search.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import type { Workspace } from '../../store/workspace.ts';
import { exportTrail } from './export-trail.ts';
import { readKeptHead } from './kept-head.ts';
import { type AuditProgress, verifyTrail } from './verify-trail.ts';

/** {@link verifyTrail} of the workspace in a folder. @param options.head file with a head that was kept */
export async function verifyTrailOf(
  folder: string,
  options: {
    readonly head?: string | undefined;
    readonly signal: AbortSignal;
    readonly onProgress: (progress: AuditProgress) => void;
  },
): Promise<AuditReport> {
  const head = options.head === undefined ? undefined : await readKeptHead(options.head);
  return inWorkspace(folder, (workspace) => verifyTrail(workspace, { ...options, head }));
}

/** The end of the trail of the workspace in a folder. @param out file that it is written to as well */
export async function headOf(folder: string, out?: string): Promise<AuditHead> {
  const head = await inWorkspace(folder, auditHead);
  if (out !== undefined) await writeJsonFile(resolve(out), head);
  return head;
}

/** {@link exportTrail} of the workspace in a folder. */
export function exportTrailOf(
  folder: string,
  options: {
    readonly filter: AuditFilter;
    readonly format: 'csv' | 'json';
    readonly out: string;
    readonly inspector: string;
    readonly signal: AbortSignal;
    readonly onProgress: (done: number, total: number) => void;
  },
): ReturnType<typeof exportTrail> {
  const { out, ...rest } = options;
  return inWorkspace(folder, (workspace) => exportTrail({ ...rest, workspace, folder: resolve(out) }));
}

async function inWorkspace<T>(folder: string, work: (workspace: Workspace) => Promise<T>): Promise<T> {
  const workspace = await openWorkspace(folder, { allowReadOnly: true });
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}
