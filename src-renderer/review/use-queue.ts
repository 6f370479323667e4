import { useCallback, useDeferredValue, useEffect, useMemo, useRef } from 'react';
import {
  countReview,
  matcher,
  queueOf,
  type ReviewFilter,
  sortReview,
} from '../../src-shared/review-queue.ts';
import type { ReviewRow } from '../../src-shared/review-table.ts';
import { scrollOffsets, useReviewPosition, useReviewPositions } from '../state/review-position.ts';
import { isAt, routeTo, useGo } from '../state/routes.ts';
import { useReviewSettings } from './review-settings.ts';
import type { ReviewData } from './review-table-cache.ts';

/** Milliseconds on an image before the address names it: browsers refuse addresses that change faster. */
const ADDRESS_REST = 300;

/** The images to go through, and the one at hand. */
export function useQueue(batchId: number, data: ReviewData | undefined, asked: number | null) {
  const place = useReviewPosition(batchId);
  const move = useReviewPositions((store) => store.move);
  const wanted = useReviewSettings((settings) => settings.order);
  const sortedBy = useDeferredValue(wanted);
  const go = useGo();
  const list = data?.list;
  const { warn = 0, reject = 1 } = data?.recipe ?? {};
  const { filter, kept, imageId: stored } = place;

  const scores = list?.scores;
  const disagreements = list?.disagreements;
  const lengths = list?.lengths;
  const areas = list?.areas;
  const names = list?.names;
  const order = useMemo(
    () =>
      scores && disagreements && lengths && areas && names
        ? sortReview({ scores, disagreements, lengths, areas, names }, sortedBy, { warn, reject })
        : null,
    [scores, disagreements, lengths, areas, names, sortedBy, warn, reject],
  );
  const matches = useMemo(() => matcher(filter), [filter]);
  const rowOf = (id: number | null): ReviewRow | null =>
    (id !== null && list?.rows[list.positions.get(id) ?? -1]) || null;
  const storedRow = rowOf(stored);
  const fits = storedRow !== null && matches(storedRow);
  const keep = storedRow && !fits && kept ? stored : null;
  const queue = useMemo<readonly ReviewRow[]>(
    () => (list && order ? queueOf(list, order, filter, keep) : []),
    [list, order, filter, keep],
  );
  const current = storedRow && (fits || keep !== null) ? storedRow : (queue[0] ?? null);
  const counts = useMemo(() => countReview(list?.rows ?? []), [list]);
  const { sample } = filter;
  const sampleProgress = useMemo(() => {
    if (!sample || !list) return null;
    const rows = sample.imageIds.flatMap((id) => list.rows[list.positions.get(id) ?? -1] ?? []);
    const judged = rows.filter(({ human }) => human === 'accept' || human === 'reject').length;
    return { judged, total: sample.imageIds.length };
  }, [sample, list]);
  const currentId = current?.imageId ?? null;

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
  const written = useRef<number | null>(null);
  const hasAsked = asked !== null && list?.positions.has(asked) === true;
  useEffect(() => {
    if (!hasAsked || asked === written.current) return;
    written.current = asked;
    move(batchId, { imageId: asked, kept: true });
  }, [asked, hasAsked, batchId, move]);
  useEffect(() => {
    if (currentId === null || currentId === written.current) return;
    const timer = setTimeout(() => {
      // Going to this address would bring a user back who has just left the screen.
      if (!isAt(routeTo.review(batchId))) return;
      written.current = currentId;
      go(routeTo.review(batchId, currentId), { replace: true });
    }, ADDRESS_REST);
    return () => clearTimeout(timer);
  }, [currentId, batchId, go]);

  return { place, queue, current, counts, sampleProgress, select, narrow, rowOf, move };
}
export type Queue = ReturnType<typeof useQueue>;
