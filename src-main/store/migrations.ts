import { randomUUID } from 'node:crypto';
import { type Migration, sql } from 'kysely';
import { AREAS } from './area-tables.ts';
import { chainAuditTrail } from './audit-chain-tables.ts';
import { BACKUPS } from './backup-tables.ts';
import { addFollowedFolders } from './followed-tables.ts';
import { LOTS } from './lot-tables.ts';
import { MERGES } from './merge-tables.ts';
import { appendOnly, frozen, run } from './migration-statements.ts';
import { OPINION_COLUMNS } from './opinion-columns.ts';
import { rebuildTable } from './rebuild-table.ts';
import { REFERENCES } from './reference-tables.ts';
import { REPORTS } from './report-tables.ts';
import { REQUEST_KEYS } from './request-keys.ts';
import { RUN_COMPARISON } from './run-comparison.ts';
import { addScales } from './scale-tables.ts';
import { SIGNATURES } from './signature-tables.ts';
import { TOTALS } from './total-tables.ts';

/**
 * The schema's history. A released migration is never edited; a change of the schema is a new entry whose name
 * sorts last. All of them run in one transaction.
 */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-inspection': {
    async up(db) {
      await run(db, INSPECTION);
      await sql`insert into workspace values (${randomUUID()}, ${new Date().toISOString()})`.execute(db);
    },
  },
  '002-review': { up: (db) => run(db, REVIEW) },
  '003-workstation': { up: (db) => run(db, WORKSTATION) },
  '004-error-details': { up: (db) => run(db, ERROR_DETAILS) },
  '005-large-batches': { up: (db) => run(db, LARGE_BATCHES) },
  '006-purge': { up: (db) => run(db, PURGE) },
  '007-imports': { up: (db) => run(db, IMPORTS) },
  '008-studies': { up: (db) => run(db, STUDIES) },
  '009-people': { up: (db) => run(db, PEOPLE) },
  '010-notices': { up: (db) => run(db, NOTICES) },
  '011-sample-range': { up: (db) => run(db, SAMPLE_RANGE) },
  '012-pages': {
    async up(db) {
      await run(db, PAGES);
      await rebuildTable(db, 'images', (definition) =>
        definition.replace('unique (batch_id, path)', 'unique (batch_id, path, page)'),
      );
      await run(db, FILES_BY_CONTENT);
    },
  },
  '014-safe-removal': { up: (db) => run(db, SAFE_REMOVAL) },
  '015-sign-in': { up: (db) => run(db, SIGN_IN) },
  '016-study-contents': { up: (db) => run(db, STUDY_CONTENTS) },
  '017-inspector': { up: (db) => run(db, INSPECTOR) },
  '018-result-fields': { up: (db) => run(db, RESULT_FIELDS) },
  '019-import-owner': { up: (db) => run(db, IMPORT_OWNER) },
  '020-opinions': { up: (db) => run(db, OPINION_COLUMNS) },
  '021-references': { up: (db) => run(db, REFERENCES) },
  '022-areas': { up: (db) => run(db, AREAS) },
  '023-run-comparison': { up: (db) => run(db, RUN_COMPARISON) },
  '024-audit-chain': { up: chainAuditTrail },
  '025-scales': { up: addScales },
  '026-totals': { up: (db) => run(db, TOTALS) },
  '027-lots': { up: (db) => run(db, LOTS) },
  '028-reports': { up: (db) => run(db, REPORTS) },
  '029-signatures': { up: (db) => run(db, SIGNATURES) },
  '030-backups': { up: (db) => run(db, BACKUPS) },
  '031-request-keys': { up: (db) => run(db, REQUEST_KEYS) },
  '032-followed-folders': { up: addFollowedFolders },
  '033-merges': { up: (db) => run(db, MERGES) },
};

const INSPECTION = [
  `create table workspace (id text primary key, created_at text not null) strict`,
  `create table recipes (
    hash text primary key check (length(hash) = 64),
    json text not null check (json_valid(json)),
    name text not null,
    revision integer not null check (revision >= 1),
    parent_hash text references recipes (hash),
    author text not null,
    created_at text not null,
    unique (name, revision)
  ) strict`,
  ...appendOnly('recipes'),
  `create table batches (
    id integer primary key autoincrement,
    name text not null,
    object_name text not null,
    part_number text not null,
    revision text not null,
    lot text not null,
    order_number text not null,
    recipe_hash text references recipes (hash),
    created_at text not null,
    archived_at text
  ) strict`,
  `create table images (
    id integer primary key autoincrement,
    batch_id integer not null references batches (id),
    path text not null,
    content_hash text,
    bytes integer,
    width integer,
    height integer,
    added_at text not null,
    unique (batch_id, path)
  ) strict`,
  `create index images_by_content on images (batch_id, content_hash)`,
  `create table runs (
    id integer primary key autoincrement,
    batch_id integer not null references batches (id),
    recipe_hash text not null references recipes (hash),
    pack_hash text not null,
    device_asked text not null,
    device_running text not null,
    device_reason text,
    software_version text not null,
    status text not null check (status in ('running', 'paused', 'interrupted', 'cancelled', 'done')),
    last_image_id integer not null,
    owner_token text not null,
    owner_pid integer not null,
    owner_host text not null,
    heartbeat_at text not null,
    started_at text not null,
    ended_at text,
    error_code text,
    error_message text
  ) strict`,
  `create index runs_by_batch on runs (batch_id)`,
  `create table results (
    id integer primary key autoincrement,
    run_id integer not null references runs (id),
    image_id integer not null references images (id),
    status text not null check (status in ('done', 'failed')),
    finished_at text not null,
    error_code text,
    error_message text,
    content_hash text,
    width integer,
    height integer,
    score real check (score between 0 and 1),
    verdict text check (verdict in ('accept', 'warn', 'reject')),
    artifacts text,
    timings text,
    device text,
    recipe_hash text,
    pack_hash text,
    software_version text,
    unique (run_id, image_id),
    check (status = 'done' and score is not null and verdict is not null and content_hash is not null
      or status = 'failed' and error_code is not null)
  ) strict`,
  `create index results_by_score on results (run_id, score)`,
  `create index results_by_image on results (image_id)`,
  `create table regions (
    result_id integer not null references results (id) on delete cascade,
    region_index integer not null,
    box text not null,
    area real not null,
    peak real not null,
    mean real not null,
    polygons text not null,
    prompts text not null,
    levels text not null,
    primary key (result_id, region_index)
  ) strict`,
];

const REVIEW = [
  `create table verdicts (
    id integer primary key autoincrement,
    run_id integer not null,
    image_id integer not null,
    verdict text not null check (verdict in ('accept', 'reject', 'uncertain', 'withdrawn')),
    defect_class text not null,
    severity text check (severity in ('critical', 'major', 'minor')),
    overturn_reason text not null,
    comment text not null,
    author text not null check (author <> ''),
    created_at text not null,
    supersedes integer unique references verdicts (id),
    foreign key (run_id, image_id) references results (run_id, image_id)
  ) strict`,
  `create index verdicts_by_image on verdicts (run_id, image_id, id)`,
  ...appendOnly('verdicts'),
  `create table annotations (
    id integer primary key autoincrement,
    run_id integer not null,
    image_id integer not null,
    kind text check (kind in ('false-positive', 'missed-defect', 'corrected-region')),
    region_index integer,
    polygons text check (polygons is null or json_valid(polygons)),
    defect_class text not null,
    comment text not null,
    author text not null check (author <> ''),
    created_at text not null,
    retracts integer unique references annotations (id),
    foreign key (run_id, image_id) references results (run_id, image_id),
    check ((kind is null) = (retracts is not null)),
    check (kind is null or region_index is not null or polygons is not null)
  ) strict`,
  `create index annotations_by_image on annotations (run_id, image_id, id)`,
  ...appendOnly('annotations'),
  `create table audit_events (
    id integer primary key autoincrement,
    author text not null,
    created_at text not null,
    action text not null,
    subject text not null,
    subject_id text not null,
    old_value text,
    new_value text
  ) strict`,
  `create index audit_events_by_subject on audit_events (subject, subject_id)`,
  ...appendOnly('audit_events'),
];

const WORKSTATION = [
  `alter table batches add column deleted_at text`,
  `create index results_by_outcome on results (run_id, status, verdict)`,
  `create table region_counts (
    result_id integer primary key references results (id) on delete cascade,
    counts blob not null
  ) strict`,
];

const ERROR_DETAILS = [
  `alter table results add column error_details text check (error_details is null or json_valid(error_details))`,
  `alter table runs add column error_details text check (error_details is null or json_valid(error_details))`,
];

// With the row id that every index ends with: pages of a batch are read in order, without sorting.
const LARGE_BATCHES = [`create index images_by_batch on images (batch_id)`];

/** What inspectors said stays as it was said, and goes only with its batch. */
const keptWithBatch = (table: string) => [
  `drop trigger ${table}_no_delete`,
  `create trigger ${table}_no_delete before delete on ${table}
   when not exists (
     select 1 from runs join batches on batches.id = runs.batch_id
     where runs.id = old.run_id and batches.purge is not null
   )
   begin select raise(abort, '${table} are never changed: add a new entry instead'); end`,
];

const PURGE = [
  `alter table batches add column purge text
   check (purge is null or json_valid(purge) and deleted_at is not null)`,
  ...keptWithBatch('verdicts'),
  ...keptWithBatch('annotations'),
];

/** Imports that have begun and did not end: at work, or stopped. */
const IMPORTS = [
  `create table imports (
    id integer primary key autoincrement,
    batch_id integer not null references batches (id),
    paths text not null check (json_valid(paths)),
    author text not null,
    started_at text not null
  ) strict`,
  `create index imports_by_batch on imports (batch_id)`,
];

/** The study that a row belongs to goes with its batch only, and is never changed. */
const keptWithStudy = (table: string, studyId: string) => [
  frozen(table, 'update'),
  `create trigger ${table}_no_delete before delete on ${table}
   when not exists (
     select 1 from studies join batches on batches.id = studies.batch_id
     where studies.id = old.${studyId} and batches.purge is not null
   )
   begin select raise(abort, '${table} are never changed: add a new entry instead'); end`,
];

/** Agreement studies: which images, and every answer that was given. */
const STUDIES = [
  `create table studies (
    id integer primary key autoincrement,
    batch_id integer not null references batches (id),
    name text not null,
    rounds integer not null check (rounds between 2 and 5),
    seed text not null,
    author text not null check (author <> ''),
    created_at text not null
  ) strict`,
  `create index studies_by_batch on studies (batch_id)`,
  `create table study_images (
    study_id integer not null references studies (id),
    image_id integer not null references images (id),
    primary key (study_id, image_id)
  ) strict, without rowid`,
  `create index study_images_by_image on study_images (image_id)`,
  `create table study_judgements (
    id integer primary key autoincrement,
    study_id integer not null,
    inspector text not null check (inspector <> ''),
    round integer not null check (round >= 1),
    image_id integer not null,
    verdict text not null check (verdict in ('accept', 'reject', 'uncertain', 'withdrawn')),
    milliseconds integer not null check (milliseconds >= 0),
    created_at text not null,
    supersedes integer unique references study_judgements (id),
    foreign key (study_id, image_id) references study_images (study_id, image_id)
  ) strict`,
  `create index study_judgements_by_inspector on study_judgements (study_id, inspector, round, id)`,
  ...keptWithStudy('study_judgements', 'study_id'),
  ...keptWithStudy('study_images', 'study_id'),
  ...keptWithStudy('studies', 'id'),
];

/** People who may sign in, or could once: the history goes on to name them. */
const PEOPLE = [
  `create table people (
    id integer primary key autoincrement,
    name text not null unique collate nocase check (name <> ''),
    role text not null check (role in ('operator', 'reviewer', 'engineer')),
    pin text not null,
    created_at text not null,
    removed_at text
  ) strict`,
  `create trigger people_no_delete before delete on people
   begin select raise(abort, 'people are never deleted: the history names them'); end`,
  // What an engineer decides for everybody. JSON; none: as without it.
  `create table settings (
    name text primary key,
    value text not null check (json_valid(value))
  ) strict, without rowid`,
];

/** What a verdict has to be read with; null: nothing, or a result from before there were notices. */
const NOTICES = [
  `alter table results add column notices text check (notices is null or json_valid(notices))`,
  // How many of them put the verdict in doubt.
  `alter table results add column doubts integer not null default 0`,
  `create index results_by_doubt on results (run_id) where doubts > 0`,
];

/** What is black and white in images of more than 8 bits: JSON, by kind of samples. */
const SAMPLE_RANGE = [
  // Null: nobody has looked yet.
  `alter table images add column sample_kind text check (sample_kind in ('none', 'integer', 'float'))`,
  `create index images_unlooked on images (batch_id) where sample_kind is null`,
  `create index images_deep on images (batch_id, sample_kind) where sample_kind <> 'none'`,
  `alter table batches add column sample_ranges text check (sample_ranges is null or json_valid(sample_ranges))`,
  `alter table runs add column sample_ranges text check (sample_ranges is null or json_valid(sample_ranges))`,
];

/** An image is a picture of a file, which may have several: pages, frames. */
const PAGES = [
  // How many pictures the file has, and which of them it is, from 0.
  `alter table images add column pages integer not null default 1 check (pages >= 1)`,
  `alter table images add column page integer not null default 0 check (page between 0 and pages - 1)`,
  // The same as readers count, from 0, previews among them. Null: the file has one picture, or nobody has looked.
  `alter table images add column page_index integer check (page_index >= 0)`,
];

/** A file once, whatever the number of its pictures. */
const FILES_BY_CONTENT = [
  `drop index images_by_content`,
  `create index images_by_content on images (batch_id, content_hash) where page = 0`,
];

const SIGN_IN = [
  // One more with every new role or PIN, with going and coming back: what was allowed before is over.
  `alter table people add column epoch integer not null default 1`,
  // Wrong PINs since the last right one.
  `alter table people add column wrong_pins integer not null default 0 check (wrong_pins >= 0)`,
];

/**
 * What proves that a file may go. `marks`: every opening, the newest also stands beside the artifacts. `days_of_use`: the
 * measure of all grace times. `released_artifacts`: of results that were removed. `set_aside`: files on their way out.
 */
const SAFE_REMOVAL = [
  `create table marks (
    generation integer primary key autoincrement,
    token text not null unique,
    made_at text not null,
    beginning text check (beginning in ('new', 'accepted'))
  ) strict`,
  `create table days_of_use (
    id integer primary key check (id = 1),
    days integer not null check (days >= 0),
    date text not null,
    milliseconds real not null check (milliseconds >= 0)
  ) strict`,
  `insert into days_of_use values (1, 0, '', 0)`,
  `create table released_artifacts (
    sha256 text primary key check (length(sha256) = 64),
    at_once integer not null check (at_once in (0, 1))
  ) strict, without rowid`,
  `create table set_aside (
    file text primary key,
    day integer not null
  ) strict, without rowid`,
  `alter table batches add column deleted_on_day integer`,
  `update batches set deleted_on_day = 0 where deleted_at is not null`,
  `alter table runs add column owner_process text`,
];

/** What the images of an agreement study held when it was made: every round is about the same pictures. */
const STUDY_CONTENTS = [
  `drop trigger study_images_no_update`,
  `alter table study_images add column content_hash text`,
  `update study_images set content_hash = (select content_hash from images where id = image_id)`,
  frozen('study_images', 'update'),
];

/** Who did something has one name in every table. */
const INSPECTOR = ['recipes', 'verdicts', 'annotations', 'audit_events', 'imports', 'studies'].map(
  (table) => `alter table ${table} rename column author to inspector`,
);

/** Fields of a result without a column of their own. Null: none. */
const RESULT_FIELDS = [`alter table results add column other_fields text check (json_valid(other_fields))`];

/** Which process an import is at work in: the command line imports beside a workstation. */
const IMPORT_OWNER = ['token text', 'pid integer', 'host text', 'process text'].map(
  (column) => `alter table imports add column owner_${column}`,
);
