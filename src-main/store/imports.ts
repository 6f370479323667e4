import type { Selectable } from 'kysely';
import { recordAudit } from './audit.ts';
import { holdToken, newOwner, releaseToken, whereOwnerIs } from './owner.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** An import that has begun, did not end and is not at work: the batch may lack images. */
interface UnfinishedImport {
  readonly id: number;
  readonly batchId: number;
  /** Files and folders that were chosen. */
  readonly paths: readonly string[];
  readonly inspector: string;
  readonly startedAt: string;
}

/** An import at work in this process. */
interface ImportAtWork {
  readonly ids: readonly number[];
  readonly paths: readonly string[];
  readonly token: string;
}

/** Files and folders that the history names. */
const NAMED = 20;

/**
 * Notes that an import begins. What stops it, be it a power cut, leaves the note, until the same paths are imported
 * anew: then it is replaced.
 */
export async function beginImport(
  workspace: Workspace,
  batchId: number,
  paths: readonly string[],
  inspector: string,
): Promise<ImportAtWork> {
  const owner = newOwner();
  const id = await workspace.db.transaction().execute(async (db) => {
    const chosen = new Set(paths);
    const replaced = (await unfinished(db, batchId)).filter((before) =>
      before.paths.every((path) => chosen.has(path)),
    );
    await removeNotes(db, replaced);
    const row = await db
      .insertInto('imports')
      .values({
        batch_id: batchId,
        paths: JSON.stringify(paths),
        inspector,
        started_at: new Date().toISOString(),
        ...owner,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const newValue = { paths: paths.slice(0, NAMED), more: Math.max(0, paths.length - NAMED) };
    await recordAudit(db, [
      { inspector, action: 'import begun', subject: 'batch', subjectId: batchId, newValue },
    ]);
    return row.id;
  });
  return atWork([id], paths, owner.owner_token);
}

/** Goes on with what was stopped in a batch; undefined when nothing was. */
export async function resumeImports(
  workspace: Workspace,
  batchId: number,
): Promise<ImportAtWork | undefined> {
  const owner = newOwner();
  const stopped = await workspace.db.transaction().execute(async (db) => {
    const found = await unfinished(db, batchId);
    const ids = found.map(({ id }) => id);
    if (ids.length > 0) await db.updateTable('imports').set(owner).where('id', 'in', ids).execute();
    return found;
  });
  if (stopped.length === 0) return undefined;
  const paths = [...new Set(stopped.flatMap((before) => before.paths))];
  const ids = stopped.map(({ id }) => id);
  return atWork(ids, paths, owner.owner_token);
}

/** Everything that was chosen is in the batch. */
export async function endImport(workspace: Workspace, { ids }: ImportAtWork): Promise<void> {
  await workspace.db.deleteFrom('imports').where('id', 'in', ids).execute();
}

/** It is not at work any more, whether it has ended or was stopped. */
export function releaseImport({ token }: ImportAtWork): void {
  releaseToken(token);
}

/** The imports into a batch, or into all, that were stopped before their end, oldest first. */
export function unfinishedImports(workspace: Workspace, batchId?: number): Promise<UnfinishedImport[]> {
  return unfinished(workspace.db, batchId);
}

/** An inspector says that the batch is complete without the rest; the history keeps who. */
export async function dismissImports(
  workspace: Workspace,
  batchId: number,
  inspector: string,
): Promise<void> {
  await workspace.db.transaction().execute(async (db) => {
    const imports = await unfinished(db, batchId);
    if (imports.length === 0) return;
    await removeNotes(db, imports);
    await recordAudit(db, [
      {
        inspector,
        action: 'import left incomplete',
        subject: 'batch',
        subjectId: batchId,
        oldValue: imports.map(({ paths, ...rest }) => ({ ...rest, paths: paths.slice(0, NAMED) })),
      },
    ]);
  });
}

async function unfinished(db: Workspace['db'], batchId: number | undefined): Promise<UnfinishedImport[]> {
  let query = db.selectFrom('imports').selectAll().orderBy('id');
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
  return (await query.execute())
    .filter((row) => !isAtWork(row))
    .map((row) => ({
      id: row.id,
      batchId: row.batch_id,
      paths: JSON.parse(row.paths) as string[],
      inspector: row.inspector,
      startedAt: row.started_at,
    }));
}

async function removeNotes(db: Workspace['db'], imports: readonly UnfinishedImport[]): Promise<void> {
  const ids = imports.map(({ id }) => id);
  if (ids.length > 0) await db.deleteFrom('imports').where('id', 'in', ids).execute();
}

function atWork(ids: readonly number[], paths: readonly string[], token: string): ImportAtWork {
  holdToken(token);
  return { ids, paths, token };
}

function isAtWork(row: Selectable<Schema['imports']>): boolean {
  const { owner_token, owner_pid, owner_host, owner_process } = row;
  // Imports from before they had owners.
  if (owner_token === null || owner_pid === null || owner_host === null) return false;
  const where = whereOwnerIs({ owner_token, owner_pid, owner_host, owner_process });
  return where === 'this-process' || where === 'this-machine';
}
