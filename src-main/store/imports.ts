import { recordAudit } from './audit.ts';
import type { Workspace } from './workspace.ts';

/** An import that has begun: until it has ended, the batch may lack images. */
export interface OpenImport {
  readonly id: number;
  readonly batchId: number;
  /** Files and folders that were chosen. */
  readonly paths: readonly string[];
  readonly inspector: string;
  readonly startedAt: string;
}

/** Files and folders that the history names. */
const NAMED = 20;

/** Notes that an import begins. What stops it, be it a power cut, leaves the note. @returns its id */
export async function noteImport(
  workspace: Workspace,
  batchId: number,
  paths: readonly string[],
  inspector: string,
): Promise<number> {
  return workspace.db.transaction().execute(async (db) => {
    const { id } = await db
      .insertInto('imports')
      .values({
        batch_id: batchId,
        paths: JSON.stringify(paths),
        inspector,
        started_at: new Date().toISOString(),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const newValue = { paths: paths.slice(0, NAMED), more: Math.max(0, paths.length - NAMED) };
    await recordAudit(db, [
      { inspector, action: 'import begun', subject: 'batch', subjectId: batchId, newValue },
    ]);
    return id;
  });
}

/** The imports into a batch, or into all, that did not end, oldest first; those at work are among them. */
export async function openImports(workspace: Workspace, batchId?: number): Promise<OpenImport[]> {
  let query = workspace.db.selectFrom('imports').selectAll().orderBy('id');
  if (batchId !== undefined) query = query.where('batch_id', '=', batchId);
  return (await query.execute()).map((row) => ({
    id: row.id,
    batchId: row.batch_id,
    paths: JSON.parse(row.paths) as string[],
    inspector: row.inspector,
    startedAt: row.started_at,
  }));
}

/** Everything that was chosen is in the batch. */
export async function endImports(workspace: Workspace, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  await workspace.db.deleteFrom('imports').where('id', 'in', ids).execute();
}

/** An inspector says that the batch is complete without the rest; the history keeps who. */
export async function dismissImports(
  workspace: Workspace,
  batchId: number,
  imports: readonly OpenImport[],
  inspector: string,
): Promise<void> {
  const ids = imports.map(({ id }) => id);
  if (ids.length === 0) return;
  await workspace.db.transaction().execute(async (db) => {
    await db.deleteFrom('imports').where('id', 'in', ids).execute();
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
