import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { AuditFinding, AuditRecord } from '../../src-shared/audit.ts';
import { canonicalJson } from '../files/canonical-json.ts';
import { KINDS, type RecordKind as Kind, type RecordRow as Row } from './audit-kinds.ts';
import { coverageOf } from './audit-search.ts';
import {
  type AuditEvent,
  batchesOf,
  parsed,
  purgedBatches,
  type RecordedState,
  recordedStates,
} from './audit-states.ts';
import { isSetting } from './settings.ts';
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
  const key = sql.ref(`t.${one.key}`);
  const { rows } = await sql<Row>`
    select t.*${one.more ?? sql``} from ${sql.table(one.table)} as t
    where ${key} > ${after} and (${one.where ?? sql`true`}) order by ${key} limit ${PAGE}`.execute(db);
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
  const purged = one.shrinks && (await purgedBatches(db));
  // Rows and entries were read one after the other: what was only stored in between is not found again.
  const again = (await rowsOf(db, one, after)).filter((row) => !purged?.has(String(row.batch_id)));
  const second = compareAll(one, again, await statesOf(db, one, again), known);
  const found = new Set(second.findings.map(canonicalJson));
  return { ...first, findings: first.findings.filter((finding) => found.has(canonicalJson(finding))) };
}

function statesOf(db: Workspace['db'], one: Kind, rows: readonly Row[]) {
  const ids = new Set(rows.map((row) => one.subjectIdOf(row)));
  return recordedStates(db, one.subject, [...ids], one.nameIn);
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
    const id = one.nameOf(row);
    const state = states.get(id);
    if (!state || (one.isRetraction && state.retracted === null)) {
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
  const hashed = one.hashed && misfit(one.hashed, row);
  return { changed: hashed ? [...changed, hashed] : changed, untold };
}

function misfit({ as, fits }: NonNullable<Kind['hashed']>, row: Row): string | undefined {
  try {
    return fits(row as never) ? undefined : as;
  } catch {
    return as;
  }
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
  const seen = new Set<string>();
  for (let after = 0; ; ) {
    const { rows } = await sql<AuditEvent>`
      select e.id, e.subject_id, e.action, e.new_value from audit_events e
      where e.subject = ${one.subject} and e.id > ${after} and (${one.told ?? sql`true`})
        and not exists (
          select 1 from ${sql.table(one.table)} as t where ${one.isOf} and (${one.where ?? sql`true`})
        )
      order by e.id limit ${PAGE}`.execute(db);
    if (rows.length === 0) return;
    after = rows.at(-1)!.id;
    const names = new Set(rows.map((event) => one.nameIn(event)));
    const subjectIds = new Set(rows.map(({ subject_id }) => subject_id));
    const gone = await withoutPurged(
      db,
      one,
      await recordedStates(db, one.subject, [...subjectIds], one.nameIn),
    );
    const missing = [...gone].filter(([name]) => names.has(name) && !seen.has(name));
    for (const [name] of missing) seen.add(name);
    const findings = missing.map(([id, { entry }]): AuditFinding => {
      return { kind: 'record-missing', record: one.record, id, entry };
    });
    yield { record: one.record, count: 0, findings, uncovered: 0 };
    await setImmediate();
  }
}

async function withoutPurged(
  db: Workspace['db'],
  { record, goesWith }: Kind,
  states: ReadonlyMap<string, RecordedState>,
): Promise<ReadonlyMap<string, RecordedState>> {
  const left = new Map(states);
  if (record === 'setting') for (const id of states.keys()) if (!isSetting(id)) left.delete(id);
  if (!goesWith) return left;
  const purged = await purgedBatches(db);
  const batchOf = goesWith.owner === 'batch' ? undefined : await batchesOf(db, goesWith.owner);
  for (const [id, state] of states) {
    const owner = String(goesWith.idOf(state, id));
    const batch = batchOf ? batchOf.get(owner) : owner;
    if (batch !== undefined && purged.has(batch)) left.delete(id);
  }
  return left;
}
