import { appendOnly } from './migration-statements.ts';

/**
 * Migration 033: which shard of some images a batch holds (JSON; null: they were never divided), and what came from other
 * workspaces: by their id and the row's id there.
 */
export const MERGES = [
  `alter table batches add column shard text check (shard is null or json_valid(shard))`,
  `create table merged_rows (
    workspace text not null,
    kind text not null check (kind in ('batch', 'run', 'verdict', 'annotation', 'disposition')),
    source_id integer not null,
    content_hash text not null check (length(content_hash) = 64),
    row_id integer not null,
    primary key (workspace, kind, source_id)
  ) strict, without rowid`,
  `create table merged_entries (
    workspace text not null,
    id integer not null,
    inspector text not null,
    created_at text not null,
    action text not null,
    subject text not null,
    subject_id text not null,
    old_value text,
    new_value text,
    hash text not null,
    primary key (workspace, id)
  ) strict, without rowid`,
  ...appendOnly('merged_entries'),
];
