import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { makeReviewList } from '../../src-shared/review-queue.ts';
import { toReviewRows } from '../../src-shared/review-table.ts';
import { fetchReviewTable } from '../api/review-table.ts';
import { useSession } from '../state/session.ts';
import { onWorkstationEvent, useWorkstation } from '../state/workstation.ts';
import { patchRows, type ReviewData, reviewTableKey, setProgress } from './review-table-cache.ts';

/** Rows that are asked for at once. */
const CHUNK = 5000;
/** Milliseconds in which events are gathered before their rows are fetched. */
const GATHER = 150;

/**
 * The table of a batch: fetched once, then kept up to date row by row from the workstation's events, so that 100,000
 * images cost no more than the few that change.
 * @param isWanted false: nothing is fetched
 */
export function useReviewTable(batchId: number, runId: number | null, isWanted = true) {
  const { client, api } = useWorkstation();
  const queries = useQueryClient();
  const language = useSession((session) => session.language);
  const query = useQuery({
    queryKey: reviewTableKey(batchId, runId),
    queryFn: async ({ signal }): Promise<ReviewData> => {
      const { columns, ...rest } = await fetchReviewTable(client, { batchId, runId, language }, signal);
      return { ...rest, list: makeReviewList(columns) };
    },
    enabled: isWanted,
    structuralSharing: false,
    // Nobody listened while the screen was away.
    refetchOnMount: 'always',
  });
  useEffect(() => {
    if (!isWanted) return;
    const queryKey = reviewTableKey(batchId, runId);
    const changed = new Set<number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let ended = false;
    const later = () => {
      timer ??= setTimeout(async () => {
        await fetchRows();
        timer = undefined;
        if (changed.size > 0 && !ended) later();
      }, GATHER);
    };
    const fetchRows = async () => {
      // A table on its way may be older than the event: its rows are fetched after it.
      if (queries.isFetching({ queryKey }) > 0) return;
      const run = queries.getQueryData<ReviewData>(queryKey)?.run?.run;
      const imageIds = [...changed].slice(0, CHUNK);
      for (const id of imageIds) changed.delete(id);
      if (!run || imageIds.length === 0) return;
      const rows = await client.review.rows({ runId: run.id, imageIds }).catch(() => null);
      if (rows && !ended) patchRows(queries, queryKey, toReviewRows(rows));
    };
    const refetch = () => void queries.invalidateQueries({ queryKey });
    const listen = onWorkstationEvent((event) => {
      const data = queries.getQueryData<ReviewData>(queryKey);
      if (event.kind === 'batch' && event.batchId === batchId) return refetch();
      if (event.kind === 'reviewed' && event.runId === data?.run?.run.id) changed.add(event.imageId);
      if (event.kind === 'run' && event.progress.run.batchId === batchId) {
        const { progress, imageIds } = event;
        const known = data?.run?.run;
        if (progress.run.id !== known?.id || progress.run.status !== known.status) {
          void queries.invalidateQueries({ queryKey: api.runs.list.key({ input: { batchId } }) });
        }
        if (progress.run.id !== known?.id) {
          if (runId === null && progress.run.id > (known?.id ?? 0)) refetch();
          return;
        }
        setProgress(queries, queryKey, progress);
        for (const imageId of imageIds) {
          changed.add(imageId);
          const input = { runId: progress.run.id, imageId };
          void queries.invalidateQueries({ queryKey: api.review.image.queryKey({ input }) });
        }
      }
      if (changed.size > 0) later();
    });
    return () => {
      ended = true;
      clearTimeout(timer);
      listen();
    };
  }, [batchId, runId, isWanted, client, api, queries]);
  return query;
}
