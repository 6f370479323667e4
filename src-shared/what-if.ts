import type { ReviewColumns } from './review-table.ts';
import { type HumanVerdict, type ModelVerdict, modelVerdict } from './verdict.ts';

export const MODEL_VERDICTS = ['accept', 'warn', 'reject'] as const satisfies readonly ModelVerdict[];
/** The inspectors' answers; `none`: not reviewed. */
export const HUMAN_ANSWERS = ['accept', 'reject', 'uncertain', 'none'] as const satisfies readonly (
  | HumanVerdict
  | 'none'
)[];
export type HumanAnswer = (typeof HUMAN_ANSWERS)[number];

export interface Thresholds {
  readonly warn: number;
  readonly reject: number;
}

const CELLS = MODEL_VERDICTS.length * HUMAN_ANSWERS.length;

/**
 * The inspected images of a run by rising score, with running counts per verdict of the run and answer of the
 * inspector, so that any range of scores is counted in O(log n).
 */
export interface ScoreTable {
  readonly scores: Float64Array;
  /** Row of each image in the review table. */
  readonly rows: Int32Array;
  /** Position of each image's verdict of the run in {@link MODEL_VERDICTS}. */
  readonly verdicts: Uint8Array;
  /** (n + 1) × {@link CELLS}: images before position i with each pair of verdict and answer. */
  readonly before: Uint32Array;
}

/** Sorts a run's images once; images without a score (not inspected, failed) are left out. */
export function scoreTable(columns: Pick<ReviewColumns, 'score' | 'model' | 'human'>): ScoreTable {
  const { score, model, human } = columns;
  const inspected: number[] = [];
  for (let row = 0; row < score.length; row++) {
    if (score[row] !== null && model[row] !== null) inspected.push(row);
  }
  const rows = Int32Array.from(inspected).sort((a, b) => score[a]! - score[b]! || a - b);
  const scores = new Float64Array(rows.length);
  const verdicts = new Uint8Array(rows.length);
  const before = new Uint32Array((rows.length + 1) * CELLS);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    scores[i] = score[row]!;
    verdicts[i] = MODEL_VERDICTS.indexOf(model[row]!);
    before.copyWithin((i + 1) * CELLS, i * CELLS, (i + 1) * CELLS);
    const cell = cellOf(verdicts[i]!, HUMAN_ANSWERS.indexOf(human[row] ?? 'none'));
    before[(i + 1) * CELLS + cell]! += 1;
  }
  return { scores, rows, verdicts, before };
}

/** What the thresholds would make of a run. */
export interface WhatIf {
  readonly totals: Readonly<Record<ModelVerdict, number>>;
  /** Images whose verdict would be another one, by kind. */
  readonly flips: readonly {
    readonly from: ModelVerdict;
    readonly to: ModelVerdict;
    readonly count: number;
  }[];
  readonly flipped: number;
  /** Against the inspectors' verdicts, taken as the truth. `uncertain` is no verdict to compare with. */
  readonly agreement: {
    /** Images that an inspector accepted or rejected. */
    readonly judged: number;
    readonly agreeing: number;
    /** Rejected by the inspector, accepted under the thresholds: defects that slip through. */
    readonly falseAccepts: number;
    /** Accepted by the inspector, rejected under the thresholds. */
    readonly falseRejects: number;
    /** Under `warn`: the model leaves them to the inspector. */
    readonly asked: number;
  };
}

/** Counts verdicts, flips and agreement under other thresholds in O(log n). */
export function tryThresholds(table: ScoreTable, thresholds: Thresholds): WhatIf {
  const end = table.scores.length;
  const warnAt = firstAtLeast(table.scores, thresholds.warn);
  const rejectAt = Math.max(warnAt, firstAtLeast(table.scores, thresholds.reject));
  const ranges = { accept: [0, warnAt], warn: [warnAt, rejectAt], reject: [rejectAt, end] } as const;
  const counts = (to: ModelVerdict) => countCells(table, ranges[to][0], ranges[to][1]);
  const byNew = { accept: counts('accept'), warn: counts('warn'), reject: counts('reject') };
  const flips = MODEL_VERDICTS.flatMap((from) =>
    MODEL_VERDICTS.filter((to) => to !== from).map((to) => ({ from, to, count: ofVerdict(byNew[to], from) })),
  );
  const human = (to: ModelVerdict, answer: HumanAnswer) => ofAnswer(byNew[to], answer);
  const asked = human('warn', 'accept') + human('warn', 'reject');
  const falseAccepts = human('accept', 'reject');
  const falseRejects = human('reject', 'accept');
  const agreeing = human('accept', 'accept') + human('reject', 'reject');
  return {
    totals: { accept: warnAt, warn: rejectAt - warnAt, reject: end - rejectAt },
    flips,
    flipped: flips.reduce((sum, { count }) => sum + count, 0),
    agreement: {
      judged: asked + falseAccepts + falseRejects + agreeing,
      agreeing,
      falseAccepts,
      falseRejects,
      asked,
    },
  };
}

/** Rows of the review table whose verdict would be another one, by rising score; O(n). */
export function flippedRows(table: ScoreTable, thresholds: Thresholds): Int32Array {
  const found = new Int32Array(table.rows.length);
  let count = 0;
  for (let i = 0; i < found.length; i++) {
    const verdict = modelVerdict(table.scores[i]!, thresholds);
    if (verdict !== MODEL_VERDICTS[table.verdicts[i]!]) found[count++] = table.rows[i]!;
  }
  return found.slice(0, count);
}

/** Images per range of scores and part of the stack. */
export interface Histogram<Part extends string> {
  readonly parts: readonly Part[];
  /** Per bin the counts of the parts; bin b holds scores in [b / bins, (b + 1) / bins), the last one 1 too. */
  readonly bins: readonly (readonly number[])[];
}

/** Score histogram stacked by what the run said, or by what the inspectors said. */
export function histogram(
  table: ScoreTable,
  by: 'model' | 'human',
  bins: number,
): Histogram<ModelVerdict | HumanAnswer> {
  const edges = Array.from({ length: bins + 1 }, (_, bin) =>
    bin === bins ? table.scores.length : firstAtLeast(table.scores, bin / bins),
  );
  const cells = Array.from({ length: bins }, (_, bin) => countCells(table, edges[bin]!, edges[bin + 1]!));
  return by === 'model'
    ? {
        parts: MODEL_VERDICTS,
        bins: cells.map((c) => MODEL_VERDICTS.map((verdict) => ofVerdict(c, verdict))),
      }
    : { parts: HUMAN_ANSWERS, bins: cells.map((c) => HUMAN_ANSWERS.map((answer) => ofAnswer(c, answer))) };
}

/** Position of the value nearest to `value` in a rising list that is not empty. */
export function nearestIndex(rising: readonly number[], value: number): number {
  const at = Math.min(firstAtLeast(rising, value), rising.length - 1);
  return at > 0 && value - rising[at - 1]! <= rising[at]! - value ? at - 1 : at;
}

/** Position of the first value ≥ `limit` in a rising list; its length where there is none. */
function firstAtLeast(rising: ArrayLike<number>, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

function cellOf(verdict: number, answer: number): number {
  return verdict * HUMAN_ANSWERS.length + answer;
}

/** Images at positions `from` to `to` (not included) per cell. */
function countCells({ before }: ScoreTable, from: number, to: number): Uint32Array {
  const counts = new Uint32Array(CELLS);
  for (let cell = 0; cell < CELLS; cell++)
    counts[cell] = before[to * CELLS + cell]! - before[from * CELLS + cell]!;
  return counts;
}

function ofVerdict(counts: Uint32Array, verdict: ModelVerdict): number {
  const index = MODEL_VERDICTS.indexOf(verdict);
  return HUMAN_ANSWERS.reduce((sum, _, answer) => sum + counts[cellOf(index, answer)]!, 0);
}

function ofAnswer(counts: Uint32Array, answer: HumanAnswer): number {
  const index = HUMAN_ANSWERS.indexOf(answer);
  return MODEL_VERDICTS.reduce((sum, _, verdict) => sum + counts[cellOf(verdict, index)]!, 0);
}
