import { join } from 'node:path';
import Database from 'better-sqlite3';

/** Reads what is really stored, past the program that stored it. */
export function readRecords<Row>(workspace: string, query: string, ...parameters: unknown[]): Row[] {
  const database = new Database(join(workspace, 'workspace.sqlite'), { readonly: true });
  try {
    return database.prepare<unknown[], Row>(query).all(...parameters);
  } finally {
    database.close();
  }
}
