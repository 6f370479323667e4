import { appendOnly } from './migration-statements.ts';

/**
 * Migration 022: where to look in the images of a product, one revision after the other, and with what a run began.
 * `product`: its key. `area` null: everywhere from this revision on.
 */
export const AREAS = [
  `create table areas (
    id integer primary key autoincrement,
    product text not null,
    revision integer not null check (revision >= 1),
    hash text check (length(hash) = 64),
    area text check (json_valid(area)),
    inspector text not null,
    created_at text not null,
    unique (product, revision),
    check ((hash is null) = (area is null))
  ) strict`,
  ...appendOnly('areas'),
  `alter table runs add column area text check (json_valid(area))`,
];
