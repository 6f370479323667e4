import { createHash } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Workspace } from '../../src-main/store/workspace.ts';

/** An entry as its columns have it. */
interface Row {
  id: number;
  inspector: string;
  created_at: string;
  action: string;
  subject: string;
  subject_id: string;
  old_value: string | null;
  new_value: string | null;
  hash: string;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const text = (value: string | null) => (value === null ? 'null' : JSON.stringify(value));

/** The formula of the documentation, written down by hand: keys in alphabetical order, no white space. */
export const hashByHand = (previous: string, row: Omit<Row, 'hash'>) =>
  sha256(
    `{"action":${text(row.action)},"createdAt":${text(row.created_at)},"id":${row.id},` +
      `"inspector":${text(row.inspector)},"newValue":${text(row.new_value)},"oldValue":${text(row.old_value)},` +
      `"previous":${text(previous)},"subject":${text(row.subject)},"subjectId":${text(row.subject_id)}}`,
  );

const firstHashByHand = (workspaceId: string) => sha256(`{"workspace":${text(workspaceId)}}`);

/** Entries of the trail, oldest first, with what their hashes have to be. */
export function chainByHand(database: Database.Database) {
  let previous = firstHashByHand(database.prepare('select id from workspace').pluck().get() as string);
  const rows = database.prepare('select * from audit_events order by id').all() as Row[];
  return rows.map((row) => {
    previous = hashByHand(previous, row);
    return { ...row, expected: previous };
  });
}

/** The file, opened behind the program's back. */
export function behindItsBack<T>(where: string | Workspace, work: (database: Database.Database) => T): T {
  const folder = typeof where === 'string' ? where : where.folder;
  const database = new Database(join(folder, 'workspace.sqlite'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Changes the file with plain SQL: without triggers, which are there again afterwards, and without foreign keys. */
export function tamperWithFile(
  where: string | Workspace,
  change: string | ((database: Database.Database) => void),
) {
  behindItsBack(where, (database) => {
    database.pragma('foreign_keys = off');
    const triggers = database.prepare("select name, sql from sqlite_schema where type = 'trigger'").all() as {
      name: string;
      sql: string;
    }[];
    for (const { name } of triggers) database.exec(`drop trigger ${name}`);
    if (typeof change === 'string') database.exec(change);
    else change(database);
    for (const { sql } of triggers) database.exec(sql);
  });
}
