import type { Selectable } from 'kysely';
import type { NewVerdict } from '../../src-shared/contract/review.ts';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { overturns, type VerdictEntry } from '../../src-shared/verdict.ts';
import type { Alongside } from './annotations.ts';
import { recordAudit } from './audit.ts';
import { madeBefore, noteRequest } from './request-keys.ts';
import { resultToJudge } from './results.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/**
 * The verdict that a request with this key gave before; undefined when it gave none.
 * @throws ClipSamError `input-invalid` when that was another verdict, on another image, or by another inspector
 */
export async function verdictOf(
  { db }: Workspace,
  { idempotencyKey, runId, imageId, inspector, verdict }: NewVerdict,
): Promise<VerdictEntry | undefined> {
  const id = await madeBefore(db, idempotencyKey, 'verdict');
  if (id === undefined) return undefined;
  const row = await db.selectFrom('verdicts').selectAll().where('id', '=', id).executeTakeFirst();
  const isSame =
    row?.run_id === runId &&
    row.image_id === imageId &&
    row.inspector === inspector &&
    row.verdict === verdict;
  if (!isSame) throw new ClipSamError('input-invalid', 'This idempotency key belongs to another verdict.');
  return toVerdict(row);
}

/**
 * Adds a verdict, once for each idempotency key; the image's last one, if any, is superseded, not changed.
 * @param allow gets who gave the verdict that counts, within the transaction; throws what refuses another
 * @throws ClipSamError `not-found` when the image has no result; `input-invalid` when the model is overturned without
 * a reason; `conflict` when there is nothing to withdraw, or (case `verdict-crossed`) when another verdict came since the
 * one that the inspector had before them; `image-changed` when other content was imported since
 */
export async function addVerdict(
  workspace: Workspace,
  entry: NewVerdict,
  allow: (inspector: string | undefined) => void = () => {},
  alongside: Alongside<VerdictEntry> = async () => {},
): Promise<VerdictEntry> {
  const { runId, imageId, verdict, inspector } = entry;
  return workspace.db.transaction().execute(async (db) => {
    const given = await verdictOf({ ...workspace, db }, entry);
    if (given) return given;
    const takesBack = verdict === 'withdrawn';
    const result = await resultToJudge({ ...workspace, db }, runId, imageId, takesBack);
    if (!result) {
      throw failure('no-result', `Run ${runId} has no result for image ${imageId} to judge.`);
    }
    const overturnReason = entry.overturnReason?.trim() ?? '';
    if (overturns(verdict, result.verdict) && overturnReason === '') {
      throw failure(
        'no-reason',
        `The model says ${result.verdict}: a reason is needed to overturn it to ${verdict}.`,
      );
    }
    const previous = await db
      .selectFrom('verdicts')
      .selectAll()
      .where('run_id', '=', runId)
      .where('image_id', '=', imageId)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    refuseCrossed(previous, entry);
    allow(previous?.verdict === 'withdrawn' ? undefined : previous?.inspector);
    if (verdict === 'withdrawn' && (!previous || previous.verdict === 'withdrawn')) {
      throw failure('no-verdict', `Image ${imageId} has no verdict to withdraw.`);
    }
    const row = await db
      .insertInto('verdicts')
      .values({
        run_id: runId,
        image_id: imageId,
        verdict,
        defect_class: entry.defectClass ?? '',
        severity: entry.severity ?? null,
        overturn_reason: overturnReason,
        comment: entry.comment ?? '',
        inspector,
        created_at: new Date().toISOString(),
        supersedes: previous?.id ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    await noteRequest(db, entry.idempotencyKey, 'verdict', row.id);
    await recordAudit(db, [
      {
        inspector,
        action: verdict,
        subject: 'verdict',
        subjectId: row.id,
        oldValue: previous && toVerdict(previous),
        newValue: toVerdict(row),
      },
    ]);
    await alongside({ ...workspace, db }, toVerdict(row));
    return toVerdict(row);
  });
}

/** Refuses a verdict that its inspector gave without having seen the newest one. */
function refuseCrossed(
  newest: Selectable<Schema['verdicts']> | undefined,
  { imageId, seenVerdictId: seen }: NewVerdict,
): void {
  if (seen === undefined || !newest || newest.id === seen) return;
  // Who saw none may judge where there is none any more.
  if (seen === null && newest.verdict === 'withdrawn') return;
  const { id: entry, inspector: name, verdict, created_at: time } = newest;
  const did = verdict === 'withdrawn' ? 'took the verdict back' : `judged “${verdict}”`;
  throw failure(
    'verdict-crossed',
    { name, verdict, time, entry },
    `${name} ${did} on image ${imageId} at ${time}, which this verdict does not know of. Look at it, then give yours with seenVerdictId ${entry}, or leave it.`,
  );
}

/** Every verdict on an image of a run, oldest first. */
export async function verdictHistory(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<VerdictEntry[]> {
  const rows = await workspace.db
    .selectFrom('verdicts')
    .selectAll()
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .orderBy('id')
    .execute();
  return rows.map(toVerdict);
}

/** The verdicts that count, by image id; images without one, or with a withdrawn one, are missing. */
export async function currentVerdicts(
  workspace: Workspace,
  runId: number,
  imageIds?: readonly number[],
): Promise<Map<number, VerdictEntry>> {
  let query = workspace.db.selectFrom('verdicts').selectAll().where('run_id', '=', runId).orderBy('id');
  if (imageIds) query = query.where('image_id', 'in', imageIds);
  const current = new Map((await query.execute()).map((row) => [row.image_id, toVerdict(row)]));
  for (const [imageId, { verdict }] of current) if (verdict === 'withdrawn') current.delete(imageId);
  return current;
}

/** A verdict from its row. */
export function toVerdict(row: Selectable<Schema['verdicts']>): VerdictEntry {
  return {
    id: row.id,
    runId: row.run_id,
    imageId: row.image_id,
    verdict: row.verdict,
    defectClass: row.defect_class,
    severity: row.severity,
    overturnReason: row.overturn_reason,
    comment: row.comment,
    inspector: row.inspector,
    createdAt: row.created_at,
    supersedes: row.supersedes,
  };
}
