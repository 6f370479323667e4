import { appendOnly, frozen } from './migration-statements.ts';

/**
 * Migration 028: reports that were filed, and what becomes of nonconforming images. A report outlives its batch, so it
 * refers to no row: `run_id` and `batch_id` may be gone. `records_hash` and `file` name artifacts. `dispositions` go with
 * their batch, as verdicts do.
 */
export const REPORTS = [
  `create table reports (
    id integer primary key autoincrement,
    number integer not null check (number >= 1),
    revision integer not null check (revision >= 1),
    run_id integer not null,
    batch_id integer not null,
    batch text not null check (json_valid(batch)),
    options text not null check (json_valid(options)),
    records_hash text not null check (length(records_hash) = 64),
    file text not null check (length(file) = 64),
    bytes integer not null check (bytes > 0),
    pages integer not null check (pages > 0),
    reason text not null,
    changes text check (json_valid(changes)),
    change_count integer not null check (change_count >= 0),
    inspector text not null check (inspector <> ''),
    software_version text not null,
    created_at text not null,
    unique (number, revision),
    check ((revision = 1) = (changes is null))
  ) strict`,
  `create index reports_by_batch on reports (batch_id)`,
  ...appendOnly('reports'),
  `create table dispositions (
    id integer primary key autoincrement,
    run_id integer not null,
    image_id integer not null,
    disposition text not null check (disposition in ('use-as-is', 'rework', 'scrap', 'return', 'withdrawn')),
    comment text not null,
    inspector text not null check (inspector <> ''),
    created_at text not null,
    supersedes integer unique references dispositions (id),
    foreign key (run_id, image_id) references results (run_id, image_id)
  ) strict`,
  `create index dispositions_by_image on dispositions (run_id, image_id, id)`,
  frozen('dispositions', 'update'),
  `create trigger dispositions_no_delete before delete on dispositions
   when not exists (
     select 1 from runs join batches on batches.id = runs.batch_id
     where runs.id = old.run_id and batches.purge is not null
   )
   begin select raise(abort, 'dispositions are never changed: add a new entry instead'); end`,
];
