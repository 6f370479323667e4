import type { Kysely } from 'kysely';
import { run } from './migration-statements.ts';
import { rebuildTable } from './rebuild-table.ts';

/**
 * Migration 032: folders whose images are inspected as they come. `followed_files`: what was taken from one, known by its
 * path and content; it outlives the batches. `followed_batches`: which batch an image goes to, by what the batch is for.
 * `outbox`: what is told to a broker, until the broker has it. A file that is written anew under its name is another
 * image: `rewrites` counts how often it had been when it was taken.
 */
export async function addFollowedFolders(db: Kysely<unknown>): Promise<void> {
  await run(db, [`alter table images add column rewrites integer not null default 0 check (rewrites >= 0)`]);
  await rebuildTable(db, 'images', (definition) =>
    definition.replace('unique (batch_id, path, page)', 'unique (batch_id, path, page, rewrites)'),
  );
  await run(db, FOLLOWED_FOLDERS);
}

const FOLLOWED_FOLDERS = [
  `create table followed_folders (
    id integer primary key autoincrement,
    path text not null unique,
    settings text not null check (json_valid(settings)),
    is_on integer not null check (is_on in (0, 1)),
    inspector text not null check (inspector <> ''),
    created_at text not null,
    owner_token text,
    owner_pid integer,
    owner_host text,
    owner_process text
  ) strict`,
  `create table followed_batches (
    folder_id integer not null references followed_folders (id),
    purpose text not null,
    batch_id integer not null references batches (id) on delete cascade,
    primary key (folder_id, purpose)
  ) strict, without rowid`,
  `create index followed_batches_by_batch on followed_batches (batch_id)`,
  `create table followed_files (
    folder_id integer not null references followed_folders (id),
    path text not null,
    content_hash text,
    bytes integer,
    modified_at real,
    primary key (folder_id, path)
  ) strict, without rowid`,
  `create table outbox (
    id integer primary key autoincrement,
    folder_id integer not null references followed_folders (id),
    key text not null,
    kind text not null,
    payload text not null check (json_valid(payload)),
    created_at text not null
  ) strict`,
  `create index outbox_by_folder on outbox (folder_id, id)`,
];
