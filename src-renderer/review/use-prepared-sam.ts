import { useEffect } from 'react';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { useWorkstation } from '../state/workstation.ts';

/** Milliseconds on an image before SAM looks at it: leafing through fast costs nothing. */
const SETTLE = 200;

/**
 * Has SAM look at the image at hand, then at the next and the previous one, so that asking it is answered at once; given up
 * when another image comes to hand.
 */
export function usePreparedSam(
  runId: number | null,
  queue: readonly ReviewRow[],
  current: ReviewRow | null,
): void {
  const { client } = useWorkstation();
  const imageId = current?.imageId ?? null;
  const at = current ? queue.indexOf(current) : -1;
  const next = queue[at + 1]?.imageId;
  const previous = queue[at - 1]?.imageId;
  useEffect(() => {
    if (runId === null || imageId === null) return;
    const stop = new AbortController();
    const { signal } = stop;
    const prepare = async () => {
      for (const id of [imageId, next, previous]) {
        if (id === undefined || signal.aborted) continue;
        // What keeps SAM from an image is told when it is asked.
        const answer = await client.review
          .prepareSam({ runId, imageId: id }, { signal })
          .catch(() => undefined);
        if (answer?.isNeeded === false) return;
      }
    };
    const timer = setTimeout(() => void prepare(), SETTLE);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, runId, imageId, next, previous]);
}
