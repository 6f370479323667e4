import type { Selectable } from 'kysely';
import type { Annotation } from '../../src-shared/annotation.ts';
import {
  ANNOTATION_LIMITS,
  checkAnnotation,
  countPoints,
  riseOf,
} from '../../src-shared/annotation-limits.ts';
import type { NewAnnotation } from '../../src-shared/contract/review.ts';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import type { Polygon } from '../../src-shared/geometry.ts';
import { recordAudit } from './audit.ts';
import { madeBefore, noteRequest } from './request-keys.ts';
import { resultToJudge } from './results.ts';
import type { Schema } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** What is done with an entry in the transaction that stores it, so that neither is ever without the other. */
export type Alongside<Entry> = (workspace: Workspace, entry: Entry) => Promise<void>;

/**
 * The annotation that a request with this key made before; undefined when it made none.
 * @throws ClipSamError `input-invalid` when that was for another image, or by another inspector
 */
export async function annotationOf(
  { db }: Workspace,
  { idempotencyKey, runId, imageId, inspector, kind }: NewAnnotation,
): Promise<Annotation | undefined> {
  const id = await madeBefore(db, idempotencyKey, 'annotation');
  if (id === undefined) return undefined;
  const row = await db.selectFrom('annotations').selectAll().where('id', '=', id).executeTakeFirst();
  const isSame =
    row?.run_id === runId && row.image_id === imageId && row.inspector === inspector && row.kind === kind;
  if (!isSame) throw new ClipSamError('input-invalid', 'This idempotency key belongs to another annotation.');
  return toAnnotation(row);
}

/**
 * Adds an annotation, once for each idempotency key.
 * @throws ClipSamError `input-invalid` when neither a region of the result nor an area is given, or the area is too
 * detailed; `not-found` when there is no such result or region; `image-changed` when other content was imported since
 */
export async function addAnnotation(
  workspace: Workspace,
  entry: NewAnnotation,
  alongside: Alongside<Annotation> = async () => {},
): Promise<Annotation> {
  const { runId, imageId, regionIndex = null } = entry;
  const polygons = entry.polygons?.length ? entry.polygons : null;
  if (polygons) checkAnnotation(polygons);
  return workspace.db.transaction().execute(async (db) => {
    const made = await annotationOf({ ...workspace, db }, entry);
    if (made) return made;
    const result = await resultToJudge({ ...workspace, db }, runId, imageId);
    if (!result) {
      throw failure('no-result', `Run ${runId} has no result for image ${imageId} to annotate.`);
    }
    if (regionIndex === null && polygons === null) {
      throw failure('nothing-marked', 'Choose a region, or draw an area, to annotate.');
    }
    if (regionIndex !== null) {
      const region = await db
        .selectFrom('regions')
        .select('region_index')
        .where('result_id', '=', result.id)
        .where('region_index', '=', regionIndex)
        .executeTakeFirst();
      if (!region) {
        throw failure(
          'region-unknown',
          { region: regionIndex },
          `Image ${imageId} has no region ${regionIndex} in run ${runId}.`,
        );
      }
    }
    if (polygons) await checkRoom(db, entry, polygons);
    const row = await db
      .insertInto('annotations')
      .values({
        run_id: runId,
        image_id: imageId,
        kind: entry.kind,
        region_index: regionIndex,
        polygons: polygons && JSON.stringify(polygons),
        defect_class: entry.defectClass ?? '',
        comment: entry.comment ?? '',
        inspector: entry.inspector,
        created_at: new Date().toISOString(),
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const annotation = toAnnotation(row);
    await noteRequest(db, entry.idempotencyKey, 'annotation', row.id);
    await recordAudit(db, [
      {
        inspector: entry.inspector,
        action: entry.kind,
        subject: 'annotation',
        subjectId: row.id,
        newValue: annotation,
      },
    ]);
    await alongside({ ...workspace, db }, annotation);
    return annotation;
  });
}

/** @throws ClipSamError `input-invalid` when the annotations of the image would go beyond their limits with this one */
async function checkRoom(
  db: Workspace['db'],
  { runId, imageId }: NewAnnotation,
  polygons: readonly Polygon[],
): Promise<void> {
  const annotations = await standingAnnotations(db, runId, [imageId]).execute();
  const all = [...annotations.map(toAnnotation).flatMap((other) => other.polygons ?? []), ...polygons];
  const points = countPoints(all);
  const pixels = riseOf(all);
  const told = (much: string, limit: number) =>
    `With this annotation the annotations of image ${imageId} would ${much}; ${limit} are the limit. Remove one, or draw more coarsely.`;
  const { pointsOfImage, riseOfImage } = ANNOTATION_LIMITS;
  if (points > pointsOfImage) {
    const message = told(`have ${points} points`, pointsOfImage);
    throw failure('annotations-too-fine', { points, limit: pointsOfImage }, message);
  }
  if (pixels > riseOfImage) {
    const message = told(`run ${pixels} pixels up and down`, riseOfImage);
    throw failure('annotations-too-long', { pixels, limit: riseOfImage }, message);
  }
}

/**
 * Takes an annotation back by adding an entry that names it.
 * @param allow gets who made it, within the transaction; throws what refuses it
 * @param alongside gets which it was, and who takes it back
 * @returns where it was
 * @throws ClipSamError `not-found` when it is not there any more
 */
export async function retractAnnotation(
  workspace: Workspace,
  id: number,
  inspector: string,
  allow: (inspector: string) => void = () => {},
  alongside: Alongside<Pick<Annotation, 'id' | 'inspector'>> = async () => {},
): Promise<Pick<Annotation, 'runId' | 'imageId'>> {
  return workspace.db.transaction().execute(async (db) => {
    const row = await db
      .selectFrom('annotations as a')
      .leftJoin('annotations as r', 'r.retracts', 'a.id')
      .select(['a.run_id', 'a.image_id', 'a.inspector', 'r.id as retraction'])
      .where('a.id', '=', id)
      .where('a.kind', 'is not', null)
      .executeTakeFirst();
    if (!row || row.retraction !== null) {
      throw failure('annotation-gone', `There is no annotation ${id}, or it was retracted before.`);
    }
    allow(row.inspector);
    const retraction = await db
      .insertInto('annotations')
      .values({
        run_id: row.run_id,
        image_id: row.image_id,
        defect_class: '',
        comment: '',
        inspector,
        created_at: new Date().toISOString(),
        retracts: id,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    const { runId, imageId } = { runId: row.run_id, imageId: row.image_id };
    await recordAudit(db, [
      {
        inspector,
        action: 'retracted',
        subject: 'annotation',
        subjectId: id,
        newValue: { retraction: recordedRetraction(retraction) },
      },
    ]);
    await alongside({ ...workspace, db }, { id, inspector });
    return { runId, imageId };
  });
}

/** The annotations of a run that were not retracted, oldest first; of some images only where given. */
export async function listAnnotations(
  workspace: Workspace,
  runId: number,
  imageIds?: readonly number[],
): Promise<Annotation[]> {
  return (await standingAnnotations(workspace.db, runId, imageIds).execute()).map(toAnnotation);
}

function standingAnnotations(db: Workspace['db'], runId: number, imageIds?: readonly number[]) {
  const query = db
    .selectFrom('annotations as a')
    .leftJoin('annotations as r', 'r.retracts', 'a.id')
    .selectAll('a')
    .where('a.run_id', '=', runId)
    .where('a.kind', 'is not', null)
    .where('r.id', 'is', null)
    .orderBy('a.id');
  return imageIds ? query.where('a.image_id', 'in', imageIds) : query;
}

/** What the audit trail tells of a retraction, as one of the annotation that it takes back. */
export function recordedRetraction(row: Selectable<Schema['annotations']>) {
  const { id, run_id: runId, image_id: imageId, inspector, created_at: createdAt } = row;
  return { id, runId, imageId, inspector, createdAt };
}

/** An annotation from its row, which is no retraction. */
export function toAnnotation(row: Selectable<Schema['annotations']>): Annotation {
  return {
    id: row.id,
    runId: row.run_id,
    imageId: row.image_id,
    kind: row.kind!,
    regionIndex: row.region_index,
    polygons: row.polygons === null ? null : (JSON.parse(row.polygons) as Polygon[]),
    defectClass: row.defect_class,
    comment: row.comment,
    inspector: row.inspector,
    createdAt: row.created_at,
  };
}
