import { isAbsolute, resolve, sep } from 'node:path';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** The deepest folder that holds all images of a batch; the workspace's for a batch without images. */
export async function commonFolder(workspace: Workspace, batchId: number): Promise<string> {
  const first = await outermostPath(workspace, batchId, 'asc');
  const last = await outermostPath(workspace, batchId, 'desc');
  if (first === undefined || last === undefined) return workspace.folder;
  // In order of their bytes: what the first and the last begin with, all between them begin with.
  const shared = sharedFolder(first, last);
  if (shared !== '') return resolve(isAbsolute(shared) ? shared : fromStoredPath(workspace, shared));
  // Files within the workspace (relative) and files elsewhere (absolute) may be among each other.
  const rows = await workspace.db
    .selectFrom('images')
    .select('path')
    .where('batch_id', '=', batchId)
    .execute();
  const paths = rows.map(({ path }) => fromStoredPath(workspace, path));
  return resolve(paths.reduce(sharedFolder));
}

/** By the index: one query for both would read all paths. */
async function outermostPath(workspace: Workspace, batchId: number, order: 'asc' | 'desc') {
  const row = await workspace.db
    .selectFrom('images')
    .select('path')
    .where('batch_id', '=', batchId)
    .orderBy('path', order)
    .limit(1)
    .executeTakeFirst();
  return row?.path;
}

/** What both paths begin with, up to a separator. */
function sharedFolder(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  const prefix = a.slice(0, length);
  return prefix.slice(0, Math.max(prefix.lastIndexOf('/'), prefix.lastIndexOf(sep)) + 1);
}
