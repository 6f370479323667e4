/**
 * Migration 026: running totals, kept by triggers whatever writes. `image_standings` says what counts of each result:
 * with the newest verdict of the inspectors, unless it was withdrawn. `inspected_images` holds the same, a row for each
 * result, and is made anew for it with every change of the result and every verdict; its own triggers add to the totals
 * and take away from them. Of what fails the model's verdict is `failed`; `none` and empty: there is no verdict of an
 * inspector. Times are whole milliseconds, rounded to three significant digits.
 */
const IMAGE_STANDINGS = `create view image_standings as
  select r.run_id, r.image_id, substr(r.finished_at, 1, 10) as day,
    case r.status when 'done' then r.verdict else 'failed' end as model,
    coalesce(v.verdict, 'none') as human,
    coalesce(v.defect_class, '') as defect_class,
    coalesce(v.severity, 'none') as severity,
    coalesce(v.inspector, '') as inspector,
    coalesce(substr(v.created_at, 1, 10), '') as judged_day,
    case r.status when 'done' then r.score end as score,
    case when r.status = 'done' and json_valid(r.timings) then ${threeDigits("json_extract(r.timings, '$.total')")} end
      as milliseconds
  from results r left join verdicts v
    on v.id = (select max(n.id) from verdicts n where n.run_id = r.run_id and n.image_id = r.image_id)
    and v.verdict <> 'withdrawn'`;

function threeDigits(value: string): string {
  const steps = [10, 100, 1000].map(
    (step) => `when ${value} < ${step * 1000} then cast(round(${value} / ${step}.0) as integer) * ${step}`,
  );
  return `case when ${value} < 1000 then cast(round(${value}) as integer) ${steps.join(' ')}
      else cast(round(${value} / 10000.0) as integer) * 10000 end`;
}

/** A table of totals: the columns by which images are counted, and which images are. */
interface TotalTable {
  readonly table: string;
  readonly columns: readonly string[];
  /** A column of the totals that is not one of `inspected_images`: what it is made of. `@`: the row. */
  readonly made?: Readonly<Record<string, string>>;
  readonly types: string;
  /** Counted where this column of `inspected_images` is not null. */
  readonly where?: string;
}

export const TOTAL_TABLES: readonly TotalTable[] = [
  {
    table: 'verdict_totals',
    columns: ['run_id', 'day', 'model', 'human', 'defect_class', 'severity', 'inspector', 'judged_day'],
    types: `run_id integer not null, day text not null, model text not null, human text not null,
      defect_class text not null, severity text not null, inspector text not null, judged_day text not null`,
  },
  {
    table: 'score_totals',
    columns: ['run_id', 'day', 'inspector', 'model', 'bin'],
    made: { bin: 'min(99, cast(@.score * 100 as integer))' },
    types: `run_id integer not null, day text not null, inspector text not null, model text not null,
      bin integer not null`,
    where: 'score',
  },
  {
    table: 'time_totals',
    columns: ['run_id', 'day', 'inspector', 'milliseconds'],
    types: `run_id integer not null, day text not null, inspector text not null, milliseconds integer not null`,
    where: 'milliseconds',
  },
];

/** What a row of `inspected_images` adds to the columns of a table of totals. */
function valuesOf({ columns, made = {} }: TotalTable, row: string): string[] {
  return columns.map((column) => made[column]?.replaceAll('@', row) ?? `${row}.${column}`);
}

/** Every combination with the number of its images, from `inspected_images`. */
export function countedAnew(total: TotalTable): string {
  const condition = total.where ? `where i.${total.where} is not null` : '';
  const groups = total.columns.map((_, i) => i + 1).join(', ');
  return `select ${valuesOf(total, 'i').join(', ')}, count(*) from inspected_images i ${condition} group by ${groups}`;
}

function totalTable(total: TotalTable): string[] {
  const { table, columns, types, where } = total;
  const key = columns.join(', ');
  const when = (row: string) => (where ? `when ${row}.${where} is not null` : '');
  const found = valuesOf(total, 'old')
    .map((value, i) => `${columns[i]} = ${value}`)
    .join(' and ');
  return [
    `create table ${table} (${types}, images integer not null check (images >= 0), primary key (${key})) strict, without rowid`,
    `insert into ${table} ${countedAnew(total)}`,
    `create trigger ${table}_add after insert on inspected_images ${when('new')} begin
      insert into ${table} values (${valuesOf(total, 'new').join(', ')}, 1)
      on conflict (${key}) do update set images = images + 1;
    end`,
    `create trigger ${table}_take after delete on inspected_images ${when('old')} begin
      update ${table} set images = images - 1 where ${found};
      delete from ${table} where images = 0 and ${found};
    end`,
  ];
}

const taken = (row: string) =>
  `delete from inspected_images where run_id = ${row}.run_id and image_id = ${row}.image_id;`;

/** Takes the standing of an image away, and puts what it is now into its place. */
const refreshed = (row: string) => `${taken(row)}
  insert into inspected_images
    select * from image_standings where run_id = ${row}.run_id and image_id = ${row}.image_id;`;

export const TOTALS = [
  IMAGE_STANDINGS,
  `create table inspected_images (
    run_id integer not null,
    image_id integer not null,
    day text not null,
    model text not null check (model in ('accept', 'warn', 'reject', 'failed')),
    human text not null check (human in ('accept', 'reject', 'uncertain', 'none')),
    defect_class text not null,
    severity text not null check (severity in ('critical', 'major', 'minor', 'none')),
    inspector text not null,
    judged_day text not null,
    score real,
    milliseconds integer,
    primary key (run_id, image_id)
  ) strict, without rowid`,
  `insert into inspected_images select * from image_standings`,
  `create index inspected_images_by_cell on inspected_images (human, model, run_id, image_id)`,
  ...TOTAL_TABLES.flatMap(totalTable),
  `create trigger results_counted after insert on results begin ${refreshed('new')} end`,
  `create trigger results_counted_again
    after update of run_id, image_id, status, finished_at, score, verdict, timings on results
    begin ${taken('old')} ${refreshed('new')} end`,
  `create trigger results_not_counted after delete on results begin ${taken('old')} end`,
  `create trigger verdicts_counted after insert on verdicts begin ${refreshed('new')} end`,
  `create trigger verdicts_not_counted after delete on verdicts begin ${refreshed('old')} end`,
  // For what inspectors say of each other's images, and for the galleries.
  `create index verdicts_superseding on verdicts (run_id, image_id) where supersedes is not null`,
  `create index annotations_by_kind on annotations (kind, run_id, image_id) where kind is not null`,
];
