import { sql } from 'kysely';
import type { AnnotationKind } from '../../src-shared/annotation.ts';
import type { StatsFilter } from '../../src-shared/statistics/stats-filter.ts';
import type { GalleryPlace, StatsCell, StatsGallery } from '../../src-shared/statistics/stats-gallery.ts';
import type { Severity } from '../../src-shared/verdict.ts';
import type { HumanAnswer } from '../../src-shared/what-if.ts';
import { pageNumberOf } from './images.ts';
import { fromStoredPath, type Workspace } from './workspace.ts';

/** An image of a gallery with its path (absolute) instead of its name. */
export type StoredGalleryImage = Omit<StatsGallery['images'][number], 'name' | 'batchName' | 'batchId'> & {
  readonly path: string;
};

interface Row {
  readonly run_id: number;
  readonly image_id: number;
  readonly score: number;
  readonly model: StoredGalleryImage['model'];
  readonly human: HumanAnswer;
  readonly defect_class: string;
  readonly severity: Severity | 'none';
  readonly path: string;
  readonly pages: number;
  readonly page: number;
  readonly page_index: number | null;
}

/**
 * A page of the inspected images of a cell, the newest run first and in each in the order of the images.
 * @param which.runIds of all runs that count
 * @returns `total`: on all pages
 */
export async function galleryImages(
  { db, ...workspace }: Workspace,
  which: {
    readonly runIds: readonly number[];
    readonly filter: StatsFilter;
    readonly cell: StatsCell;
    readonly after: GalleryPlace | null;
    readonly limit: number;
  },
): Promise<{ readonly images: StoredGalleryImage[]; readonly total: number }> {
  const { runIds, filter, cell, after, limit } = which;
  const { inspector, from, to } = filter;
  const found = sql`
    with found as materialized (
      select i.* from inspected_images i
      where (i.run_id, i.image_id) in (${keysOf(cell)})
        and i.model <> 'failed' and i.run_id in (select value from json_each(${JSON.stringify(runIds)}))
        and ${inspector === undefined ? sql`true` : sql`i.inspector = ${inspector}`}
        and ${from === undefined ? sql`true` : sql`i.day >= ${from}`}
        and ${to === undefined ? sql`true` : sql`i.day <= ${to}`}
    )`;
  const behind = after
    ? sql`f.run_id < ${after.runId} or (f.run_id = ${after.runId} and f.image_id > ${after.imageId})`
    : sql`true`;
  const { rows } = await sql<Row>`${found}
    select f.*, path, pages, page, page_index from found f join images on images.id = f.image_id
    where ${behind} order by f.run_id desc, f.image_id limit ${limit}`.execute(db);
  const counted = await sql<{ total: number }>`${found} select count(*) as total from found`.execute(db);
  const images = rows.map((row) => ({
    runId: row.run_id,
    imageId: row.image_id,
    path: fromStoredPath({ ...workspace, db }, row.path),
    page: pageNumberOf(row),
    score: row.score,
    model: row.model,
    human: row.human === 'none' ? null : row.human,
    defectClass: row.defect_class,
    severity: row.severity === 'none' ? null : row.severity,
  }));
  return { images, total: counted.rows[0]!.total };
}

function keysOf(cell: StatsCell) {
  if (cell === 'false-positives') return sql`${inCell('accept', 'reject')} union ${marked('false-positive')}`;
  if (cell === 'missed-defects') return sql`${inCell('reject', 'accept')} union ${marked('missed-defect')}`;
  return inCell(cell.human, cell.model);
}

function inCell(human: HumanAnswer, model: string) {
  return sql`select run_id, image_id from inspected_images where human = ${human} and model = ${model}`;
}

/** Images with an annotation that counts. */
function marked(kind: AnnotationKind) {
  return sql`select a.run_id, a.image_id from annotations a
    where a.kind = ${kind} and not exists (select 1 from annotations r where r.retracts = a.id)`;
}
