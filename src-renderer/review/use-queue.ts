import { useCallback, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import {
  countReview,
  matcher,
  queueOf,
  type ReviewFilter,
  type ReviewList,
  sortReview,
} from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { scoreDifferences } from '../../src-shared/run-difference.ts';
import { useOpenElsewhere } from '../state/presence.ts';
import { scrollOffsets, useReviewPosition, useReviewPositions } from '../state/review-position.ts';
import { isAt, routeTo, useGo } from '../state/routes.ts';
import { useReviewSettings } from './review-settings.ts';
import type { ReviewData } from './review-table-cache.ts';

/** Milliseconds on an image before the address names it: browsers refuse addresses that change faster. */
const ADDRESS_REST = 300;

/**
 * The images to go through, and the one at hand.
 * @param asked image that the address names
 * @param other what the run that is compared with says; null: none is, or it is on its way
 */
export function useQueue(
  batchId: number,
  data: ReviewData | undefined,
  asked: number | null,
  other: ReviewList | null,
) {
  const place = useReviewPosition(batchId);
  const move = useReviewPositions((store) => store.move);
  const wanted = useReviewSettings((settings) => settings.order);
  const sortedBy = useDeferredValue(wanted);
  const go = useGo();
  const list = data?.list;
  const { warn = 0, reject = 1 } = data?.recipe ?? {};
  const { filter, kept, imageId: stored, otherRunId } = place;

  const scores = list?.scores;
  const disagreements = list?.disagreements;
  const lengths = list?.lengths;
  const areas = list?.areas;
  const names = list?.names;
  const otherScores = other?.scores;
  const positions = list?.positions;
  const otherPositions = other?.positions;
  const differences = useMemo(
    () =>
      scores && positions && otherScores && otherPositions
        ? scoreDifferences({ scores, positions }, { scores: otherScores, positions: otherPositions })
        : null,
    [scores, positions, otherScores, otherPositions],
  );
  const order = useMemo(
    () =>
      scores && disagreements && lengths && areas && names
        ? sortReview({ scores, disagreements, lengths, areas, names, differences }, sortedBy, {
            warn,
            reject,
          })
        : null,
    [scores, disagreements, lengths, areas, names, differences, sortedBy, warn, reject],
  );
  const matches = useMemo(() => matcher(filter, other), [filter, other]);
  const rowOf = (id: number | null): ReviewRow | null =>
    (id !== null && list?.rows[list.positions.get(id) ?? -1]) || null;
  const storedRow = rowOf(stored);
  const fits = storedRow !== null && matches(storedRow);
  const keep = storedRow && !fits && kept ? stored : null;
  const queue = useMemo<readonly ReviewRow[]>(
    () => (list && order ? queueOf(list, order, filter, keep, other) : []),
    [list, order, filter, keep, other],
  );
  const current = storedRow && (fits || keep !== null) ? storedRow : (queue[0] ?? null);
  const counts = useMemo(() => countReview(list?.rows ?? [], other), [list, other]);
  const { sample } = filter;
  const sampleProgress = useMemo(() => {
    if (!sample || !list) return null;
    const rows = sample.imageIds.flatMap((id) => list.rows[list.positions.get(id) ?? -1] ?? []);
    const judged = rows.filter(({ human }) => human === 'accept' || human === 'reject').length;
    return { judged, total: sample.imageIds.length };
  }, [sample, list]);
  const currentId = current?.imageId ?? null;
  const elsewhere = useOpenElsewhere(batchId, currentId);

  const select = useCallback((imageId: number) => move(batchId, { imageId, kept: true }), [batchId, move]);
  const narrow = useCallback(
    (next: ReviewFilter) => {
      scrollOffsets.delete(batchId);
      move(batchId, { filter: next, kept: false });
    },
    [batchId, move],
  );

  // Results that come in sort themselves before it: the first image stays at hand all the same.
  useEffect(() => {
    if (stored === null && currentId !== null) move(batchId, { imageId: currentId, kept: false });
  }, [stored, currentId, batchId, move]);
  // The address leads to the image (a link, a reload), and follows it.
  const written = useRef<{ readonly imageId: number; readonly otherRunId: number | null } | null>(null);
  const hasAsked = asked !== null && list?.positions.has(asked) === true;
  useEffect(() => {
    if (!hasAsked || asked === written.current?.imageId) return;
    written.current = { imageId: asked, otherRunId: null };
    move(batchId, { imageId: asked, kept: true });
  }, [asked, hasAsked, batchId, move]);
  useEffect(() => {
    const known = written.current;
    if (currentId === null || (currentId === known?.imageId && otherRunId === known.otherRunId)) return;
    const timer = setTimeout(() => {
      // Going to this address would bring a user back who has just left the screen.
      if (!isAt(routeTo.review(batchId))) return;
      written.current = { imageId: currentId, otherRunId };
      go(routeTo.review(batchId, currentId, otherRunId), { replace: true });
    }, ADDRESS_REST);
    return () => clearTimeout(timer);
  }, [currentId, otherRunId, batchId, go]);

  return { place, queue, current, counts, sampleProgress, elsewhere, select, narrow, rowOf, move };
}
export type Queue = ReturnType<typeof useQueue>;
