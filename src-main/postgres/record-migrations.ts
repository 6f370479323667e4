import type { ClientBase } from 'pg';
import { ClipSamError } from '../../src-shared/errors.ts';
import { TABLE_SHAPES, tableStatements } from './record-tables.ts';
import { VIEW_STATEMENTS } from './record-views.ts';

/** Statements that bring the schema from one version to the next; a released one is never edited. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create schema if not exists clipsam`,
    `comment on schema clipsam is 'What ClipSAM workstations found, and what people said of it. Written by clipsam sync.'`,
    `create table clipsam.schema_version (
      version integer primary key, migrated_at timestamptz not null default now()
    )`,
    `comment on table clipsam.schema_version is 'Versions of this schema, the newest is in use.'`,
    `comment on column clipsam.schema_version.version is 'Version, from 1.'`,
    `comment on column clipsam.schema_version.migrated_at is 'When the schema was brought to it.'`,
    ...TABLE_SHAPES.flatMap(tableStatements),
    `create index results_by_run on clipsam.results (workspace_id, run_id, image_id)`,
    `create index verdicts_by_image on clipsam.verdicts (workspace_id, run_id, image_id, verdict_id desc)`,
    `create index dispositions_by_image on clipsam.dispositions (workspace_id, run_id, image_id, disposition_id desc)`,
    `create index annotations_by_image on clipsam.annotations (workspace_id, run_id, image_id)`,
    `create index batches_by_part on clipsam.batches (part_number, lot)`,
    ...VIEW_STATEMENTS,
  ],
];

/** The schema's newest version. */
const NEWEST = MIGRATIONS.length;

/** So that two programs do not migrate at once; any number that nothing else takes. */
const LOCK = 0x636c6970;

/**
 * Brings the schema up to date, all of it or nothing; nothing is written where it is already.
 * @throws ClipSamError `record-refused` when a newer version of the program made it; PostgreSQL's own errors
 */
export async function migrateRecord(client: ClientBase, shown: string): Promise<void> {
  if ((await versionOf(client, shown)) === NEWEST) return;
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    // Another program may have been quicker.
    const version = await versionOf(client, shown);
    for (const statement of MIGRATIONS.slice(version).flat()) await client.query(statement);
    const made = MIGRATIONS.slice(version).map((_, index) => version + index + 1);
    for (const each of made) {
      await client.query('insert into clipsam.schema_version (version) values ($1)', [each]);
    }
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw error;
  }
}

/** 0: there is none. */
async function versionOf(client: ClientBase, shown: string): Promise<number> {
  const { rows: found } = await client.query<{ there: boolean }>(
    `select exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       where n.nspname = 'clipsam' and c.relname = 'schema_version') as there`,
  );
  if (!found[0]!.there) return 0;
  const { rows } = await client.query<{ version: number }>(
    'select coalesce(max(version), 0) as version from clipsam.schema_version',
  );
  const { version } = rows[0]!;
  if (version <= NEWEST) return version;
  throw new ClipSamError(
    'record-refused',
    `The record at ${shown} was made by a newer version of the program (its schema is ${version}, this one knows ${NEWEST}). Update the program on this machine.`,
  );
}
