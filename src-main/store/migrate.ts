import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Brings the schema up to date, all of it or nothing. Foreign keys are not enforced meanwhile, because a table that
 * others refer to can only be made anew without them: whoever does so checks them before it ends.
 * @throws what the first migration that fails says
 */
export async function migrate(
  db: Kysely<Schema>,
  migrations: Readonly<Record<string, Migration>>,
): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  // Has no effect within a transaction, and the migrations have one.
  await sql`pragma foreign_keys = off`.execute(db);
  try {
    const { error } = await new Migrator({ db, provider }).migrateToLatest();
    if (error) throw error;
  } finally {
    await sql`pragma foreign_keys = on`.execute(db);
  }
}
