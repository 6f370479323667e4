import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { writeFileAtomically } from '../files/atomic-write.ts';
import type { Workspace } from './workspace.ts';

/** A state of the database that it and the artifacts beside it know; the table is called `marks`. */
interface Generation {
  readonly generation: number;
  readonly token: string;
}

const fileOf = (artifactRoot: string) => join(artifactRoot, 'history.json');

/** The generation beside the artifacts; null: none; undefined: one that cannot be read. */
export function readGeneration(artifactRoot: string): Generation | null | undefined {
  try {
    const { generation, token } = JSON.parse(readFileSync(fileOf(artifactRoot), 'utf8'));
    return typeof generation === 'number' && typeof token === 'string' ? { generation, token } : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? null : undefined;
  }
}

/**
 * How a database stands to the artifacts: `unbroken` when it is, or comes from, the one that they belong to; `new` when
 * nothing is known about them, and `older` when they belong to a later or another database.
 * @param left beside the artifacts, as it was before anything was asked of the database: other programs make new ones
 */
export function historyOf(
  database: Database.Database,
  left: Generation | null | undefined,
): 'unbroken' | 'new' | 'older' {
  const tables = database.prepare('select name from sqlite_schema').pluck().all();
  if (!left || tables.length === 0) return 'new';
  // A database of a version that kept no generations.
  if (!tables.includes('marks')) return 'older';
  const known = database.prepare('select 1 from marks where generation = ? and token = ?');
  return known.get(left.generation, left.token) ? 'unbroken' : 'older';
}

/**
 * Begins a generation, in the database and beside the artifacts. The database comes first: a crash in between leaves one
 * beside the artifacts that it knows.
 * @param beginning not null: its history is known from here on
 */
export async function beginGeneration(
  db: Workspace['db'],
  artifactRoot: string,
  beginning: 'new' | 'accepted' | null,
): Promise<void> {
  const token = randomUUID();
  const { generation } = await db
    .insertInto('marks')
    .values({ token, made_at: new Date().toISOString(), beginning })
    .returning('generation')
    .executeTakeFirstOrThrow();
  const begun: Generation = { generation, token };
  await writeFileAtomically(fileOf(artifactRoot), `${JSON.stringify(begun)}\n`);
}

/** Since when the history is unbroken, in milliseconds since 1970, and how it began. */
export async function historyBegan(
  db: Workspace['db'],
): Promise<{ readonly at: number; readonly beginning: 'new' | 'accepted' }> {
  const row = await db
    .selectFrom('marks')
    .select(['made_at', 'beginning'])
    .where('beginning', 'is not', null)
    .orderBy('generation', 'desc')
    .executeTakeFirstOrThrow();
  return { at: Date.parse(row.made_at), beginning: row.beginning! };
}
