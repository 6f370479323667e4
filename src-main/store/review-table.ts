import { sql } from 'kysely';
import type { Annotation } from '../../src-shared/annotation.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { overturns, type Severity, type VerdictEntry } from '../../src-shared/verdict.ts';
import { pageNumberOf } from './images.ts';
import { storedNotices } from './result-row.ts';
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
  readonly largest_length: number | null;
  readonly largest_area: number | null;
  readonly below_limit: number;
  readonly disagreement: number | null;
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
      r.disagreement, (select count(*) from regions where result_id = r.id) as regions,
      (select max(length) from regions where result_id = r.id and below_limit = 0) as largest_length,
      (select max(area) from regions where result_id = r.id and below_limit = 0) as largest_area,
      (select count(*) from regions where result_id = r.id and below_limit = 1) as below_limit
    from images i left join results r on r.run_id = ${runId} and r.image_id = i.id
    where i.batch_id = ${batchId} and ${among('i.id')} order by i.id`.execute(db);
  const verdicts = await sql<VerdictRow>`
    select v.image_id, v.verdict, v.defect_class, v.severity from verdicts v
    where v.run_id = ${runId} and v.verdict <> 'withdrawn' and ${among('v.image_id')}
      and not exists (select 1 from verdicts newer where newer.supersedes = v.id)`.execute(db);
  const annotations = await sql<{ image_id: number; kind: Annotation['kind']; count: number }>`
    select a.image_id, a.kind, count(*) as count from annotations a
    where a.run_id = ${runId} and a.kind is not null and ${among('a.image_id')}
      and not exists (select 1 from annotations r where r.retracts = a.id)
    group by a.image_id, a.kind`.execute(db);
  const verdictOf = new Map(verdicts.rows.map((row) => [row.image_id, row]));
  const countOf = new Map(annotations.rows.map((row) => [`${row.kind} ${row.image_id}`, row.count]));
  return images.rows.map((row) => {
    const human = verdictOf.get(row.id);
    return {
      imageId: row.id,
      path: fromStoredPath(workspace, row.path),
      page: pageNumberOf(row),
      status: row.status ?? 'pending',
      score: row.score,
      model: row.verdict,
      notices: [...new Set(storedNotices(row.notices).map(({ code }) => code))],
      human: human ? (human.verdict as NonNullable<ReviewRow['human']>) : null,
      defectClass: human?.defect_class ?? '',
      severity: human?.severity ?? null,
      overturned: human !== undefined && overturns(human.verdict, row.verdict),
      regions: row.regions,
      largestLength: row.largest_length,
      largestArea: row.largest_area,
      belowLimit: row.below_limit,
      falsePositives: countOf.get(`false-positive ${row.id}`) ?? 0,
      missedDefects: countOf.get(`missed-defect ${row.id}`) ?? 0,
      disagreement: row.disagreement,
    };
  });
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
