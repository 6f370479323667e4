import type { ReviewTable } from '../../src-shared/contract/review.ts';
import { pageName } from '../../src-shared/image-page.ts';
import type { Client } from './connection.ts';

/** A batch's table as one, from its pages. */
export type WholeReviewTable = Omit<ReviewTable, 'next'>;

/**
 * Fetches all pages of a batch's table; its names tell which picture of its file an image is. A row that changes
 * meanwhile may be the old one; the event that tells of it comes behind the page.
 * @param runId null: the newest run when the first page was read
 */
export async function fetchReviewTable(
  client: { readonly review: Pick<Client['review'], 'table'> },
  {
    batchId,
    runId,
    language = 'en',
  }: {
    readonly batchId: number;
    readonly runId: number | null;
    readonly language?: Parameters<typeof pageName>[2];
  },
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
  const { page } = table.columns;
  const name = table.columns.name.map((text, i) => pageName(text, page[i]!, language));
  return { ...table, columns: { ...table.columns, name } };
}

type Columns = ReviewTable['columns'];

function appendColumns(to: Columns, from: Columns): void {
  for (const key of Object.keys(to) as (keyof Columns)[]) {
    (to[key] as unknown[]).push(...from[key]);
  }
}
