import { appendOnly } from './migration-statements.ts';

/**
 * Migration 029: who signed what. `signed_records`: what was signed, named after its content, once for all who signed it.
 * A row of `signatures` is a signature, or with `withdraws` says that one is taken back. `hash` covers all its columns
 * but the id; the audit trail has them all, with the id.
 */
export const SIGNATURES = [
  `create table signed_records (
    hash text primary key check (length(hash) = 64),
    json text not null check (json_valid(json))
  ) strict, without rowid`,
  `create table signatures (
    id integer primary key autoincrement,
    subject text not null check (subject in ('report', 'lot', 'recipe')),
    subject_id text not null check (subject_id <> ''),
    meaning text check (meaning in ('inspected', 'reviewed', 'approved')),
    record_hash text references signed_records (hash),
    withdraws integer unique references signatures (id),
    reason text not null,
    person_id integer not null references people (id),
    printed_name text not null check (printed_name <> ''),
    role text not null check (role in ('operator', 'reviewer', 'engineer')),
    signed_at text not null,
    clock_behind text,
    hash text not null unique check (length(hash) = 64),
    check ((withdraws is null) = (meaning is not null)),
    check ((withdraws is null) = (record_hash is not null)),
    check ((withdraws is null) = (reason = ''))
  ) strict`,
  `create index signatures_by_subject on signatures (subject, subject_id)`,
  ...appendOnly('signatures'),
  ...appendOnly('signed_records'),
];
