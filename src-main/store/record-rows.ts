import { type RawBuilder, sql } from 'kysely';
import {
  RECORD_PARTS,
  RECORD_TABLES,
  type RecordCells,
  type RecordEntry,
  type RecordTableName,
} from '../../src-shared/plant-record.ts';
import type { Workspace } from './workspace.ts';

/** Ids that are read, compared and written together. */
const BLOCK = 1000;

/** Where a table of the record comes from: the table here, its id there, and columns that are not called the same. */
interface Source<Column extends string> {
  readonly table: string;
  /** Undefined: the key is no number, and the table is small: all of it is one block. */
  readonly id?: string;
  readonly columns: Readonly<Partial<Record<Column, string>>>;
}

type Sources<Tables> = {
  readonly [Name in keyof Tables]: Source<
    Extract<Tables[Name] extends { readonly columns: infer Columns } ? keyof Columns : never, string>
  >;
};

const SCALE = '$.millimetresPerPixel';

const SOURCES: Sources<typeof RECORD_TABLES> = {
  people: { table: 'people', id: 'id', columns: { person_id: 'id' } },
  recipes: {
    table: 'recipes',
    columns: {
      recipe_hash: 'hash',
      warn: "json ->> '$.warn'",
      reject: "json ->> '$.reject'",
      theta: "json ->> '$.theta'",
      content: 'json',
    },
  },
  batches: {
    table: 'batches',
    id: 'id',
    columns: { batch_id: 'id', scale_mm_per_px: `scale ->> '${SCALE}'` },
  },
  images: {
    table: 'images',
    id: 'id',
    columns: { image_id: 'id', width_px: 'width', height_px: 'height', page: 'page + 1' },
  },
  runs: { table: 'runs', id: 'id', columns: { run_id: 'id', device: 'device_running' } },
  results: {
    table: 'results',
    id: 'id',
    columns: {
      result_id: 'id',
      scale_mm_per_px: `other_fields ->> '$.scale.millimetresPerPixel'`,
      width_px: 'width',
      height_px: 'height',
      time_ms: "timings ->> '$.total'",
      device: "device ->> '$.running'",
    },
  },
  verdicts: { table: 'verdicts', id: 'id', columns: { verdict_id: 'id' } },
  annotations: { table: 'annotations', id: 'id', columns: { annotation_id: 'id' } },
  dispositions: { table: 'dispositions', id: 'id', columns: { disposition_id: 'id' } },
  studies: { table: 'studies', id: 'id', columns: { study_id: 'id' } },
  study_judgements: {
    table: 'study_judgements',
    id: 'id',
    columns: { judgement_id: 'id', time_ms: 'milliseconds' },
  },
};

const PART_SOURCES: Sources<typeof RECORD_PARTS> = {
  regions: {
    table: 'regions',
    id: 'result_id',
    columns: {
      box_x_px: "box ->> '$.x'",
      box_y_px: "box ->> '$.y'",
      box_width_px: "box ->> '$.width'",
      box_height_px: "box ->> '$.height'",
      area_px: 'area',
      length_px: 'length',
      width_px: 'width',
    },
  },
  study_images: { table: 'study_images', id: 'study_id', columns: {} },
};

/** The columns of a table of the record, as they are read here. @param prefix before their names */
function selected(
  columns: object,
  named: Readonly<Partial<Record<string, string>>>,
  prefix = '',
): RawBuilder<unknown> {
  const each = Object.keys(columns).map((column) => `${named[column] ?? column} as ${prefix}${column}`);
  return sql.raw(each.join(', '));
}

/** In which block a row of a table is, from its id. */
export function recordBlockOf(id: number): number {
  return Math.floor(id / BLOCK);
}

/** The blocks of a table that hold rows, in their order. @param from the first that is asked for */
export async function recordBlocks({ db }: Workspace, name: RecordTableName, from = 0): Promise<number[]> {
  const { table, id } = SOURCES[name];
  if (id === undefined) return [0];
  const { rows } = await sql<{ block: number }>`
    select distinct ${sql.ref(id)} / ${sql.lit(BLOCK)} as block from ${sql.table(table)}
    where ${sql.ref(id)} >= ${from * BLOCK} order by 1`.execute(db);
  return rows.map(({ block }) => block);
}

type Cells = Record<string, string | number | null>;

/** Before the names of columns of parts, in what is read together with the rows that they belong to. */
const PART = 'part__';

/**
 * The rows of a block with their parts, in the order of their keys, as they are at one moment: one statement, since a
 * transaction would keep others from writing.
 */
export async function recordEntries(
  { db }: Workspace,
  name: RecordTableName,
  block: number,
): Promise<RecordEntry[]> {
  const { table, id, columns } = SOURCES[name];
  const { key, columns: wanted, ...rest } = RECORD_TABLES[name];
  const within = (column: string | undefined) =>
    column === undefined
      ? sql`true`
      : sql`${sql.ref(column)} >= ${block * BLOCK} and ${sql.ref(column)} < ${(block + 1) * BLOCK}`;
  const own = sql`select ${selected(wanted, columns)} from ${sql.table(table)} where ${within(id)}`;
  if ('parts' in rest) {
    const { table, id, columns } = PART_SOURCES[rest.parts];
    const { columns: wanted, key: partKey } = RECORD_PARTS[rest.parts];
    const parts = sql`select ${sql.ref(id!)} as owner, ${selected(wanted, columns, PART)}
      from ${sql.table(table)} where ${within(id)}`;
    const { rows } = await sql<Cells>`
      select r.*, p.* from (${own}) r left join (${parts}) p on p.owner = ${sql.ref(`r.${key}`)}
      order by ${sql.ref(`r.${key}`)}, ${sql.ref(`p.${PART}${partKey}`)}`.execute(db);
    return joined(rows, key);
  }
  const { rows } = await sql<Cells>`${own} order by ${sql.ref(id ?? 'hash')}`.execute(db);
  return rows.map((row) => ({ key: row[key]!, row, parts: [] }));
}

/** Entries of rows that were read with their parts: of an entry one after the other, with one or none each. */
function joined(rows: readonly Cells[], key: string): RecordEntry[] {
  const entries: {
    readonly key: string | number;
    readonly row: RecordCells;
    readonly parts: RecordCells[];
  }[] = [];
  for (const { owner, ...cells } of rows) {
    const named = Object.entries(cells);
    const isPart = (name: string) => name.startsWith(PART);
    let entry = entries.at(-1);
    if (entry?.key !== cells[key]) {
      const row = Object.fromEntries(named.filter(([name]) => !isPart(name)));
      entry = { key: cells[key]!, row, parts: [] };
      entries.push(entry);
    }
    if (owner === null) continue;
    const part = named
      .filter(([name]) => isPart(name))
      .map(([name, cell]) => [name.slice(PART.length), cell]);
    entry!.parts.push(Object.fromEntries(part));
  }
  return entries;
}

/** The newest state of the database that it knows by name. @throws where it has none */
export async function newestMark({ db }: Workspace): Promise<string> {
  const { token } = await db
    .selectFrom('marks')
    .select('token')
    .orderBy('generation', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return token;
}

/** True when the database comes from the state with this name. */
export async function knowsMark({ db }: Workspace, token: string): Promise<boolean> {
  return (await db.selectFrom('marks').select('token').where('token', '=', token).execute()).length > 0;
}

/** Results that failed, by id: another try replaces them. */
export async function failedResults({ db }: Workspace): Promise<number[]> {
  const rows = await db.selectFrom('results').select('id').where('status', '=', 'failed').execute();
  return rows.map(({ id }) => id);
}

/** Blocks of the images whose results are in the blocks from this one on: inspecting them wrote to their rows. */
export async function imageBlocksOfResults({ db }: Workspace, from: number): Promise<number[]> {
  const { rows } = await sql<{ block: number }>`
    select distinct image_id / ${sql.lit(BLOCK)} as block from results where id >= ${from * BLOCK}`.execute(
    db,
  );
  return rows.map(({ block }) => block);
}

/** The batches that there are, by id; `leaving`: it is being removed for good, and rows of it go. */
export async function presentBatches({
  db,
}: Workspace): Promise<{ readonly id: number; readonly leaving: boolean }[]> {
  const rows = await db.selectFrom('batches').select(['id', 'purge']).execute();
  return rows.map(({ id, purge }) => ({ id, leaving: purge !== null }));
}

/** A number that is another one after another connection, in this or another program, has changed the database. */
export async function changesByOthers({ db }: Workspace): Promise<number> {
  const { rows } = await sql<{ data_version: number }>`pragma data_version`.execute(db);
  return rows[0]!.data_version;
}
