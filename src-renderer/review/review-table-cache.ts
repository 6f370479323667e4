import type { QueryClient } from '@tanstack/react-query';
import type { RunProgress } from '../../src-shared/contract/runs.ts';
import { patchReviewList, type ReviewList } from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import type { WholeReviewTable } from '../api/review-table.ts';

/** A batch under review. */
export interface ReviewData extends Omit<WholeReviewTable, 'columns'> {
  readonly list: ReviewList;
}

/** `runId` null: the newest run. */
export function reviewTableKey(batchId: number, runId: number | null) {
  return ['review-table', batchId, runId] as const;
}

type TableKey = ReturnType<typeof reviewTableKey>;

/** Puts changed rows into the table. */
export function patchRows(queries: QueryClient, queryKey: TableKey, rows: readonly ReviewRow[]): void {
  queries.setQueryData<ReviewData>(
    queryKey,
    (data) => data && { ...data, list: patchReviewList(data.list, rows) },
  );
}

/** Puts a run's progress into the table. */
export function setProgress(queries: QueryClient, queryKey: TableKey, run: RunProgress): void {
  queries.setQueryData<ReviewData>(queryKey, (data) => data && { ...data, run });
}
