import { sql } from 'kysely';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { BatchImage } from '../../src-shared/batch.ts';
import { failure } from '../../src-shared/errors.ts';
import type { PageNumber } from '../../src-shared/image-page.ts';
import type { ResultArtifacts } from '../../src-shared/result.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { overturns, type Severity, type VerdictEntry } from '../../src-shared/verdict.ts';
import { storedError } from './error-columns.ts';
import { pageOf, selectImages, toBatchImage } from './images.ts';
import { storedNotices } from './results.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** A row of the review table with the image's path instead of its name. */
export type StoredReviewRow = Omit<ReviewRow, 'name'> & { readonly path: string };

interface ImageRow {
  readonly id: number;
  readonly path: string;
  readonly pages: number;
  readonly page: number;
  readonly page_index: number | null;
  readonly status: ReviewRow['status'] | null;
  readonly score: number | null;
  readonly verdict: ReviewRow['model'];
  readonly notices: string | null;
  readonly regions: number;
}

interface VerdictRow {
  readonly image_id: number;
  readonly verdict: VerdictEntry['verdict'];
  readonly defect_class: string;
  readonly severity: Severity | null;
}

/**
 * The images of a batch in the order in which they were added, with what a run and the inspectors say about them:
 * three queries, whatever their number.
 * @param runId null: there is no run yet
 * @param which some images of the batch, or a page of all: `limit` at most, behind the image `after`
 */
export async function reviewRows(
  workspace: Workspace,
  batchId: number,
  runId: number | null,
  which: { readonly imageIds: readonly number[] } | { readonly after: number; readonly limit: number },
): Promise<StoredReviewRow[]> {
  const { db } = workspace;
  const imageIds = 'imageIds' in which ? which.imageIds : await idsOfPage(workspace, batchId, which);
  const among = (column: string) =>
    sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(imageIds)}))`;
  const images = await sql<ImageRow>`
    select i.id, i.path, i.pages, i.page, i.page_index, r.status, r.score, r.verdict, r.notices,
      (select count(*) from regions where result_id = r.id) as regions
    from images i left join results r on r.run_id = ${runId} and r.image_id = i.id
    where i.batch_id = ${batchId} and ${among('i.id')} order by i.id`.execute(db);
  const verdicts = await sql<VerdictRow>`
    select v.image_id, v.verdict, v.defect_class, v.severity from verdicts v
    where v.run_id = ${runId} and v.verdict <> 'withdrawn' and ${among('v.image_id')}
      and not exists (select 1 from verdicts newer where newer.supersedes = v.id)`.execute(db);
  const marks = await sql<{ image_id: number; kind: Annotation['kind']; count: number }>`
    select a.image_id, a.kind, count(*) as count from annotations a
    where a.run_id = ${runId} and a.kind is not null and ${among('a.image_id')}
      and not exists (select 1 from annotations r where r.retracts = a.id)
    group by a.image_id, a.kind`.execute(db);
  const verdictOf = new Map(verdicts.rows.map((row) => [row.image_id, row]));
  const countOf = new Map(marks.rows.map((row) => [`${row.kind} ${row.image_id}`, row.count]));
  return images.rows.map((row) => {
    const human = verdictOf.get(row.id);
    return {
      imageId: row.id,
      path: fromStoredPath(workspace, row.path),
      page: numberOf(row),
      status: row.status ?? 'pending',
      score: row.score,
      model: row.verdict,
      notices: [...new Set(storedNotices(row.notices).map(({ code }) => code))],
      human: human ? (human.verdict as NonNullable<ReviewRow['human']>) : null,
      defectClass: human?.defect_class ?? '',
      severity: human?.severity ?? null,
      overturned: human !== undefined && overturns(human.verdict, row.verdict),
      regions: row.regions,
      falsePositives: countOf.get(`false-positive ${row.id}`) ?? 0,
      missedDefects: countOf.get(`missed-defect ${row.id}`) ?? 0,
    };
  });
}

function numberOf(row: Parameters<typeof pageOf>[0]): PageNumber | null {
  const page = pageOf(row);
  return page && { number: page.number, count: page.count };
}

async function idsOfPage(
  { db }: Workspace,
  batchId: number,
  page: { readonly after: number; readonly limit: number },
): Promise<number[]> {
  const rows = await db
    .selectFrom('images')
    .select('id')
    .where('batch_id', '=', batchId)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map(({ id }) => id);
}

/** @throws ClipSamError `not-found` when the workspace has no such image */
export async function getImage(workspace: Workspace, id: number): Promise<BatchImage> {
  const row = await selectImages(workspace.db).where('images.id', '=', id).executeTakeFirst();
  if (!row) throw failure('image-unknown', { image: id }, `The workspace has no image ${id}.`);
  return toBatchImage(workspace, row);
}

/** The files of a result; undefined while there is none. */
export async function artifactsOf(
  workspace: Workspace,
  runId: number,
  imageId: number,
): Promise<ResultArtifacts | undefined> {
  const row = await workspace.db
    .selectFrom('results')
    .select('artifacts')
    .where('run_id', '=', runId)
    .where('image_id', '=', imageId)
    .executeTakeFirst();
  return row?.artifacts ? (JSON.parse(row.artifacts) as ResultArtifacts) : undefined;
}

/** Defect classes of verdicts and annotations that count, the most frequent first. */
export async function defectClasses(workspace: Workspace): Promise<string[]> {
  const { rows } = await sql<{ defect_class: string }>`
    select defect_class from (
      select v.defect_class from verdicts v
      where v.verdict <> 'withdrawn' and not exists (select 1 from verdicts n where n.supersedes = v.id)
      union all
      select a.defect_class from annotations a
      where a.kind is not null and not exists (select 1 from annotations r where r.retracts = a.id)
    ) where defect_class <> '' group by defect_class order by count(*) desc, defect_class`.execute(
    workspace.db,
  );
  return rows.map((row) => row.defect_class);
}

/** Images that failed in a run, in the run's order. */
export async function listFailures(workspace: Workspace, runId: number, limit: number) {
  const rows = await workspace.db
    .selectFrom('results')
    .innerJoin('images', 'images.id', 'results.image_id')
    .select([
      'results.image_id',
      'images.path',
      'images.pages',
      'images.page',
      'images.page_index',
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
    page: numberOf(row),
    error: storedError(row)!,
  }));
}
