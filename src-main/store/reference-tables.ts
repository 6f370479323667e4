import { appendOnly } from './migration-statements.ts';

/**
 * Migration 021: what products remember. An item is a picture, or places in one, and outlives the batch that it came
 * from; whether it counts follows from the changes that were decided to be effective, in the order of the decisions.
 */
export const REFERENCES = [
  `create table memory_items (
    id integer primary key autoincrement,
    product text not null check (json_valid(product)),
    kind text not null check (kind in ('reference', 'harmless', 'counter-example')),
    content_hash text not null check (length(content_hash) = 64),
    page text check (json_valid(page)),
    sample_range text check (json_valid(sample_range)),
    image_id integer,
    run_id integer,
    source text not null,
    polygons text check (json_valid(polygons)),
    width integer,
    height integer,
    inspector text not null check (inspector <> ''),
    created_at text not null,
    check ((kind = 'reference') = (polygons is null)),
    check (polygons is null or width > 0 and height > 0)
  ) strict`,
  `create index memory_items_by_product on memory_items (product)`,
  `create index memory_items_by_content on memory_items (content_hash)`,
  `create index memory_items_by_image on memory_items (image_id)`,
  `create table memory_changes (
    id integer primary key autoincrement,
    product text not null check (json_valid(product)),
    undoes integer references memory_changes (id),
    origin text not null check (origin in ('hand', 'annotation', 'verdict', 'files')),
    origin_id integer,
    inspector text not null check (inspector <> ''),
    created_at text not null,
    owner_token text not null,
    owner_pid integer not null,
    owner_host text not null,
    owner_process text
  ) strict`,
  `create index memory_changes_by_product on memory_changes (product, id)`,
  `create index memory_changes_by_origin on memory_changes (origin, origin_id)`,
  `create table memory_effects (
    change_id integer not null references memory_changes (id),
    item_id integer not null references memory_items (id),
    effect text not null check (effect in ('add', 'remove')),
    primary key (change_id, item_id)
  ) strict, without rowid`,
  `create index memory_effects_by_item on memory_effects (item_id)`,
  `create table memory_examinations (
    change_id integer primary key references memory_changes (id),
    outcome text not null check (json_valid(outcome)),
    created_at text not null
  ) strict`,
  `create table memory_decisions (
    id integer primary key autoincrement,
    change_id integer not null unique references memory_changes (id),
    is_effective integer not null check (is_effective in (0, 1)),
    inspector text check (inspector <> ''),
    comment text not null,
    created_at text not null
  ) strict`,
  ...['memory_items', 'memory_changes', 'memory_effects', 'memory_examinations', 'memory_decisions'].flatMap(
    appendOnly,
  ),
];
