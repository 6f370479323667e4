import { useEffect, useMemo, useRef, useState } from 'react';
import { useReviewPosition, useReviewPositions } from '../state/review-position.ts';
import { useReviewSettings } from './review-settings.ts';
import { useNamedRuns } from './use-named-runs.ts';
import { useReviewTable } from './use-review-table.ts';
import { useStableHandlers } from './use-stable-handlers.ts';

/** What can be done about the run that is compared with. */
export type OtherRunHandlers = {
  /** Opens or closes the list of runs. */
  setChoosing(open: boolean): void;
  /** Null: none any more. */
  choose(runId: number | null): void;
  /** Ends it; begins with the only other run, or asks with which. */
  toggle(): void;
  /** The run that is compared with comes under review, and the other way round. */
  swap(): void;
  /** Reviews another run; where that is the one that was compared with, they change places. */
  review(runId: number): void;
  /** Shows only the images on which the runs disagree, or all. */
  narrow(): void;
};

/**
 * The run that the one under review is compared with.
 * @param runId the run under review; null: nothing was inspected yet
 * @param asked the run that the address names
 */
export function useOtherRun(batchId: number, runId: number | null, asked: number | null) {
  const { otherRunId, filter } = useReviewPosition(batchId);
  const move = useReviewPositions((store) => store.move);
  const setSettings = useReviewSettings(({ set }) => set);
  const [isChoosing, setChoosing] = useState(false);
  const runs = useNamedRuns(batchId);
  const choices = useMemo(
    () => (runId === null ? [] : runs.filter(({ run }) => run.id !== runId)),
    [runs, runId],
  );
  const id = choices.some(({ run }) => run.id === otherRunId) ? otherRunId : null;
  const table = useReviewTable(batchId, id, id !== null);
  const followed = useRef<number | null>(null);
  useEffect(() => {
    if (asked === null || asked === followed.current) return;
    followed.current = asked;
    move(batchId, { otherRunId: asked });
  }, [asked, batchId, move]);
  // What the address names may be no other run of this batch.
  const isUnknown = otherRunId !== null && id === null && runs.length > 0;
  useEffect(() => {
    if (isUnknown) move(batchId, { otherRunId: null, filter: { ...filter, runsDiffer: false } });
  }, [isUnknown, filter, batchId, move]);
  const choose = (next: number | null) => {
    setChoosing(false);
    move(batchId, { otherRunId: next, ...(next === null && { filter: { ...filter, runsDiffer: false } }) });
    // Tiles have no room for two maps.
    if (next !== null) setSettings({ view: 'strip' });
  };
  const on = useStableHandlers<OtherRunHandlers>({
    setChoosing,
    choose,
    toggle: () => {
      const [first, ...more] = choices;
      if (id !== null) choose(null);
      else if (more.length > 0) setChoosing(true);
      else if (first) choose(first.run.id);
    },
    swap: () => {
      if (id !== null) move(batchId, { runId: id, otherRunId: runId });
    },
    review: (next) => move(batchId, { runId: next, ...(next === id && { otherRunId: runId }) }),
    narrow: () => move(batchId, { filter: { ...filter, runsDiffer: !filter.runsDiffer }, kept: false }),
  });
  return {
    /** Null: none is compared with. */
    id,
    /** Null where none is, or while it is on its way. */
    data: id === null ? null : (table.data ?? null),
    /** Why its table could not be read. */
    error: id === null ? null : table.error,
    /** All runs of the batch, newest first, and those that can be compared with. */
    runs,
    choices,
    isChoosing,
    on,
  };
}
export type OtherRun = ReturnType<typeof useOtherRun>;
