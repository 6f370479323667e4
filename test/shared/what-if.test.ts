import { describe, expect, it } from 'vitest';
import { type HumanVerdict, type ModelVerdict, modelVerdict } from '../../src-shared/verdict.ts';
import { flippedRows, histogram, nearestIndex, scoreTable, tryThresholds } from '../../src-shared/what-if.ts';

type Row = readonly [score: number | null, model: ModelVerdict | null, human: HumanVerdict | null];

function tableOf(rows: readonly Row[]) {
  return scoreTable({
    score: rows.map(([score]) => score),
    model: rows.map(([, model]) => model),
    human: rows.map(([, , human]) => human),
  });
}

// A run with warn = 0.5 and reject = 0.8.
const RUN: readonly Row[] = [
  [0.9, 'reject', 'accept'],
  [0.1, 'accept', null],
  [null, null, null],
  [0.5, 'warn', 'reject'],
  [0.45, 'accept', 'reject'],
  [0.8, 'reject', 'reject'],
  [0.7, 'warn', 'uncertain'],
  [0.2, 'accept', 'accept'],
];

const counts = ({ flips }: ReturnType<typeof tryThresholds>) =>
  Object.fromEntries(
    flips.filter(({ count }) => count > 0).map(({ from, to, count }) => [`${from}→${to}`, count]),
  );

describe('whatIf', () => {
  const table = tableOf(RUN);

  it('flips nothing under the thresholds of the run', () => {
    const same = tryThresholds(table, { warn: 0.5, reject: 0.8 });
    expect(same.totals).toEqual({ accept: 3, warn: 2, reject: 2 });
    expect(same.flipped).toBe(0);
    expect(same.agreement).toEqual({ judged: 5, agreeing: 2, falseAccepts: 1, falseRejects: 1, asked: 1 });
  });

  it('counts a score that equals a threshold as at or above it', () => {
    expect(tryThresholds(table, { warn: 0.45, reject: 0.7 }).totals).toEqual({
      accept: 2,
      warn: 2,
      reject: 3,
    });
  });

  it('counts the flips by kind, and the agreement that they change', () => {
    // By hand: 0.45 and 0.5 become warn or stay it, 0.7 and 0.8 become or stay reject.
    const stricter = tryThresholds(table, { warn: 0.4, reject: 0.6 });
    expect(counts(stricter)).toEqual({ 'accept→warn': 1, 'warn→reject': 1 });
    expect(stricter.agreement).toEqual({
      judged: 5,
      agreeing: 2,
      falseAccepts: 0,
      falseRejects: 1,
      asked: 2,
    });
    const milder = tryThresholds(table, { warn: 0.85, reject: 0.95 });
    expect(counts(milder)).toEqual({ 'warn→accept': 2, 'reject→accept': 1, 'reject→warn': 1 });
    expect(milder.agreement).toEqual({ judged: 5, agreeing: 1, falseAccepts: 3, falseRejects: 0, asked: 1 });
  });

  it('rejects everything at 0 and nothing above the highest score', () => {
    expect(tryThresholds(table, { warn: 0, reject: 0 }).totals).toEqual({ accept: 0, warn: 0, reject: 7 });
    expect(tryThresholds(table, { warn: 1, reject: 1 }).totals).toEqual({ accept: 7, warn: 0, reject: 0 });
  });

  it('has nothing to say about a run without results', () => {
    const empty = tryThresholds(tableOf([[null, null, null]]), { warn: 0.2, reject: 0.3 });
    expect(empty.totals).toEqual({ accept: 0, warn: 0, reject: 0 });
    expect(empty.flipped).toBe(0);
  });

  it('agrees with counting image by image', () => {
    const verdicts = [null, 'accept', 'reject', 'uncertain'] as const;
    const rows = Array.from({ length: 500 }, (_, i): Row => {
      const score = ((i * 7919) % 101) / 100;
      return [score, modelVerdict(score, { warn: 0.4, reject: 0.7 }), verdicts[(i * 31) % 4]!];
    });
    const thresholds = { warn: 0.55, reject: 0.63 };
    const fresh = rows.map(([score]) => modelVerdict(score!, thresholds));
    const many = tableOf(rows);
    const result = tryThresholds(many, thresholds);
    const count = (is: (to: ModelVerdict, row: Row) => boolean) =>
      rows.filter((row, i) => is(fresh[i]!, row)).length;
    for (const verdict of ['accept', 'warn', 'reject'] as const) {
      expect(result.totals[verdict]).toBe(count((to) => to === verdict));
    }
    for (const { from, to, count: flips } of result.flips) {
      expect(flips).toBe(count((verdict, row) => verdict === to && row[1] === from));
    }
    expect(result.agreement.falseAccepts).toBe(count((to, row) => to === 'accept' && row[2] === 'reject'));
    expect(result.agreement.falseRejects).toBe(count((to, row) => to === 'reject' && row[2] === 'accept'));
    const flipped = rows.flatMap((row, i) => (fresh[i] === row[1] ? [] : [i]));
    expect([...flippedRows(many, thresholds)].sort((a, b) => a - b)).toEqual(flipped);
  });

  it('counts 100,000 images by looking at a few of them', () => {
    const rows = Array.from(
      { length: 100_000 },
      (_, i): Row => [((i * 7919) % 99_991) / 99_991, 'warn', null],
    );
    const many = tableOf(rows);
    let looks = 0;
    const watched = <T extends Float64Array | Uint32Array>(values: T) =>
      new Proxy(values, {
        get(target, key) {
          if (!Number.isNaN(Number(key))) looks++;
          return Reflect.get(target, key);
        },
      });
    const { scores, before } = many;
    const thresholds = { warn: 0.3, reject: 0.6 };
    const counted = tryThresholds({ ...many, scores: watched(scores), before: watched(before) }, thresholds);
    expect(counted).toEqual(tryThresholds(many, thresholds));
    // Twice log2(100,000) ≈ 17 for the thresholds, and three ranges of 12 cells with two ends.
    expect(looks).toBeGreaterThan(0);
    expect(looks).toBeLessThanOrEqual(2 * 18 + 3 * 12 * 2);
  });
});

describe('flippedRows', () => {
  it('names the rows by rising score', () => {
    expect([...flippedRows(tableOf(RUN), { warn: 0.4, reject: 0.6 })]).toEqual([4, 6]);
    expect([...flippedRows(tableOf(RUN), { warn: 0.5, reject: 0.8 })]).toEqual([]);
  });
});

describe('histogram', () => {
  const table = tableOf([
    [0, 'accept', null],
    [0.25, 'accept', 'reject'],
    [0.49, 'warn', null],
    [0.5, 'warn', 'accept'],
    [1, 'reject', 'reject'],
  ]);

  it('stacks what the run said; 1 belongs to the last bin', () => {
    expect(histogram(table, 'model', 4)).toEqual({
      parts: ['accept', 'warn', 'reject'],
      bins: [
        [1, 0, 0],
        [1, 1, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    });
  });

  it('stacks what the inspectors said', () => {
    expect(histogram(table, 'human', 2)).toEqual({
      parts: ['accept', 'reject', 'uncertain', 'none'],
      bins: [
        [0, 1, 0, 2],
        [1, 1, 0, 0],
      ],
    });
  });
});

it('finds the nearest value of a rising list', () => {
  const values = [0.1, 0.2, 0.4];
  expect([0, 0.1, 0.14, 0.16, 0.29, 0.31, 1].map((value) => nearestIndex(values, value))).toEqual([
    0, 0, 0, 1, 1, 2, 2,
  ]);
});
