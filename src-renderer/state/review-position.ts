import { create } from 'zustand';
import { createJSONStorage, persist } from 'zustand/middleware';
import { EMPTY_FILTER, type ReviewFilter } from '../../src-shared/review-queue.ts';

/** Where the inspector is in a batch. */
export interface ReviewPosition {
  /** Null: the newest run. */
  readonly runId: number | null;
  /** The run that it is compared with; null: none. */
  readonly otherRunId: number | null;
  readonly imageId: number | null;
  /** True: the image stays in the queue even if the filter does not let it through. */
  readonly kept: boolean;
  readonly filter: ReviewFilter;
}

const START: ReviewPosition = {
  runId: null,
  otherRunId: null,
  imageId: null,
  kept: false,
  filter: EMPTY_FILTER,
};

interface ReviewPositions {
  readonly byBatch: Readonly<Record<number, ReviewPosition>>;
  move(batchId: number, changes: Partial<ReviewPosition>): void;
}

/** Where the inspector is in every batch, so that other screens and a reload lead back to it. Kept as long as the window. */
export const useReviewPositions = create<ReviewPositions>()(
  persist(
    (set) => ({
      byBatch: {},
      move: (batchId, changes) =>
        set(({ byBatch }) => ({
          byBatch: { ...byBatch, [batchId]: { ...(byBatch[batchId] ?? START), ...changes } },
        })),
    }),
    { name: 'clipsam-places', version: 6, storage: createJSONStorage(() => sessionStorage) },
  ),
);

/** How far the filmstrip of a batch is scrolled, in pixels. Nothing on screen depends on it. */
export const scrollOffsets = new Map<number, number>();

export function useReviewPosition(batchId: number): ReviewPosition {
  return useReviewPositions(({ byBatch }) => byBatch[batchId] ?? START);
}
