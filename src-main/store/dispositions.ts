import type { Selectable } from 'kysely';
import type { NewDisposition } from '../../src-shared/contract/reports.ts';
import type { DispositionEntry } from '../../src-shared/disposition.ts';
import { failure } from '../../src-shared/errors.ts';
import { recordAudit } from './audit.ts';
import { resultToJudge } from './results.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/**
 * Adds what becomes of an image; its last disposition, if any, is superseded, not changed.
 * @throws ClipSamError `not-found` when the image has no result; `conflict` when it conforms (neither the inspector nor,
 * without one, the model rejects it, and it was not rejected before), or when there is nothing to withdraw;
 * `image-changed` when other content was imported since
 */
export async function addDisposition(workspace: Workspace, entry: NewDisposition): Promise<DispositionEntry> {
  const { runId, imageId, disposition, inspector } = entry;
  return workspace.db.transaction().execute(async (db) => {
    const takesBack = disposition === 'withdrawn';
    const result = await resultToJudge({ ...workspace, db }, runId, imageId, takesBack);
    if (!result) throw failure('no-result', `Run ${runId} has no result for image ${imageId} to dispose of.`);
    const previous = await db
      .selectFrom('dispositions')
      .selectAll()
      .where('run_id', '=', runId)
      .where('image_id', '=', imageId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    if (takesBack && (!previous || previous.disposition === 'withdrawn')) {
      throw failure('no-disposition', `Image ${imageId} has no disposition to withdraw.`);
    }
    if (!takesBack && !(await wasRejected(db, runId, imageId, result.verdict))) {
      throw failure('not-nonconforming', `Image ${imageId} is not rejected: there is nothing to dispose of.`);
    }
    const row = await db
      .insertInto('dispositions')
      .values({
        run_id: runId,
        image_id: imageId,
        disposition,
        comment: entry.comment ?? '',
        inspector,
        created_at: new Date().toISOString(),
        supersedes: previous?.id ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await recordAudit(db, [
      {
        inspector,
        action: disposition,
        subject: 'disposition',
        subjectId: row.id,
        oldValue: previous && toDisposition(previous),
        newValue: toDisposition(row),
      },
    ]);
    return toDisposition(row);
  });
}

/** Everything that was decided about an image of a run, oldest first. */
export async function dispositionHistory(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<DispositionEntry[]> {
  const rows = await workspace.db
    .selectFrom('dispositions')
    .selectAll()
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .orderBy('id')
    .execute();
  return rows.map(toDisposition);
}

/** The dispositions that count, by image id; images without one, or with a withdrawn one, are missing. */
export async function currentDispositions(
  workspace: Workspace,
  runId: number,
): Promise<Map<number, DispositionEntry>> {
  const rows = await workspace.db
    .selectFrom('dispositions')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('id')
    .execute();
  const current = new Map(rows.map((row) => [row.image_id, toDisposition(row)]));
  for (const [imageId, { disposition }] of current) if (disposition === 'withdrawn') current.delete(imageId);
  return current;
}

/** Rejected now, or by an inspector before: what was reworked is accepted afterwards. */
async function wasRejected(
  db: Workspace['db'],
  runId: number,
  imageId: number,
  model: string | null,
): Promise<boolean> {
  const rows = await db
    .selectFrom('verdicts')
    .select('verdict')
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .orderBy('id')
    .execute();
  if (rows.some(({ verdict }) => verdict === 'reject')) return true;
  const last = rows.at(-1)?.verdict;
  return (last === undefined || last === 'withdrawn') && model === 'reject';
}

/** A disposition from its row. */
export function toDisposition(row: Selectable<Schema['dispositions']>): DispositionEntry {
  return {
    id: row.id,
    runId: row.run_id,
    imageId: row.image_id,
    disposition: row.disposition,
    comment: row.comment,
    inspector: row.inspector,
    createdAt: row.created_at,
    supersedes: row.supersedes,
  };
}
