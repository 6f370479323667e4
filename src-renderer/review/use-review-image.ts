import { useDebouncedValue } from '@mantine/hooks';
import { skipToken, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Images are forgotten a minute after they were looked at: a shift's worth of results would fill the memory. */
const KEEP = 60_000;
/** Milliseconds for which an image counts as just looked at: after that its file may have become another one. */
const FRESH = 5000;
/** Milliseconds on an image before work is done for it: leafing through fast costs nothing. */
const SETTLE = 120;

/**
 * The image at hand with what was said about it and its tiles' layout; the two after it and the one before it are
 * fetched ahead. What was asked for an image that was left meanwhile is aborted.
 * @param otherRunId the run that is compared with; null: none is
 */
export function useReviewImage(
  runId: number | null,
  otherRunId: number | null,
  queue: readonly ReviewRow[],
  current: ReviewRow | null,
) {
  const { api } = useWorkstation();
  const queries = useQueryClient();
  const imageId = current?.imageId ?? null;
  const image = useQuery(
    api.review.image.queryOptions({
      input: imageId === null ? skipToken : { imageId, runId },
      gcTime: KEEP,
      staleTime: FRESH,
    }),
  );
  const otherImage = useQuery(
    api.review.image.queryOptions({
      input: imageId === null || otherRunId === null ? skipToken : { imageId, runId: otherRunId },
      gcTime: KEEP,
      staleTime: FRESH,
    }),
  );
  const remarks = useQuery(
    api.review.remarks.queryOptions({
      input: imageId === null || runId === null ? skipToken : { imageId, runId },
      gcTime: KEEP,
    }),
  );
  const [settled] = useDebouncedValue(imageId, SETTLE);
  const pyramid = useQuery(
    api.review.pyramid.queryOptions({
      input: imageId === null ? skipToken : { imageId },
      enabled: settled === imageId,
      gcTime: KEEP,
    }),
  );
  const at = current ? queue.indexOf(current) : -1;
  const [after, later, before] = [at + 1, at + 2, at - 1].map((place) => queue[place]?.imageId);
  useEffect(() => {
    if (settled === null || settled !== imageId) return;
    for (const neighbour of [after, later, before]) {
      if (neighbour === undefined) continue;
      for (const of of otherRunId === null ? [runId] : [runId, otherRunId]) {
        const input = { imageId: neighbour, runId: of };
        void queries.prefetchQuery(api.review.image.queryOptions({ input, gcTime: KEEP }));
      }
      if (runId === null) continue;
      const ofRun = { imageId: neighbour, runId };
      void queries.prefetchQuery(api.review.remarks.queryOptions({ input: ofRun, gcTime: KEEP }));
    }
  }, [settled, imageId, after, later, before, runId, otherRunId, api, queries]);
  return { image, otherImage, remarks, pyramid };
}
