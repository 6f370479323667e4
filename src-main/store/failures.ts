import { storedError } from './error-columns.ts';
import { PICTURE_COLUMNS, pageNumberOf } from './images.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** Images that failed in a run, in the run's order. */
export async function listFailures(workspace: Workspace, runId: number, limit: number) {
  const rows = await workspace.db
    .selectFrom('results')
    .innerJoin('images', 'images.id', 'results.image_id')
    .select([
      'results.image_id',
      ...PICTURE_COLUMNS,
      'results.error_code',
      'results.error_message',
      'results.error_details',
    ])
    .where('results.run_id', '=', runId)
    .where('results.status', '=', 'failed')
    .orderBy('results.image_id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    imageId: row.image_id,
    path: fromStoredPath(workspace, row.path),
    page: pageNumberOf(row),
    error: storedError(row)!,
  }));
}
