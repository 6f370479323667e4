import { appendOnly } from './migration-statements.ts';

/** Backups that were made. */
export const BACKUPS: readonly string[] = [
  `create table backups (
    id integer primary key autoincrement,
    folder text not null,
    folder_id text not null,
    generation text not null,
    started_at text not null,
    made_at text not null,
    files integer not null check (files >= 0),
    bytes integer not null check (bytes >= 0),
    inspector text not null check (inspector <> '')
  ) strict`,
  ...appendOnly('backups'),
  // Its maps and mask were let go then; what they were stays written in `artifacts`.
  `alter table results add column artifacts_dropped_at text`,
  // The newest verdict when a day of use began; 0: there was none.
  `create table retention_days (
    day integer primary key,
    last_verdict_id integer not null check (last_verdict_id >= 0)
  ) strict`,
];
