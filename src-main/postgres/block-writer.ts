import type { ClientBase } from 'pg';
import {
  RECORD_PARTS,
  RECORD_TABLES,
  type RecordCells,
  type RecordEntry,
  type RecordTableName,
} from '../../src-shared/plant-record.ts';
import { blockStatements } from './block-statements.ts';

/** An entry with its hash, 32 hexadecimal digits. */
export interface HashedEntry extends RecordEntry {
  readonly hash: string;
}

/** What writing a block changed. */
export interface BlockChanges {
  readonly written: number;
  readonly removed: number;
}

/** Characters of JSON that go to the server in one statement. */
const MOST_TEXT = 4_000_000;

/**
 * Makes the rows of a block what they are in the workspace: what differs is written, what is not there any more is marked.
 * Within a transaction.
 */
export async function writeBlockRows(
  client: ClientBase,
  workspaceId: string,
  name: RecordTableName,
  block: number,
  entries: readonly HashedEntry[],
): Promise<BlockChanges> {
  const statements = blockStatements(name);
  const isWhole = !statements.hashes.includes('$2');
  const { rows } = await client.query<{ key: string; hash: string | null }>(
    statements.hashes,
    isWhole ? [workspaceId] : [workspaceId, block],
  );
  const known = new Map(rows.map(({ key, hash }) => [key, hash]));
  const changed = entries.filter(({ key, hash }) => known.get(String(key)) !== hash);
  const there = new Set(entries.map(({ key }) => String(key)));
  const gone = rows.filter(({ key, hash }) => hash !== null && !there.has(key)).map(({ key }) => key);
  // Keys that were here before: parts that they had may be other ones now.
  const stale = [...gone, ...changed.map(({ key }) => String(key)).filter((key) => known.has(key))];
  if (statements.removeParts && stale.length > 0) {
    await client.query(statements.removeParts, [workspaceId, stale]);
  }
  if (gone.length > 0) await client.query(statements.remove, [workspaceId, gone]);
  await writeAll(
    client,
    statements.write,
    workspaceId,
    changed.map(({ row, hash }) => ({ ...row, row_hash: hash })),
  );
  if (statements.writeParts) {
    const owner = ownerKey(name);
    const parts = changed.flatMap((entry) => entry.parts.map((part) => ({ ...part, [owner]: entry.key })));
    await writeAll(client, statements.writeParts, workspaceId, parts);
  }
  return { written: changed.length, removed: gone.length };
}

function ownerKey(name: RecordTableName): string {
  const table = RECORD_TABLES[name];
  return 'parts' in table ? RECORD_TABLES[RECORD_PARTS[table.parts].of].key : '';
}

/** Writes rows in statements of bounded size. */
async function writeAll(
  client: ClientBase,
  statement: string,
  workspaceId: string,
  rows: readonly RecordCells[],
): Promise<void> {
  let texts: string[] = [];
  let length = 0;
  const flush = async () => {
    if (texts.length === 0) return;
    await client.query({
      name: nameOf(statement),
      text: statement,
      values: [workspaceId, `[${texts.join(',')}]`],
    });
    texts = [];
    length = 0;
  };
  for (const row of rows) {
    const text = JSON.stringify(row, (_, value) => (typeof value === 'string' ? storable(value) : value));
    texts.push(text);
    length += text.length;
    if (length >= MOST_TEXT) await flush();
  }
  await flush();
}

/** Statements are prepared once per connection; their beginning tells them apart. */
function nameOf(statement: string): string {
  return /clipsam\.(\w+)/.exec(statement)![1]!;
}

/** Text as PostgreSQL can hold it: without NUL and halves of signs, neither as such nor escaped in JSON. */
function storable(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed();
  const plain = whole.includes('\0') ? whole.replaceAll('\0', '\ufffd') : whole;
  if (!plain.includes('\\u')) return plain;
  return plain.replaceAll(/(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/gi, '$1\\ufffd');
}
