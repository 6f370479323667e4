import { SEVERITY_WEIGHTS } from '../../src-shared/statistics/pareto.ts';
import { describing } from './record-tables.ts';

/** A view: what it says, its columns with what they say, and its query. */
interface RecordView {
  readonly name: string;
  readonly about: string;
  readonly columns: Readonly<Record<string, readonly [null, string]>>;
  readonly query: string;
}

const said = (columns: Readonly<Record<string, string>>): RecordView['columns'] =>
  Object.fromEntries(Object.entries(columns).map(([name, about]) => [name, [null, about]]));

const WORKSPACE = { workspace_id: 'The workspace.', workspace: 'Label of the workspace.' };
const BATCH = {
  batch_id: 'The batch, in its workspace.',
  batch: 'Name of the batch.',
  part_number: 'Part number; empty: none was entered.',
  revision: 'Revision of the part; empty: none.',
  lot: 'Lot; empty: none.',
  order_number: 'Order; empty: none.',
};

/** Which run of a batch counts is as in the workstation's dashboard, `countedRuns` in `store/totals.ts`. */
const COUNTED_RUNS: RecordView = {
  name: 'counted_runs',
  about:
    'The run of each batch that counts: the newest in which an image was inspected; where there is none, the newest in which all failed. Archived batches count, deleted ones do not.',
  columns: said({
    ...WORKSPACE,
    ...BATCH,
    run_id: 'The run, in its workspace.',
    recipe: 'Name of the recipe.',
    recipe_revision: 'Revision of the recipe.',
    warn: 'Image score from which the model warns, 0..1.',
    reject: 'Image score from which the model rejects, 0..1.',
    scale_mm_per_px: 'Size of a pixel in millimetres, for results without their own; null: nobody has said.',
  }),
  query: `with used as (
      select workspace_id, run_id, bool_or(status = 'done') as has_done
      from clipsam.results where deleted_at is null group by 1, 2
    ), counted as (
      select u.workspace_id, r.batch_id, coalesce(max(u.run_id) filter (where u.has_done), max(u.run_id)) as run_id
      from used u join clipsam.runs r using (workspace_id, run_id) where r.deleted_at is null group by 1, 2
    )
    select b.workspace_id, w.label as workspace, b.batch_id, b.name as batch, b.part_number, b.revision, b.lot,
      b.order_number, c.run_id, p.name as recipe, p.revision as recipe_revision, p.warn, p.reject, b.scale_mm_per_px
    from counted c join clipsam.batches b using (workspace_id, batch_id)
      join clipsam.runs r using (workspace_id, run_id)
      join clipsam.workspaces w using (workspace_id)
      left join clipsam.recipes p on p.workspace_id = r.workspace_id and p.recipe_hash = r.recipe_hash
    where b.deleted_at is null`,
};

const INSPECTED_IMAGES: RecordView = {
  name: 'inspected_images',
  about:
    'One row per image of the runs that count, with what model and people say of it. The other views count these.',
  columns: said({
    ...WORKSPACE,
    ...BATCH,
    run_id: 'The run, in its workspace.',
    recipe: 'Name of the recipe.',
    result_id: 'The result, in its workspace.',
    image_id: 'The image, in its workspace.',
    path: 'Path of the file on its workstation, or relative to the workspace.',
    inspected_at: 'When the model inspected it.',
    day: 'Day of that, UTC.',
    model: "The model's verdict: accept, warn or reject; failed: it could not be inspected.",
    score: 'Image score, 0..1; null: it failed.',
    time_ms: 'Time that the image took, in milliseconds; null: it failed.',
    human:
      "The inspectors' newest verdict: accept, reject or uncertain; none: nobody said anything, or it was withdrawn.",
    defect_class: 'Class of the defect, from that verdict; empty: none.',
    severity: 'critical, major, minor or none, from that verdict.',
    overturn_reason: 'Why the model was overturned; empty: it was not.',
    inspector: 'Who gave that verdict; empty: nobody.',
    judged_at: 'When; null: nobody did.',
    decision:
      "good, nonconforming or undecided: the inspectors' verdict or, where there is none, the model's; null: it failed.",
    reworked: 'It is good, and its newest disposition is rework.',
  }),
  query: `select c.workspace_id, c.workspace, c.batch_id, c.batch, c.part_number, c.revision, c.lot, c.order_number, c.run_id,
      c.recipe, r.result_id, r.image_id, i.path, r.finished_at as inspected_at,
      (r.finished_at at time zone 'UTC')::date as day,
      case when r.status = 'done' then r.verdict else 'failed' end as model, r.score, r.time_ms,
      coalesce(v.verdict, 'none') as human, coalesce(v.defect_class, '') as defect_class,
      coalesce(v.severity, 'none') as severity, coalesce(v.overturn_reason, '') as overturn_reason,
      coalesce(v.inspector, '') as inspector, v.created_at as judged_at, d.decision,
      coalesce(d.decision = 'good' and q.disposition = 'rework', false) as reworked
    from clipsam.counted_runs c
      join clipsam.results r on r.workspace_id = c.workspace_id and r.run_id = c.run_id and r.deleted_at is null
      left join clipsam.images i on i.workspace_id = r.workspace_id and i.image_id = r.image_id
      left join (
        select distinct on (workspace_id, run_id, image_id) * from clipsam.verdicts where deleted_at is null
        order by workspace_id, run_id, image_id, verdict_id desc
      ) v on v.workspace_id = r.workspace_id and v.run_id = r.run_id and v.image_id = r.image_id
        and v.verdict <> 'withdrawn'
      left join (
        select distinct on (workspace_id, run_id, image_id) * from clipsam.dispositions where deleted_at is null
        order by workspace_id, run_id, image_id, disposition_id desc
      ) q on q.workspace_id = r.workspace_id and q.run_id = r.run_id and q.image_id = r.image_id
      cross join lateral (select case
        when r.status <> 'done' then null
        when coalesce(v.verdict, r.verdict) = 'accept' then 'good'
        when coalesce(v.verdict, r.verdict) = 'reject' then 'nonconforming'
        else 'undecided' end as decision) d`,
};

const YIELD = {
  inspected: 'Images that were inspected.',
  failed: 'Images that could not be inspected; they are in no other figure.',
  good: 'Images that are good.',
  nonconforming: 'Images that are nonconforming.',
  undecided: 'Images about which nothing is decided.',
  reworked: 'Good images that are good since they were reworked.',
  first_pass_yield: '(good − reworked) / inspected, 0..1; null of nothing.',
};

const YIELD_FIGURES = `count(*) filter (where model <> 'failed') as inspected,
      count(*) filter (where model = 'failed') as failed,
      count(*) filter (where decision = 'good') as good,
      count(*) filter (where decision = 'nonconforming') as nonconforming,
      count(*) filter (where decision = 'undecided') as undecided,
      count(*) filter (where reworked) as reworked,
      (count(*) filter (where decision = 'good') - count(*) filter (where reworked))::double precision
        / nullif(count(*) filter (where model <> 'failed'), 0) as first_pass_yield`;

function yieldBy(name: string, what: string, groups: Readonly<Record<string, string>>): RecordView {
  const columns = Object.keys(groups).join(', ');
  return {
    name,
    about: `First-pass yield by ${what}, over all workspaces.`,
    columns: said({ ...groups, ...YIELD }),
    query: `select ${columns}, ${YIELD_FIGURES} from clipsam.inspected_images group by ${columns}`,
  };
}

const { part_number, lot } = BATCH;
const { critical, major, minor, none } = SEVERITY_WEIGHTS;

const PARETO: RecordView = {
  name: 'defect_pareto',
  about: 'Images that inspectors rejected, by part number and class of defect.',
  columns: said({
    part_number,
    defect_class: 'Class of the defect; empty: the inspector named none.',
    critical: 'Images of severity critical.',
    major: 'Images of severity major.',
    minor: 'Images of severity minor.',
    unspecified: 'Images without a severity.',
    images: 'All of these.',
    weighted: `Images times ${critical} (critical), ${major} (major), ${minor} (minor), ${none} (without a severity).`,
  }),
  query: `select part_number, defect_class, critical, major, minor, unspecified,
      critical + major + minor + unspecified as images,
      critical * ${critical} + major * ${major} + minor * ${minor} + unspecified * ${none} as weighted
    from (
      select part_number, defect_class, count(*) filter (where severity = 'critical') as critical,
        count(*) filter (where severity = 'major') as major, count(*) filter (where severity = 'minor') as minor,
        count(*) filter (where severity = 'none') as unspecified
      from clipsam.inspected_images where human = 'reject' and model <> 'failed' group by 1, 2
    ) counted`,
};

const MODEL_AND_PEOPLE: RecordView = {
  name: 'model_and_people',
  about: 'Images by what the model says and what people say, by part number and recipe.',
  columns: said({
    part_number,
    recipe: 'Name of the recipe.',
    model: "The model's verdict: accept, warn or reject.",
    human: "The inspectors' verdict: accept, reject, uncertain, or none.",
    images: 'How many images.',
    overturned: 'Of these, those in which people say the opposite of the model.',
  }),
  query: `select part_number, recipe, model, human, count(*) as images,
      count(*) filter (where (human, model) in (('accept', 'reject'), ('reject', 'accept'))) as overturned
    from clipsam.inspected_images where model <> 'failed' group by 1, 2, 3, 4`,
};

const FALSE_POSITIVES: RecordView = {
  name: 'false_positives',
  about: 'Images that the model rejected and people accepted, each with the reason.',
  columns: said({
    ...WORKSPACE,
    batch: BATCH.batch,
    part_number,
    lot,
    run_id: 'The run, in its workspace.',
    image_id: 'The image, in its workspace.',
    path: 'Path of the file on its workstation, or relative to the workspace.',
    day: 'Day of the inspection by the model, UTC.',
    score: 'Image score, 0..1.',
    regions: 'Regions that the model found and that count.',
    overturn_reason: 'Why the model was overturned.',
    inspector: 'Who accepted it.',
    judged_at: 'When.',
  }),
  query: `select f.workspace_id, f.workspace, f.batch, f.part_number, f.lot, f.run_id, f.image_id, f.path, f.day, f.score,
      (select count(*) from clipsam.regions g where g.workspace_id = f.workspace_id and g.result_id = f.result_id
        and g.deleted_at is null and not g.below_limit) as regions,
      f.overturn_reason, f.inspector, f.judged_at
    from clipsam.inspected_images f where f.model = 'reject' and f.human = 'accept'`,
};

const FALSE_POSITIVE_RATES: RecordView = {
  name: 'false_positive_rates',
  about: 'How often the model rejects what people accept, by part number and recipe.',
  columns: said({
    part_number,
    recipe: 'Name of the recipe.',
    accepted: 'Images that people accepted.',
    false_positives: 'Of these, those that the model rejected.',
    false_positive_rate: 'false_positives / accepted, 0..1; null of nothing.',
  }),
  query: `select part_number, recipe, count(*) as accepted, count(*) filter (where model = 'reject') as false_positives,
      count(*) filter (where model = 'reject')::double precision / nullif(count(*), 0) as false_positive_rate
    from clipsam.inspected_images where model <> 'failed' and human = 'accept' group by 1, 2`,
};

const VIEWS: readonly RecordView[] = [
  COUNTED_RUNS,
  INSPECTED_IMAGES,
  yieldBy('yield_by_part', 'part number', { part_number }),
  yieldBy('yield_by_lot', 'part number and lot', { part_number, lot }),
  yieldBy('yield_by_day', 'day', { day: 'Day of the inspection by the model, UTC.' }),
  yieldBy('yield_by_workspace', 'workspace', WORKSPACE),
  PARETO,
  MODEL_AND_PEOPLE,
  FALSE_POSITIVES,
  FALSE_POSITIVE_RATES,
];

/** The statements that make and describe the views. */
export const VIEW_STATEMENTS: readonly string[] = VIEWS.flatMap(({ name, about, columns, query }) => [
  `create view clipsam.${name} as ${query}`,
  ...describing('view', name, about, columns),
]);
