import { hashOfJson } from '../files/canonical-json.ts';
import type { MergedKind } from './schema.ts';
import type { Workspace } from './workspace.ts';

/** A row of another workspace that came here. */
export interface MergedRow {
  /** Id of the row here; it may be gone with its batch. */
  readonly rowId: number;
  readonly contentHash: string;
}

/** What of some rows of another workspace came here, by their ids there. */
export async function mergedRows(
  db: Workspace['db'],
  source: string,
  kind: MergedKind,
  ids: readonly number[],
): Promise<ReadonlyMap<number, MergedRow>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('merged_rows')
    .selectAll()
    .where('workspace', '=', source)
    .where('kind', '=', kind)
    .where('source_id', 'in', ids)
    .execute();
  return new Map(rows.map((row) => [row.source_id, { rowId: row.row_id, contentHash: row.content_hash }]));
}

/** Remembers where a row of another workspace is from now on. @param content what the row says */
export async function noteMerged(
  db: Workspace['db'],
  source: string,
  row: { readonly kind: MergedKind; readonly id: number; readonly content: unknown; readonly rowId: number },
): Promise<void> {
  const { kind, id, content, rowId } = row;
  await db
    .insertInto('merged_rows')
    .values({
      ...{ workspace: source, kind, source_id: id },
      ...{ content_hash: hashOfJson(content), row_id: rowId },
    })
    .execute();
}
