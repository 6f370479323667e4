import Database from 'better-sqlite3';
import { Kysely, type Migration, SqliteDialect } from 'kysely';

interface Part {
  readonly type: string;
  readonly name: string;
  readonly sql: string | null;
}

/** What the migrations make, by their names. */
const made = new Map<string, Promise<readonly Part[]>>();

/**
 * Compares a database with what its migrations made of it. Tables of others are allowed; what would change how ours are
 * written is not.
 * @returns what is missing, changed or foreign; undefined when all is as it was made
 */
export async function findForeignChanges(
  database: Database.Database,
  migrations: Readonly<Record<string, Migration>>,
): Promise<string | undefined> {
  const present = new Map(partsOf(database).map((part) => [keyOf(part), part]));
  if (!present.has('table kysely_migration')) return undefined;
  const names = database.prepare('select name from kysely_migration order by name').pluck().all() as string[];
  const expected = await expectedParts(names, migrations);
  const known = new Set(expected.map(keyOf));
  const ours = new Set(expected.filter(({ type }) => type === 'table').map(({ name }) => name));
  const problems: string[] = [];
  for (const part of expected) {
    const found = present.get(keyOf(part));
    if (!found) problems.push(`${keyOf(part)} is missing`);
    else if (found.sql !== part.sql) problems.push(`${keyOf(part)} was changed`);
  }
  for (const [key, { type, sql }] of present) {
    if (known.has(key) || key.startsWith('table ')) continue;
    // An index or a trigger on a foreign table is as harmless as the table.
    const isOnOurs = [...ours].some((table) => new RegExp(`\\b${table}\\b`, 'i').test(sql ?? ''));
    if (type !== 'view' && isOnOurs) problems.push(`${key} is foreign`);
  }
  return problems.length === 0 ? undefined : problems.join(', ');
}

function expectedParts(
  names: readonly string[],
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly Part[]> {
  const key = names.join(' ');
  const parts = made.get(key) ?? makeParts(names, migrations);
  made.set(key, parts);
  return parts;
}

async function makeParts(
  names: readonly string[],
  migrations: Readonly<Record<string, Migration>>,
): Promise<readonly Part[]> {
  const memory = new Database(':memory:');
  const db = new Kysely<unknown>({ dialect: new SqliteDialect({ database: memory }) });
  try {
    for (const name of names) await migrations[name]!.up(db as Parameters<Migration['up']>[0]);
    return partsOf(memory);
  } finally {
    await db.destroy();
  }
}

function partsOf(database: Database.Database): readonly Part[] {
  const rows = database.prepare('select type, name, sql from sqlite_schema').all() as Part[];
  return rows.filter(({ name }) => !name.startsWith('sqlite_'));
}

function keyOf({ type, name }: Part): string {
  return `${type} ${name}`;
}
