import { type Kysely, type Selectable, sql } from 'kysely';
import type { InspectionArea } from '../../src-shared/inspection-area.ts';
import { hashOfArea } from '../files/area-hash.ts';
import { sha256 } from '../files/hash.ts';
import { genesisHash, hashOfRow } from './audit-chain.ts';
import { frozen, run } from './migration-statements.ts';
import { resultsDigest } from './results-digest.ts';
import type { Schema } from './schema.ts';

type AuditRow = Omit<Selectable<Schema['audit_events']>, 'hash'>;

/** Entries hashed at a time. */
const PAGE = 1000;

/** Who took over what was there before the trail was chained. */
const PROGRAM = 'ClipSAM';

/**
 * Migration 024: every entry of the audit trail gets its hash, and what the entries of older versions do not tell of
 * batches, runs, people, settings and results is added as it stands: from here on it can be checked.
 */
export async function chainAuditTrail(db: Kysely<unknown>): Promise<void> {
  await run(db, [
    `drop trigger audit_events_no_update`,
    `alter table audit_events add column hash text not null default ''`,
  ]);
  const trail = await chainOf(db);
  await takeOver(db, trail);
  await run(db, [frozen('audit_events', 'update')]);
}

/** The end of the chain, to which entries are added. */
interface Trail {
  id: number;
  hash: string;
}

async function chainOf(db: Kysely<unknown>): Promise<Trail> {
  const { rows: workspaces } = await sql<{ id: string }>`select id from workspace`.execute(db);
  const trail: Trail = { id: 0, hash: genesisHash(workspaces[0]!.id) };
  for (;;) {
    const { rows } = await sql<AuditRow>`
      select * from audit_events where id > ${trail.id} order by id limit ${PAGE}`.execute(db);
    for (const row of rows) {
      trail.id = row.id;
      trail.hash = hashOfRow(trail.hash, row);
      await sql`update audit_events set hash = ${trail.hash} where id = ${row.id}`.execute(db);
    }
    if (rows.length < PAGE) break;
  }
  const { rows } = await sql<{ seq: number }>`
    select seq from sqlite_sequence where name = 'audit_events'`.execute(db);
  trail.id = Math.max(trail.id, rows[0]?.seq ?? 0);
  return trail;
}

async function takeOver(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Record<'entries' | 'batches' | 'people' | 'recipes', number>>`
    select (select count(*) from audit_events) as entries, (select count(*) from batches) as batches,
      (select count(*) from people) as people, (select count(*) from recipes) as recipes`.execute(db);
  if (Object.values(rows[0]!).every((count) => count === 0)) return;
  const { rows: newest } = await sql<Record<string, number | null>>`
    select (select max(id) from verdicts) as verdicts, (select max(id) from annotations) as annotations,
      (select max(id) from batches) as batches, (select max(id) from runs) as runs,
      (select max(id) from people) as people, (select max(id) from areas) as areas,
      (select max(id) from study_judgements) as study_judgements`.execute(db);
  await add(db, trail, 'workspace', 'trail', newest[0]!);
  await takeOverRecipes(db, trail);
  await takeOverBatches(db, trail);
  await takeOverRuns(db, trail);
  await takeOverPeople(db, trail);
  await takeOverAreas(db, trail);
  const settings = await sql<{ name: string; value: string }>`select * from settings order by name`.execute(
    db,
  );
  for (const { name, value } of settings.rows) await add(db, trail, 'setting', name, JSON.parse(value));
}

async function add(
  db: Kysely<unknown>,
  trail: Trail,
  subject: string,
  subjectId: string | number,
  value: unknown,
  action = 'covered',
): Promise<void> {
  const row: AuditRow = {
    id: trail.id + 1,
    inspector: PROGRAM,
    created_at: new Date().toISOString(),
    action,
    subject,
    subject_id: String(subjectId),
    old_value: null,
    new_value: JSON.stringify(value),
  };
  trail.id = row.id;
  trail.hash = hashOfRow(trail.hash, row);
  await sql`insert into audit_events
      (id, inspector, created_at, action, subject, subject_id, old_value, new_value, hash)
    values (${row.id}, ${row.inspector}, ${row.created_at}, ${row.action}, ${row.subject}, ${row.subject_id},
      ${row.old_value}, ${row.new_value}, ${trail.hash})`.execute(db);
}

async function takeOverRecipes(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Selectable<Schema['recipes']>>`
    select * from recipes order by created_at, hash`.execute(db);
  for (const { hash, name, revision, parent_hash: parentHash, inspector, created_at: createdAt } of rows) {
    await add(db, trail, 'recipe', hash, { name, revision, parentHash, inspector, createdAt });
  }
}

async function takeOverBatches(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Selectable<Schema['batches']>>`
    select * from batches order by id`.execute(db);
  for (const row of rows) {
    await add(db, trail, 'batch', row.id, {
      id: row.id,
      name: row.name,
      objectName: row.object_name,
      partNumber: row.part_number,
      revision: row.revision,
      lot: row.lot,
      order: row.order_number,
      recipeHash: row.recipe_hash,
      createdAt: row.created_at,
      archivedAt: row.archived_at,
      deletedAt: row.deleted_at,
      // Sizes came later.
      scale: null,
      sampleRanges:
        row.sample_ranges === null ? { integer: null, float: null } : JSON.parse(row.sample_ranges),
    });
    if (row.purge !== null) await add(db, trail, 'batch', row.id, null, 'purge begun');
  }
}

async function takeOverRuns(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Selectable<Schema['runs']>>`
    select * from runs order by id`.execute(db);
  for (const row of rows) {
    const isOver = row.status !== 'running' && row.status !== 'paused';
    await add(db, trail, 'run', row.id, {
      batchId: row.batch_id,
      recipeHash: row.recipe_hash,
      packHash: row.pack_hash,
      softwareVersion: row.software_version,
      device: {
        asked: row.device_asked,
        running: row.device_running,
        ...(row.device_reason !== null && { fallbackReason: row.device_reason }),
      },
      status: row.status,
      scale: null,
      sampleRanges: row.sample_ranges === null ? null : JSON.parse(row.sample_ranges),
      area: row.area === null ? null : hashOfArea(JSON.parse(row.area) as InspectionArea),
      ...(isOver && { results: await resultsDigest(db as Kysely<Schema>, row.id, { withSizes: false }) }),
    });
  }
}

async function takeOverPeople(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Selectable<Schema['people']>>`
    select * from people order by id`.execute(db);
  for (const { id, name, role, pin, removed_at } of rows) {
    const removed = removed_at !== null;
    await add(db, trail, 'person', id, { name, role, removed, pin: sha256(pin) });
  }
}

async function takeOverAreas(db: Kysely<unknown>, trail: Trail): Promise<void> {
  const { rows } = await sql<Selectable<Schema['areas']>>`
    select * from areas order by id`.execute(db);
  for (const { product, revision, hash, inspector, created_at: createdAt } of rows) {
    await add(db, trail, 'area', product, { revision, hash, inspector, createdAt });
  }
}
