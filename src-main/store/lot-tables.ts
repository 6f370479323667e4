import { frozen } from './migration-statements.ts';

/** The lot that a row belongs to goes with its batch only, and is never changed. */
const keptWithLot = (table: string, lotId: string) => [
  frozen(table, 'update'),
  `create trigger ${table}_no_delete before delete on ${table}
   when not exists (
     select 1 from lots join batches on batches.id = lots.batch_id
     where lots.id = old.${lotId} and batches.purge is not null
   )
   begin select raise(abort, '${table} are never changed: add a new entry instead'); end`,
];

/** Acceptance sampling: what was planned for a lot, which images were drawn, and what was decided. */
export const LOTS = [
  `create table lots (
    id integer primary key autoincrement,
    batch_id integer not null references batches (id),
    part_number text not null,
    supplier text not null,
    lot text not null,
    size integer not null check (size >= 2),
    standard text not null check (standard in ('iso-2859-1', 'zero-acceptance')),
    level text not null,
    plans text not null check (json_valid(plans)),
    proposed text not null check (json_valid(proposed)),
    override_reason text not null,
    resubmits integer,
    seed text not null,
    frame text not null check (json_valid(frame)),
    inspector text not null check (inspector <> ''),
    created_at text not null
  ) strict`,
  `create index lots_by_batch on lots (batch_id)`,
  `create index lots_by_part on lots (part_number, supplier)`,
  `create index lots_by_resubmitted on lots (resubmits) where resubmits is not null`,
  `create table lot_images (
    lot_id integer not null references lots (id),
    place integer not null check (place >= 1),
    image_id integer not null references images (id),
    content_hash text,
    primary key (lot_id, place),
    unique (lot_id, image_id)
  ) strict, without rowid`,
  `create index lot_images_by_image on lot_images (image_id)`,
  `create table lot_decisions (
    id integer primary key autoincrement,
    lot_id integer not null references lots (id),
    disposition text not null check (disposition in ('accepted', 'rejected', 'cancelled', 'withdrawn')),
    comment text not null,
    run_id integer,
    finding text not null check (json_valid(finding)),
    inspector text not null check (inspector <> ''),
    created_at text not null,
    supersedes integer unique references lot_decisions (id)
  ) strict`,
  `create index lot_decisions_by_lot on lot_decisions (lot_id, id)`,
  ...keptWithLot('lot_decisions', 'lot_id'),
  ...keptWithLot('lot_images', 'lot_id'),
  ...keptWithLot('lots', 'id'),
];
