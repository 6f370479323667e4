import { type Kysely, sql } from 'kysely';

/** Runs a migration's statements. */
export async function run(db: Kysely<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}

/** The trigger that keeps the rows of a table from being changed, or deleted. */
export const frozen = (table: string, event: 'update' | 'delete') =>
  `create trigger ${table}_no_${event} before ${event} on ${table}
   begin select raise(abort, '${table} are never changed: add a new entry instead'); end`;

/** The triggers of a table to which entries are only ever added. */
export const appendOnly = (table: string) => [frozen(table, 'update'), frozen(table, 'delete')];
