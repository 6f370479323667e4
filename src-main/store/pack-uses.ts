import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { DATABASE_FILE } from './database-file.ts';
import { toStoreError } from './sqlite-errors.ts';

/** What a workspace does with a pack. */
export interface PackUseCounts {
  /** Names of the recipes that name it, each once. */
  readonly recipes: string[];
  readonly runs: number;
  readonly results: number;
}

/**
 * Looks into a workspace, which may be open elsewhere, without changing or locking it.
 * @param references by which recipes may name the pack
 * @param packHash of the pack; null: it can't be read, so that no run is known to be made with it
 * @returns undefined when there is no database
 * @throws ClipSamError what is wrong with the database; `workspace-locked`
 */
export function packUsesIn(
  folder: string,
  references: readonly string[],
  packHash: string | null,
): PackUseCounts | undefined {
  const file = join(folder, DATABASE_FILE);
  if (!existsSync(file)) return undefined;
  let database: Database.Database | undefined;
  try {
    database = new Database(file, { readonly: true, fileMustExist: true, timeout: 2000 });
    const named = references.map(() => '?').join(', ');
    const recipes = database
      .prepare(`select distinct name from recipes where json ->> '$.pack' in (${named}) order by name`)
      .pluck()
      .all(...references) as string[];
    const counted = (sql: string) => database!.prepare(sql).pluck().get(packHash) as number;
    return {
      recipes,
      runs: counted('select count(*) from runs where pack_hash = ?'),
      results: counted('select count(*) from results where pack_hash = ?'),
    };
  } catch (error) {
    throw toStoreError(error, folder);
  } finally {
    database?.close();
  }
}
