import { userInfo } from 'node:os';
import { resolve } from 'node:path';
import { ClipSamError } from '../../../src-shared/errors.ts';
import { recordAuditEvent } from '../../store/audit.ts';
import { type DatabaseCopy, listCopies, putBack } from '../../store/database-copies.ts';
import { openWorkspace } from '../../store/open-workspace.ts';
import { restoreFromQuarantine } from './unused-artifacts.ts';

/** What a workspace has after its database was put back or accepted. */
export interface CaredWorkspace {
  /** Where the database that was there before is kept. */
  readonly aside?: string | undefined;
  /** Files that came back from quarantine. */
  readonly restored: number;
}

/** Copies of the database, newest first. */
export function databaseCopies(folder: string): readonly DatabaseCopy[] {
  return listCopies(resolve(folder));
}

/**
 * Puts a copy of the database in its place, and goes on with it: every file stays, those in quarantine that it needs
 * come back.
 * @param copy default: the newest in the workspace
 * @throws ClipSamError `not-found` when there is none; what putting it back and opening the workspace say
 */
export async function restoreDatabase(folder: string, copy?: string): Promise<CaredWorkspace> {
  const root = resolve(folder);
  const from = copy === undefined ? listCopies(root)[0]?.path : resolve(copy);
  if (from === undefined) {
    throw new ClipSamError(
      'not-found',
      `There is no copy of the database in ${root}. Name one with --copy, or choose another workspace.`,
    );
  }
  const aside = await putBack(root, from);
  return { aside, ...(await acceptDatabase(root)) };
}

/** Goes on with a database that does not know all artifacts: none of those it does not know is ever removed. */
export async function acceptDatabase(folder: string): Promise<CaredWorkspace> {
  const workspace = await openWorkspace(folder, { accept: true });
  try {
    await recordAuditEvent(workspace, {
      inspector: machineUser(),
      action: 'accepted',
      subject: 'workspace',
      subjectId: 'database',
    });
    return { restored: await restoreFromQuarantine(workspace) };
  } finally {
    await workspace.close();
  }
}

/** Nobody can sign in where the workspace does not open. */
function machineUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'ClipSAM';
  }
}

/** Reads all of a workspace's database. @returns what is damaged; undefined when all is well */
export async function checkDatabase(folder: string): Promise<string | undefined> {
  const workspace = await openWorkspace(folder);
  try {
    return await workspace.findDamage();
  } finally {
    await workspace.close();
  }
}
