import type { AuditEntry, AuditHead } from '../../src-shared/audit.ts';
import { toUnhashedEntry } from './audit-chain.ts';
import type { Workspace } from './workspace.ts';

/** The last entry that is kept of another workspace's trail; 0: none. */
export async function lastKeptEntry(db: Workspace['db'], source: string): Promise<number> {
  const row = await db
    .selectFrom('merged_entries')
    .select(({ fn }) => fn.max('id').as('last'))
    .where('workspace', '=', source)
    .executeTakeFirst();
  return row?.last ?? 0;
}

/** Entries of another workspace's trail as they are kept here, oldest first, `after` that number. */
export async function readKeptEntries(
  db: Workspace['db'],
  source: string,
  page: { readonly after: number; readonly limit: number },
): Promise<AuditEntry[]> {
  const rows = await db
    .selectFrom('merged_entries')
    .selectAll()
    .where('workspace', '=', source)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute();
  return rows.map((row) => ({ ...toUnhashedEntry(row), hash: row.hash }));
}

/** Keeps entries of another workspace's trail. @param entries 1000 at most */
export async function keepEntries(
  db: Workspace['db'],
  source: string,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  await db
    .insertInto('merged_entries')
    .values(
      entries.map((entry) => ({
        workspace: source,
        id: entry.id,
        inspector: entry.inspector,
        created_at: entry.createdAt,
        action: entry.action,
        subject: entry.subject,
        subject_id: entry.subjectId,
        old_value: entry.oldValue,
        new_value: entry.newValue,
        hash: entry.hash,
      })),
    )
    .execute();
}

/** What the trail says of the merges of another workspace: the end of its trail at the last one; undefined: none. */
export async function lastMergedHead(
  db: Workspace['db'],
  source: string,
): Promise<Pick<AuditHead, 'entries' | 'hash'> | undefined> {
  const row = await db
    .selectFrom('audit_events')
    .select('new_value')
    .where('subject', '=', 'workspace')
    .where('subject_id', '=', source)
    .where('action', '=', 'merged')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (!row?.new_value) return undefined;
  return (JSON.parse(row.new_value) as { readonly head: Pick<AuditHead, 'entries' | 'hash'> }).head;
}
