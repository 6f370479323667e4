import { type Kysely, sql } from 'kysely';
import { ClipSamError } from '../../src-shared/errors.ts';

/**
 * Makes a table anew with another definition and the same columns, since SQLite cannot change a constraint: rows, ids,
 * indexes, triggers and what is said of it elsewhere stay. To be called in a transaction without foreign keys (see
 * https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
 * @param change of the text that the table was created with
 * @throws ClipSamError `workspace-corrupt` when something refers to a row that is not there; the transaction has to end
 */
export async function rebuildTable(
  db: Kysely<unknown>,
  table: string,
  change: (definition: string) => string,
): Promise<void> {
  const { rows } = await sql<{ type: string; sql: string }>`
    select type, sql from sqlite_schema where tbl_name = ${table} and sql is not null`.execute(db);
  const definition = rows.find(({ type }) => type === 'table')?.sql;
  const temporary = `${table}_rebuilt`;
  const created = definition?.replace(new RegExp(`^(create table )"?${table}"?`, 'i'), `$1${temporary}`);
  if (definition === undefined || created === undefined || created === definition) {
    throw new Error(`There is no table ${table} to make anew.`);
  }
  const from = sql.table(table);
  const to = sql.table(temporary);
  await sql.raw(change(created)).execute(db);
  await sql`insert into ${to} select * from ${from}`.execute(db);
  // Ids of rows that were removed are not given again.
  await sql`delete from sqlite_sequence where name = ${temporary}`.execute(db);
  await sql`insert into sqlite_sequence (name, seq)
    select ${temporary}, seq from sqlite_sequence where name = ${table}`.execute(db);
  await sql`drop table ${from}`.execute(db);
  await sql`alter table ${to} rename to ${from}`.execute(db);
  for (const { type, sql: text } of rows) if (type !== 'table') await sql.raw(text).execute(db);
  const broken = await sql<{ table: string }>`pragma foreign_key_check`.execute(db);
  if (broken.rows.length === 0) return;
  const where = [...new Set(broken.rows.map((row) => row.table))].join(', ');
  throw new ClipSamError(
    'workspace-corrupt',
    `The database of the workspace is damaged: ${broken.rows.length} rows (${where}) belong to something that is not there. It was left as it is; use a copy from before.`,
  );
}
