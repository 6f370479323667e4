import { expect, it } from 'vitest';
import {
  countReview,
  EMPTY_FILTER,
  makeReviewList,
  matcher,
  patchReviewList,
  queueOf,
  sortReview,
} from '../../src-shared/review-queue.ts';
import { type ReviewRow, toReviewColumns } from '../../src-shared/review-table.ts';
import { otherRowOf, runsDisagree, scoreDifferences } from '../../src-shared/run-difference.ts';
import { modelVerdict } from '../../src-shared/verdict.ts';

const thresholds = { warn: 0.3, reject: 0.6 };

/** A row with a score and the verdict that follows; null: the run has no result for it. */
function row(imageId: number, score: number | null): ReviewRow {
  const found =
    score === null
      ? ({ status: 'failed', score, model: null } as const)
      : ({ status: 'done', score, model: modelVerdict(score, thresholds) } as const);
  return {
    ...{ imageId, name: `part ${imageId}.png`, page: null, human: null, defectClass: '', severity: null },
    ...{ overturned: false, regions: 0, notices: [], falsePositives: 0, missedDefects: 0, belowLimit: 0 },
    ...{ largestLength: null, largestArea: null, disagreement: null },
    ...found,
  };
}
const listOf = (scores: Readonly<Record<number, number | null>>) =>
  makeReviewList(toReviewColumns(Object.entries(scores).map(([id, score]) => row(Number(id), score))));

const mine = listOf({ 1: 0.1, 2: 0.4, 3: 0.7, 4: null, 5: 0.9, 6: 0.5 });
const other = listOf({ 3: 0.95, 2: 0.5, 1: 0.8, 4: 0.8, 5: null });

it('runs disagree where both have a verdict, and not the same', () => {
  const apart = mine.rows.filter((one) => runsDisagree(one, otherRowOf(other, one.imageId)));
  expect(apart.map(({ imageId }) => imageId)).toEqual([1]);
  expect(otherRowOf(other, 6)).toBeUndefined();
  expect(otherRowOf(null, 1)).toBeUndefined();
});

it('the queue is narrowed to them and counts them; without another run it is not', () => {
  const filter = { ...EMPTY_FILTER, runsDiffer: true };
  const order = sortReview(mine, 'import', thresholds);
  const ids = (of: typeof other | null) => queueOf(mine, order, filter, null, of).map((one) => one.imageId);
  expect(ids(other)).toEqual([1]);
  expect(ids(null)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(matcher({ ...filter, model: ['warn'] }, other)(mine.rows[0]!)).toBe(false);
  expect(countReview(mine.rows, other).runsDiffer).toBe(1);
  expect(countReview(mine.rows).runsDiffer).toBeNull();
});

it('sorts by how far the scores are apart, and what one run lacks last', () => {
  const differences = scoreDifferences(mine, other);
  expect(differences[0]).toBeCloseTo(0.7);
  expect(differences[1]).toBeCloseTo(0.1);
  expect(differences[2]).toBeCloseTo(0.25);
  expect([...differences.slice(3)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  const order = sortReview({ ...mine, differences }, 'score-difference', thresholds);
  expect(Array.from(order, (place) => mine.rows[place]!.imageId)).toEqual([1, 3, 2, 4, 5, 6]);
  expect([...sortReview(mine, 'score-difference', thresholds)]).toEqual([0, 1, 2, 3, 4, 5]);
});

it('follows a result that comes in', () => {
  const later = patchReviewList(other, [row(3, 0.2)]);
  expect(countReview(mine.rows, later).runsDiffer).toBe(2);
  expect(scoreDifferences(mine, later)[2]).toBeCloseTo(0.5);
});
