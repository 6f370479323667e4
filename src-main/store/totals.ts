import { type RawBuilder, sql } from 'kysely';
import type { CountedRun, PairTotal, VerdictTotal } from '../../src-shared/statistics/dashboard-of.ts';
import type { StatsFilter } from '../../src-shared/statistics/stats-filter.ts';
import type { ModelVerdict } from '../../src-shared/verdict.ts';
import type { Workspace } from './workspace.ts';

/**
 * The run of each batch that counts: the newest in which an image was inspected; where there is none, the newest in which
 * all failed. Archived batches count, deleted ones don't. In the order of the batches.
 */
export async function countedRuns({ db }: Workspace): Promise<CountedRun[]> {
  const { rows } = await sql<CountedRun>`
    with used as (
      select run_id, max(model <> 'failed') as has_done from verdict_totals group by run_id
    ), counted as (
      select coalesce(max(case when has_done then run_id end), max(run_id)) as run_id
      from used join runs on runs.id = run_id group by batch_id
    )
    select runs.id as runId, batches.id as batchId, batches.name as batchName, part_number as partNumber, lot,
      recipes.name as recipe, json_extract(recipes.json, '$.warn') as warn,
      json_extract(recipes.json, '$.reject') as reject
    from counted join runs on runs.id = counted.run_id join batches on batches.id = runs.batch_id
      join recipes on recipes.hash = runs.recipe_hash
    where batches.deleted_at is null order by batches.id`.execute(db);
  return rows;
}

/** Who gave verdicts that count, sorted. */
export async function inspectorsOf({ db }: Workspace, runIds: readonly number[]): Promise<string[]> {
  const { rows } = await sql<{ inspector: string }>`
    select distinct inspector from verdict_totals where ${among(runIds)} and inspector <> ''
    order by inspector`.execute(db);
  return rows.map(({ inspector }) => inspector);
}

/** Images of the runs by what was said of them: inspected, or judged, on one of the filter's days. */
export async function verdictTotals(
  { db }: Workspace,
  runIds: readonly number[],
  filter: StatsFilter,
): Promise<VerdictTotal[]> {
  const { rows } = await sql<VerdictTotal>`
    select run_id as runId, day, model, human, defect_class as defectClass, severity, judged_day as judgedDay,
      sum(images) as images
    from verdict_totals where ${among(runIds)} and ${byInspector(filter)}
      and (${withinDays('day', filter)} or ${withinDays('judged_day', filter)})
    group by 1, 2, 3, 4, 5, 6, 7`.execute(db);
  return rows;
}

/** Images of the runs by score: the bin b of 100 holds b/100 to below (b + 1)/100. */
export async function scoreTotals(
  { db }: Workspace,
  runIds: readonly number[],
  filter: StatsFilter,
): Promise<{ model: ModelVerdict; bin: number; images: number }[]> {
  const { rows } = await sql<{ model: ModelVerdict; bin: number; images: number }>`
    select model, bin, sum(images) as images from score_totals where ${among(runIds)} and ${within(filter)}
    group by 1, 2`.execute(db);
  return rows;
}

/** Images of the runs by day and by the time that each took, in milliseconds to three significant digits. */
export async function timeTotals(
  { db }: Workspace,
  runIds: readonly number[],
  filter: StatsFilter,
): Promise<{ day: string; milliseconds: number; images: number }[]> {
  const { rows } = await sql<{ day: string; milliseconds: number; images: number }>`
    select day, milliseconds, sum(images) as images from time_totals where ${among(runIds)} and ${within(filter)}
    group by 1, 2`.execute(db);
  return rows;
}

/** How many good images were made so: their newest disposition is rework. */
export async function reworkedImages(
  { db }: Workspace,
  runIds: readonly number[],
  filter: StatsFilter,
): Promise<number> {
  const { rows } = await sql<{ images: number }>`
    select count(*) as images from dispositions d cross join inspected_images i on i.run_id = d.run_id and i.image_id = d.image_id
    where d.disposition = 'rework' and not exists (select 1 from dispositions newer where newer.supersedes = d.id)
      and (human = 'accept' or human = 'none' and model = 'accept') and model <> 'failed'
      and d.run_id in (select value from json_each(${JSON.stringify(runIds)}))
      and ${withinDays('i.day', filter)} and ${byInspector(filter, 'i.inspector')}`.execute(db);
  return rows[0]!.images;
}

/** What two inspectors said last of the same image in the same run; verdicts that were withdrawn do not count. */
export async function overlappingVerdicts(
  { db }: Workspace,
  runIds: readonly number[],
  filter: StatsFilter,
): Promise<PairTotal[]> {
  const { rows } = await sql<PairTotal>`
    with overlapping as materialized (
      select distinct run_id, image_id from verdicts where supersedes is not null and ${among(runIds)}
    ), last as (
      select v.run_id, v.image_id, v.inspector, v.verdict, max(v.id)
      from overlapping o cross join inspected_images i on i.run_id = o.run_id and i.image_id = o.image_id
        cross join verdicts v on v.run_id = o.run_id and v.image_id = o.image_id
      where ${withinDays('i.day', filter)}
      group by v.run_id, v.image_id, v.inspector
    ), said as materialized (
      select run_id || ' ' || image_id as judged, inspector, verdict from last where verdict <> 'withdrawn'
    )
    ${pairs(filter)}`.execute(db);
  return rows;
}

/** What two inspectors answered about the same image in the same round of a study; of those who are through with it. */
export async function studyAnswers(
  { db }: Workspace,
  batchIds: readonly number[],
  filter: StatsFilter,
): Promise<PairTotal[]> {
  const { rows } = await sql<PairTotal>`
    with standing as materialized (
      select j.* from study_judgements j join studies s on s.id = j.study_id
      where s.batch_id in (select value from json_each(${JSON.stringify(batchIds)})) and j.verdict <> 'withdrawn'
        and not exists (select 1 from study_judgements newer where newer.supersedes = j.id)
    ), through as materialized (
      select study_id, inspector from standing group by study_id, inspector
      having count(*) = (select rounds from studies where id = study_id)
        * (select count(*) from study_images m where m.study_id = standing.study_id)
    ), said as materialized (
      select study_id || ' ' || round || ' ' || image_id as judged, inspector, verdict
      from standing join through using (study_id, inspector)
    )
    ${pairs(filter)}`.execute(db);
  return rows;
}

/** Counts of both answers, from `said`. */
function pairs({ inspector }: StatsFilter): RawBuilder<PairTotal> {
  const theirs = inspector === undefined ? sql`true` : sql`${inspector} in (a.inspector, b.inspector)`;
  return sql`select a.inspector as first, b.inspector as second, a.verdict as firstVerdict,
      b.verdict as secondVerdict, count(*) as images
    from said a join said b on b.judged = a.judged and a.inspector < b.inspector
    where ${theirs} group by 1, 2, 3, 4`;
}

function among(runIds: readonly number[]) {
  return sql`run_id in (select value from json_each(${JSON.stringify(runIds)}))`;
}

function within(filter: StatsFilter) {
  return sql`${withinDays('day', filter)} and ${byInspector(filter)}`;
}

function withinDays(column: string, { from, to }: StatsFilter) {
  const after = from === undefined ? sql`true` : sql`${sql.ref(column)} >= ${from}`;
  const before = to === undefined ? sql`true` : sql`${sql.ref(column)} <= ${to}`;
  return sql`(${after} and ${before})`;
}

function byInspector({ inspector }: StatsFilter, column = 'inspector') {
  return inspector === undefined ? sql`true` : sql`${sql.ref(column)} = ${inspector}`;
}
