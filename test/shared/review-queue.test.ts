import { describe, expect, it } from 'vitest';
import {
  countReview,
  EMPTY_FILTER,
  makeReviewList,
  matcher,
  nearestUnreviewed,
  nextInQueue,
  patchReviewList,
  queueOf,
  type ReviewFilter,
  type ReviewOrder,
  sortReview,
} from '../../src-shared/review-queue.ts';
import { type ReviewRow, toReviewColumns } from '../../src-shared/review-table.ts';

const thresholds = { warn: 0.3, reject: 0.6 };

function row(imageId: number, changes: Partial<ReviewRow> = {}): ReviewRow {
  return {
    imageId,
    name: `part ${imageId}.png`,
    page: null,
    status: 'done',
    score: 0.5,
    model: 'warn',
    human: null,
    defectClass: '',
    severity: null,
    overturned: false,
    regions: 1,
    notices: [],
    falsePositives: 0,
    missedDefects: 0,
    largestLength: null,
    largestArea: null,
    belowLimit: 0,
    disagreement: null,
    ...changes,
  };
}
const pending = { status: 'pending', score: null, model: null } as const;
const listOf = (rows: ReviewRow[]) => makeReviewList(toReviewColumns(rows));
const idsIn = (rows: ReviewRow[], order: ReviewOrder) => {
  const list = listOf(rows);
  return Array.from(sortReview(list, order, thresholds), (place) => list.rows[place]!.imageId);
};

describe('order', () => {
  const rows = [
    row(1, { score: 0.9 }),
    row(2, pending),
    row(3, { score: 0.31 }),
    row(4, { score: 0 }),
    row(5, { score: 0.58 }),
  ];

  it('puts the score nearest to either threshold first and images without a score last', () => {
    expect(idsIn(rows, 'threshold')).toEqual([3, 5, 1, 4, 2]);
  });

  it('goes by score in both directions, images without a score last in both', () => {
    expect(idsIn(rows, 'score-down')).toEqual([1, 5, 3, 4, 2]);
    expect(idsIn(rows, 'score-up')).toEqual([4, 3, 5, 1, 2]);
  });

  it('goes by name as people count: 2 before 10', () => {
    const named = ['b10.png', 'a.png', 'b2.png'].map((name, index) => row(index + 1, { name }));
    expect(idsIn(named, 'name')).toEqual([2, 3, 1]);
  });

  it('puts what the opinions are farthest apart on first, and images without second opinions last', () => {
    const apart = [
      row(1),
      row(2, { disagreement: 0 }),
      row(3, { disagreement: 0.9, score: 0.1 }),
      row(4, { disagreement: 0.3, score: 1 }),
    ];
    expect(idsIn(apart, 'disagreement')).toEqual([3, 4, 2, 1]);
  });

  it('puts the longest, or the largest, region that counts first, and images without one last', () => {
    const sized = [
      row(1),
      row(2, { largestLength: 12.5, largestArea: 90 }),
      row(3, { largestLength: 400, largestArea: 30 }),
      row(4, { largestLength: 12.75, largestArea: 91 }),
    ];
    expect(idsIn(sized, 'length-down')).toEqual([3, 4, 2, 1]);
    expect(idsIn(sized, 'area-down')).toEqual([4, 2, 3, 1]);
    expect(idsIn([row(1), row(2)], 'length-down')).toEqual([1, 2]);
  });

  it('sorts 100,000 images by length as a plain comparing sort does', () => {
    const many = Array.from({ length: 100_000 }, (_, index) =>
      row(index + 1, { largestLength: index % 9 === 0 ? null : ((index * 7919) % 99_991) / 17 }),
    );
    const lengthOf = ({ largestLength }: ReviewRow) => largestLength ?? -1;
    const naive = [...many].sort((a, b) => lengthOf(b) - lengthOf(a) || a.imageId - b.imageId);
    expect(idsIn(many, 'length-down')).toEqual(naive.map(({ imageId }) => imageId));
  });

  it('keeps equal scores in the order of import', () => {
    const equal = [7, 3, 5].map((id) => row(id));
    for (const order of ['threshold', 'score-down', 'score-up'] as const) {
      expect(idsIn(equal, order)).toEqual([7, 3, 5]);
    }
  });

  it('agrees with a plain comparing sort on many scores', () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      row(index + 1, { score: ((index * 7919) % 5003) / 5003 }),
    );
    const naive = [...many].sort((a, b) => b.score! - a.score! || a.imageId - b.imageId);
    expect(idsIn(many, 'score-down')).toEqual(naive.map(({ imageId }) => imageId));
  });
});

describe('patch', () => {
  it('keeps the scores as they are when only a verdict changes, so that nothing is sorted again', () => {
    const list = listOf([row(1), row(2)]);
    const judged = patchReviewList(list, [row(2, { human: 'accept' })]);
    expect(judged.scores).toBe(list.scores);
    expect(judged.rows[0]).toBe(list.rows[0]);
    expect(judged.rows[1]!.human).toBe('accept');
    expect(list.rows[1]!.human).toBeNull();
  });

  it('takes over how far opinions are apart, and leaves the scores as they are', () => {
    const list = listOf([row(1), row(2)]);
    const patched = patchReviewList(list, [row(1, { disagreement: 0.4 }), row(2, { disagreement: 0.2 })]);
    expect([...patched.disagreements]).toEqual([0.4, 0.2]);
    expect([...list.disagreements]).toEqual([Number.NaN, Number.NaN]);
    expect(patched.scores).toBe(list.scores);
  });

  it('takes over sizes that came, and leaves the scores as they are', () => {
    const list = listOf([row(1), row(2)]);
    const patched = patchReviewList(list, [row(2, { largestLength: 40, largestArea: 300 })]);
    expect([...patched.lengths]).toEqual([Number.NaN, 40]);
    expect([...patched.areas]).toEqual([Number.NaN, 300]);
    expect([...list.lengths]).toEqual([Number.NaN, Number.NaN]);
    expect(patched.scores).toBe(list.scores);
  });

  it('takes over a score that came, and leaves the old list alone', () => {
    const list = listOf([row(1, pending)]);
    const patched = patchReviewList(list, [row(1, { score: 0.7 }), row(99)]);
    expect(patched.scores[0]).toBe(0.7);
    expect(list.scores[0]).toBeNaN();
    expect(patched.rows).toHaveLength(1);
  });
});

describe('filter', () => {
  const passes = (filter: Partial<ReviewFilter>, changes: Partial<ReviewRow>) =>
    matcher({ ...EMPTY_FILTER, ...filter })(row(1, changes));

  it('takes lengths within both ends, an open end being no limit, and only of images with a region that counts', () => {
    const lengths = [null, 4, 5, 9, 10];
    const through = (length: ReviewFilter['length']) =>
      lengths.filter((largestLength) => passes({ length }, { largestLength }));
    expect(through([5, 9])).toEqual([5, 9]);
    expect(through([5, null])).toEqual([5, 9, 10]);
    expect(through([null, 5])).toEqual([4, 5]);
    expect(through([null, null])).toEqual([4, 5, 9, 10]);
  });

  it('takes images with a region below the limits', () => {
    expect(passes({ belowLimit: true }, { belowLimit: 2 })).toBe(true);
    expect(passes({ belowLimit: true }, { belowLimit: 0 })).toBe(false);
  });

  it('finds all words in name or class, in whatever case', () => {
    expect(passes({ text: 'SIDE scratch' }, { name: 'b/Side.png', defectClass: 'Scratch' })).toBe(true);
    expect(passes({ text: 'side dent' }, { name: 'b/Side.png', defectClass: 'Scratch' })).toBe(false);
  });

  it('takes values of one kind as alternatives and kinds together', () => {
    const filter = { model: ['accept', 'warn'], human: ['reject'] } as const;
    expect(passes(filter, { model: 'accept', human: 'reject' })).toBe(true);
    expect(passes(filter, { model: 'reject', human: 'reject' })).toBe(false);
    expect(passes(filter, { model: 'accept', human: 'accept' })).toBe(false);
    expect(passes(filter, { model: 'accept', human: null })).toBe(false);
  });

  it('calls only images unreviewed that have something to look at', () => {
    expect(passes({ unreviewed: true }, {})).toBe(true);
    expect(passes({ unreviewed: true }, { status: 'failed', score: null, model: null })).toBe(true);
    expect(passes({ unreviewed: true }, pending)).toBe(false);
    expect(passes({ unreviewed: true }, { human: 'accept' })).toBe(false);
    expect(passes({ unreviewed: true, human: ['accept'] }, { human: 'accept' })).toBe(true);
  });

  it('narrows by score, ends included, and then shows no image without one', () => {
    expect(passes({ score: [0.5, 0.6] }, { score: 0.5 })).toBe(true);
    expect(passes({ score: [0.5, 0.6] }, { score: 0.61 })).toBe(false);
    expect(passes({ score: [0, 1] }, pending)).toBe(false);
  });

  it('narrows by class, overturned, annotations and state', () => {
    expect(passes({ defectClass: 'dent' }, { defectClass: 'dent' })).toBe(true);
    expect(passes({ defectClass: 'dent' }, { defectClass: 'dents' })).toBe(false);
    expect(passes({ overturned: true }, {})).toBe(false);
    expect(passes({ marked: true }, { missedDefects: 1 })).toBe(true);
    expect(passes({ disagreeing: true }, { disagreement: 0.5 })).toBe(true);
    expect(passes({ disagreeing: true }, { disagreement: 0.49 })).toBe(false);
    expect(passes({ disagreeing: true }, {})).toBe(false);
    expect(passes({ status: ['failed'] }, { status: 'failed' })).toBe(true);
    expect(passes({ status: ['failed'] }, pending)).toBe(false);
  });

  it('keeps the image at hand in the queue, at its place', () => {
    const list = listOf([row(1), row(2, { human: 'accept' }), row(3)]);
    const order = sortReview(list, 'import', thresholds);
    const filter = { ...EMPTY_FILTER, unreviewed: true };
    expect(queueOf(list, order, filter, 2).map(({ imageId }) => imageId)).toEqual([1, 2, 3]);
    expect(queueOf(list, order, filter, null).map(({ imageId }) => imageId)).toEqual([1, 3]);
  });
});

describe('next unreviewed', () => {
  const queue = [row(1), row(2, { human: 'accept' }), row(3, pending), row(4)];

  it('passes over reviewed and pending images, and begins again at the other end', () => {
    expect(nearestUnreviewed(queue, 0, 1)?.imageId).toBe(4);
    expect(nearestUnreviewed(queue, 3, 1)?.imageId).toBe(1);
    expect(nearestUnreviewed(queue, 0, -1)?.imageId).toBe(4);
  });

  it('passes by what others have open, unless nothing else is left', () => {
    const open = (...ids: number[]) => new Set(ids);
    const all = [row(1), row(2), row(3), row(4, { human: 'accept' })];
    expect(nearestUnreviewed(all, 0, 1, open(2))?.imageId).toBe(3);
    expect(nearestUnreviewed(all, 0, -1, open(3))?.imageId).toBe(2);
    expect(nearestUnreviewed(all, 0, 1, open(2, 3))?.imageId).toBe(2);
    expect(nextInQueue(all, 0, open(2, 3))?.imageId).toBe(4);
    expect(nextInQueue(all, 0, open(2, 3, 4))?.imageId).toBe(2);
    expect(nextInQueue(all, 3, open(1))).toBeUndefined();
  });

  it('finds none when only the image at hand is left', () => {
    expect(nearestUnreviewed(queue.slice(0, 3), 0, 1)).toBeUndefined();
    expect(nearestUnreviewed([], 0, 1)).toBeUndefined();
  });
});

describe('notices', () => {
  const rows = [
    row(1, { notices: ['sample-range'] }),
    row(2, { notices: ['sample-range', 'nearly-black'] }),
    row(3, { notices: ['single-colour'] }),
    row(4),
  ];
  const idsWith = (notice: ReviewFilter['notice']) =>
    rows.filter(matcher({ ...EMPTY_FILTER, notice })).map(({ imageId }) => imageId);

  it('narrow the queue to a kind, to any, or to those that put the verdict in doubt', () => {
    expect(idsWith('sample-range')).toEqual([1, 2]);
    expect(idsWith('transparency')).toEqual([]);
    expect(idsWith('any')).toEqual([1, 2, 3]);
    expect(idsWith('doubtful')).toEqual([2, 3]);
    expect(idsWith(null)).toEqual([1, 2, 3, 4]);
  });

  it('are counted by image and by kind', () => {
    expect(countReview(rows)).toMatchObject({
      noticed: 3,
      doubtful: 2,
      notices: [
        ['sample-range', 2],
        ['nearly-black', 1],
        ['single-colour', 1],
      ],
    });
  });
});

describe('counts', () => {
  it('counts every kind over all rows', () => {
    const counts = countReview([
      row(1, { model: 'reject', human: 'accept', overturned: true, falsePositives: 2 }),
      row(2, { model: 'accept', human: 'reject', overturned: true, defectClass: 'dent' }),
      row(3, { model: 'warn', human: 'reject', defectClass: 'crack' }),
      row(4, { model: 'warn', human: 'uncertain', defectClass: 'dent' }),
      row(5),
      row(6, pending),
    ]);
    expect(counts).toMatchObject({
      total: 6,
      model: { accept: 1, warn: 3, reject: 1 },
      human: { accept: 1, reject: 2, uncertain: 1 },
      unreviewed: 1,
      overturned: 2,
      marked: 1,
      status: { done: 5, pending: 1, failed: 0 },
      classes: [
        ['dent', 2],
        ['crack', 1],
      ],
      confusion: { accept: { accept: 0, warn: 0, reject: 1 }, reject: { accept: 1, warn: 1, reject: 0 } },
    });
  });
});
