import { useCallback } from 'react';
import { EMPTY_FILTER } from '../../src-shared/review-queue.ts';
import type { LotDetails } from '../../src-shared/sampling/lot.ts';
import { useReviewPositions } from '../state/review-position.ts';
import { routeTo, useGo } from '../state/routes.ts';

/** Opens Review on the sample of a lot alone, at its first image without a verdict. */
export function useJudgeSample(): (details: LotDetails) => void {
  const go = useGo();
  return useCallback(
    ({ lot, images }) => {
      const sample = { lotId: lot.id, imageIds: images.map(({ imageId }) => imageId) };
      const first = images.find(({ human }) => human === null) ?? images[0];
      useReviewPositions.getState().move(lot.batchId, {
        runId: null,
        imageId: first?.imageId ?? null,
        kept: false,
        filter: { ...EMPTY_FILTER, sample },
      });
      go(routeTo.review(lot.batchId));
    },
    [go],
  );
}
