import type { ReviewTable } from '../../src-shared/contract.ts';
import type { Client } from './connection.ts';

/** A batch's table as one, from its pages. */
export type WholeReviewTable = Omit<ReviewTable, 'next'>;

/**
 * Fetches all pages of a batch's table. A row that changes meanwhile may be the old one; the event that tells of it
 * comes behind the page.
 * @param runId null: the newest run when the first page was read
 */
export async function fetchReviewTable(
  client: { readonly review: Pick<Client['review'], 'table'> },
  { batchId, runId }: { readonly batchId: number; readonly runId: number | null },
  signal?: AbortSignal,
): Promise<WholeReviewTable> {
  const options = signal ? { signal } : {};
  const { next, ...table } = await client.review.table({ batchId, runId }, options);
  const ofRun = table.run?.run.id ?? runId;
  for (let after = next; after !== null; ) {
    const page = await client.review.table({ batchId, runId: ofRun, after }, options);
    appendColumns(table.columns, page.columns);
    after = page.next;
  }
  return table;
}

type Columns = ReviewTable['columns'];

function appendColumns(to: Columns, from: Columns): void {
  for (const key of Object.keys(to) as (keyof Columns)[]) {
    (to[key] as unknown[]).push(...from[key]);
  }
}
