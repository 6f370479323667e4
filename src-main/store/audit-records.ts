import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { AuditFinding, AuditRecord } from '../../src-shared/audit.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { sha256 } from '../files/hash.ts';
import { recordedRetraction, toAnnotation } from './annotations.ts';
import { coverageOf } from './audit-search.ts';
import { batchesOfRuns, parsed, purgedBatches, type RecordedState, recordedStates } from './audit-states.ts';
import { recordedBatch } from './batches.ts';
import { toDisposition } from './dispositions.ts';
import { recordedPerson } from './people.ts';
import { recordedRecipe } from './recipes.ts';
import { recordedRun } from './run-row.ts';
import type { Schema } from './schema.ts';
import { isSetting } from './settings.ts';
import { toVerdict } from './verdicts.ts';
import type { Workspace } from './workspace.ts';

/** Records compared at a time. */
const PAGE = 1000;

/** Records that were compared, and what was found in them. */
export interface CheckedRecords {
  readonly record: AuditRecord;
  readonly count: number;
  readonly findings: readonly AuditFinding[];
  /** Records that the trail does not tell enough of. */
  readonly uncovered: number;
}

/** A table whose rows the trail tells of. */
interface Kind {
  readonly record: AuditRecord;
  readonly table: keyof Schema;
  readonly key: 'id' | 'hash' | 'name';
  /** The column by which entries name the record, where that is not the key. */
  readonly namedBy?: 'retracts';
  /** Which of the rows. */
  readonly where?: RawBuilder<unknown>;
  /** Which of the subject's entries. */
  readonly told?: RawBuilder<unknown>;
  /** What the trail has to tell of a row. */
  fieldsOf(row: never): Readonly<Record<string, unknown>>;
}

const kind = <Table extends keyof Schema>(
  table: Table,
  rest: Omit<Kind, 'table' | 'fieldsOf'> & {
    fieldsOf(row: Selectable<Schema[Table]>): Readonly<Record<string, unknown>>;
  },
): Kind => ({ table, ...rest });

const KINDS: readonly Kind[] = [
  kind('verdicts', { record: 'verdict', key: 'id', fieldsOf: (row) => ({ ...toVerdict(row) }) }),
  kind('annotations', {
    record: 'annotation',
    key: 'id',
    where: sql`kind is not null`,
    told: sql`e.action <> 'retracted'`,
    fieldsOf: (row) => ({ ...toAnnotation(row) }),
  }),
  kind('annotations', {
    record: 'annotation',
    key: 'id',
    namedBy: 'retracts',
    where: sql`kind is null`,
    told: sql`e.action = 'retracted'`,
    fieldsOf: (row) => ({ retraction: recordedRetraction(row) }),
  }),
  kind('dispositions', {
    record: 'disposition',
    key: 'id',
    fieldsOf: (row) => ({ ...toDisposition(row) }),
  }),
  kind('recipes', { record: 'recipe', key: 'hash', fieldsOf: recordedRecipe }),
  kind('people', { record: 'person', key: 'id', fieldsOf: recordedPerson }),
  kind('settings', {
    record: 'setting',
    key: 'name',
    fieldsOf: (row) => ({ value: JSON.parse(row.value) as unknown }),
  }),
  kind('batches', { record: 'batch', key: 'id', fieldsOf: recordedBatch }),
  kind('runs', { record: 'run', key: 'id', fieldsOf: recordedRun }),
];

/** How many there are to compare. */
export async function countRecords(db: Workspace['db']): Promise<number> {
  let count = 0;
  for (const table of new Set(KINDS.map((one) => one.table))) {
    const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(
      db,
    );
    count += rows[0]!.count;
  }
  return count;
}

/** Compares all records with what the trail tells of them, some at a time, with turns of the event loop between. */
export async function* checkRecords(workspace: Pick<Workspace, 'db'>): AsyncGenerator<CheckedRecords> {
  const { db } = workspace;
  const coverage = await coverageOf(workspace);
  const known = (parsed(coverage?.newValue ?? null) ?? {}) as Partial<Record<string, number | null>>;
  for (const one of KINDS) {
    for (let after: number | string = one.key === 'id' ? 0 : ''; ; ) {
      const rows = await rowsOf(db, one, after);
      if (rows.length === 0) break;
      yield await checkPage(db, one, after, rows, known[one.table] ?? 0);
      after = rows.at(-1)![one.key];
      await setImmediate();
    }
    yield* missingOf(db, one);
  }
}

async function rowsOf(db: Workspace['db'], one: Kind, after: number | string): Promise<readonly Row[]> {
  const key = sql.ref(one.key);
  const { rows } = await sql<Row>`
    select * from ${sql.table(one.table)} where ${key} > ${after} and (${one.where ?? sql`true`})
    order by ${key} limit ${PAGE}`.execute(db);
  return rows;
}

async function checkPage(
  db: Workspace['db'],
  one: Kind,
  after: number | string,
  rows: readonly Row[],
  known: number,
): Promise<CheckedRecords> {
  const first = compareAll(one, rows, await statesOf(db, one, rows), known);
  if (first.findings.length === 0) return first;
  // Rows and entries were read one after the other: what was only stored in between is not found again.
  const again = await rowsOf(db, one, after);
  const second = compareAll(one, again, await statesOf(db, one, again), known);
  const found = new Set(second.findings.map(canonicalJson));
  return { ...first, findings: first.findings.filter((finding) => found.has(canonicalJson(finding))) };
}

type Row = Readonly<Record<string, number | string | null>> & {
  readonly id: number;
  readonly hash: string;
  readonly name: string;
};

const nameIn = (one: Kind, row: Row) => String(row[one.namedBy ?? one.key]);

function statesOf(db: Workspace['db'], one: Kind, rows: readonly Row[]) {
  return recordedStates(
    db,
    one.record,
    rows.map((row) => nameIn(one, row)),
  );
}

/** @param known rows up to this id were there before the trail was chained */
function compareAll(
  one: Kind,
  rows: readonly Row[],
  states: ReadonlyMap<string, RecordedState>,
  known: number,
): CheckedRecords {
  const findings: AuditFinding[] = [];
  let uncovered = 0;
  for (const row of rows) {
    const id = nameIn(one, row);
    const state = states.get(id);
    if (!state || (one.namedBy && state.retracted === null)) {
      if (one.key === 'id' && row.id <= known) uncovered++;
      else findings.push({ kind: 'record-added', record: one.record, id });
      continue;
    }
    const { changed, untold } = compare(one, row, state);
    if (changed.length > 0) {
      const { entry } = state;
      findings.push({ kind: 'record-changed', record: one.record, id, fields: changed, entry });
    } else if (untold) uncovered++;
  }
  return { record: one.record, count: rows.length, findings, uncovered };
}

function compare(one: Kind, row: Row, { fields }: RecordedState) {
  const changed: string[] = [];
  let untold = false;
  for (const [name, value] of Object.entries(readFields(one, row))) {
    if (Object.hasOwn(fields, name)) {
      if (canonicalJson(value ?? null) !== canonicalJson(told(name, fields[name]))) changed.push(name);
    } else if (value !== null && value !== undefined && value !== '' && value !== false) untold = true;
  }
  // A recipe is named by the hash of what is in it.
  if (one.table === 'recipes' && sha256(String(row.json)) !== row.hash) changed.push('recipe');
  return { changed, untold };
}

/** What cannot even be read is not what the program wrote. */
function readFields(one: Kind, row: Row): Readonly<Record<string, unknown>> {
  try {
    return one.fieldsOf(row as never);
  } catch {
    return Object.fromEntries(Object.entries(row).map(([name]) => [name, undefined]));
  }
}

/** Of a run's device entries tell more than its row. */
function told(name: string, value: unknown): unknown {
  if (name !== 'device' || typeof value !== 'object' || value === null) return value ?? null;
  const { asked, running, fallbackReason } = value as Record<string, unknown>;
  return { asked, running, fallbackReason };
}

/** Records that the trail tells of and that are not there, unless their batch was removed for good. */
async function* missingOf(db: Workspace['db'], one: Kind): AsyncGenerator<CheckedRecords> {
  const named = sql`t.${sql.ref(one.namedBy ?? one.key)}`;
  const id = one.key === 'id' ? sql`cast(e.subject_id as integer)` : sql`e.subject_id`;
  const seen = new Set<string>();
  for (let after = 0; ; ) {
    const { rows } = await sql<{ readonly id: number; readonly subject_id: string }>`
      select e.id, e.subject_id from audit_events e
      where e.subject = ${one.record} and e.id > ${after} and (${one.told ?? sql`true`})
        and not exists (
          select 1 from ${sql.table(one.table)} t where ${named} = ${id} and (${one.where ?? sql`true`})
        )
      order by e.id limit ${PAGE}`.execute(db);
    if (rows.length === 0) return;
    after = rows.at(-1)!.id;
    const gone = await withoutPurged(db, one, [...new Set(rows.map(({ subject_id }) => subject_id))]);
    const missing = [...gone].filter(([subjectId]) => !seen.has(subjectId));
    for (const [subjectId] of missing) seen.add(subjectId);
    const findings = missing.map(([subjectId, { entry }]): AuditFinding => {
      return { kind: 'record-missing', record: one.record, id: subjectId, entry };
    });
    yield { record: one.record, count: 0, findings, uncovered: 0 };
    await setImmediate();
  }
}

async function withoutPurged(
  db: Workspace['db'],
  { record }: Kind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RecordedState>> {
  const states = await recordedStates(db, record, ids);
  if (record === 'setting') for (const id of ids) if (!isSetting(id)) states.delete(id);
  if (record === 'recipe' || record === 'person' || record === 'setting') return states;
  const purged = await purgedBatches(db);
  const batchOf = await batchesOfRuns(db);
  for (const [id, { fields }] of states) {
    const run = record === 'run' ? id : String(fields.runId);
    const batch = record === 'batch' ? id : batchOf.get(run);
    if (batch !== undefined && purged.has(batch)) states.delete(id);
  }
  return states;
}
