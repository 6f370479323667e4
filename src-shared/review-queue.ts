import { isWarning, type NoticeCode } from './notice.ts';
import { type ReviewColumns, type ReviewRow, toReviewRows } from './review-table.ts';
import { type OtherRows, otherRowOf, runsDisagree } from './run-difference.ts';
import type { HumanVerdict, ModelVerdict } from './verdict.ts';

/**
 * The images of a batch in the order of their import. What is sorted by keeps its identity until one of its values changes, so
 * that what was sorted can be kept; a verdict changes nothing of it.
 */
export interface ReviewList {
  readonly rows: readonly ReviewRow[];
  /** Place in `rows` by image. */
  readonly positions: ReadonlyMap<number, number>;
  /** Score by place; NaN where there is none. */
  readonly scores: Float64Array;
  /** How far the opinions are apart, by place; NaN where there are no second ones. */
  readonly disagreements: Float64Array;
  /** Longest caliper and area in pixels of the largest region that counts, by place; NaN where there is none. */
  readonly lengths: Float64Array;
  readonly areas: Float64Array;
  readonly names: readonly string[];
}

/** A list from the table's columns. */
export function makeReviewList(columns: ReviewColumns): ReviewList {
  const rows = toReviewRows(columns);
  return {
    rows,
    positions: new Map(rows.map(({ imageId }, position) => [imageId, position])),
    scores: valuesOf(columns.score),
    disagreements: valuesOf(columns.disagreement),
    lengths: valuesOf(columns.largestLength),
    areas: valuesOf(columns.largestArea),
    names: columns.name,
  };
}

function valuesOf(column: readonly (number | null)[]): Float64Array {
  return Float64Array.from(column, (value) => value ?? Number.NaN);
}

/** The list with some rows replaced; rows of unknown images are left out. Names are taken to stay as they are. */
export function patchReviewList(list: ReviewList, changed: readonly ReviewRow[]): ReviewList {
  const rows = [...list.rows];
  let { scores, disagreements, lengths, areas } = list;
  for (const row of changed) {
    const position = list.positions.get(row.imageId);
    if (position === undefined) continue;
    rows[position] = { ...row, name: rows[position]!.name };
    scores = withValue(scores, list.scores, position, row.score);
    disagreements = withValue(disagreements, list.disagreements, position, row.disagreement);
    lengths = withValue(lengths, list.lengths, position, row.largestLength);
    areas = withValue(areas, list.areas, position, row.largestArea);
  }
  return { ...list, rows, scores, disagreements, lengths, areas };
}

/** The values with one of them replaced: in a copy of the original, made when the first one differs. */
function withValue(
  values: Float64Array,
  original: Float64Array,
  position: number,
  given: number | null,
): Float64Array {
  const value = given ?? Number.NaN;
  if (Object.is(value, values[position])) return values;
  const copy = values === original ? original.slice() : values;
  copy[position] = value;
  return copy;
}

export const REVIEW_ORDERS = [
  'threshold',
  'score-down',
  'score-up',
  'disagreement',
  'score-difference',
  'length-down',
  'area-down',
  'name',
  'import',
] as const;
/**
 * `threshold`: nearest to the warn or reject threshold first, since those are the verdicts most in doubt.
 * `disagreement`: first those on which the opinions are farthest apart. `score-difference`: first those whose scores are
 * farthest apart in the two runs that are compared. `length-down`, `area-down`: first those with the
 * longest, or largest, region that counts.
 */
export type ReviewOrder = (typeof REVIEW_ORDERS)[number];

/**
 * Places of all rows in the wanted order. Rows without what it goes by come last; ties stay in the order of import.
 * @param list with how far the scores of two runs are apart, by place, where two are compared
 */
export function sortReview(
  { names, ...list }: Sortable & Pick<ReviewList, 'names'>,
  order: ReviewOrder,
  { warn, reject }: { readonly warn: number; readonly reject: number },
): Uint32Array {
  const places = new Uint32Array(names.length);
  for (let place = 0; place < places.length; place++) places[place] = place;
  if (order === 'import') return places;
  if (order === 'name') {
    const { compare } = new Intl.Collator(undefined, { numeric: true });
    return places.sort((a, b) => compare(names[a]!, names[b]!) || a - b);
  }
  const { values, rank } = rankBy(list, order, (score) =>
    Math.min(Math.abs(score - warn), Math.abs(score - reject)),
  );
  // Typed arrays sort numbers many times as fast without a comparing function: the rank (31 bits) and the place
  // (21 bits, 2 million images) share one number.
  const PLACES = 2 ** 21;
  const NO_VALUE = 2 ** 31;
  const keys = new Float64Array(values.length);
  for (let place = 0; place < keys.length; place++) {
    const value = values[place]!;
    keys[place] =
      (Number.isNaN(value) ? NO_VALUE : Math.round(rank(value) * (NO_VALUE - 1))) * PLACES + place;
  }
  keys.sort();
  for (let at = 0; at < keys.length; at++) places[at] = keys[at]! % PLACES;
  return places;
}

/** What images can be sorted by, by place. */
type Sortable = Pick<ReviewList, 'scores' | 'disagreements' | 'lengths' | 'areas'> & {
  readonly differences?: Float64Array | null;
};

/** What images are sorted by, and what brings it to 0 (first) to 1. */
function rankBy(
  list: Sortable,
  order: Exclude<ReviewOrder, 'import' | 'name'>,
  doubt: (score: number) => number,
): { readonly values: Float64Array; readonly rank: (value: number) => number } {
  const falling = (values: Float64Array) => {
    let most = 0;
    for (const value of values) if (value > most) most = value;
    return { values, rank: (value: number) => (most === 0 ? 0 : 1 - value / most) };
  };
  switch (order) {
    case 'threshold':
      return { values: list.scores, rank: doubt };
    case 'score-down':
      return { values: list.scores, rank: (score) => 1 - score };
    case 'score-up':
      return { values: list.scores, rank: (score) => score };
    case 'disagreement':
      return { values: list.disagreements, rank: (apart) => 1 - apart };
    case 'score-difference':
      return falling(list.differences ?? list.scores.map(() => Number.NaN));
    case 'length-down':
      return falling(list.lengths);
    case 'area-down':
      return falling(list.areas);
  }
}

/** What is looked at. Empty lists, empty text, null and false mean: everything. */
export interface ReviewFilter {
  readonly text: string;
  readonly model: readonly ModelVerdict[];
  readonly human: readonly HumanVerdict[];
  readonly unreviewed: boolean;
  readonly overturned: boolean;
  readonly marked: boolean;
  /** Images on which the opinions are {@link FAR_APART}. */
  readonly disagreeing: boolean;
  /** Images of which the run that is compared with says something else; all where none is. */
  readonly runsDiffer: boolean;
  readonly status: readonly ('failed' | 'pending')[];
  readonly defectClass: string | null;
  /** Images with a notice of this kind; `doubtful`: one that puts the verdict in doubt, `any`: whatever it is. */
  readonly notice: NoticeCode | 'doubtful' | 'any' | null;
  /** Lowest and highest score, 0..1. */
  readonly score: readonly [number, number] | null;
  /** The images that were drawn for a lot. */
  readonly sample: { readonly lotId: number; readonly imageIds: readonly number[] } | null;
  /** Least and largest length in pixels of the longest region that counts; a null end is open. */
  readonly length: readonly [number | null, number | null] | null;
  /** Images with a region that is below the recipe's limits. */
  readonly belowLimit: boolean;
}

export const EMPTY_FILTER: ReviewFilter = {
  text: '',
  model: [],
  human: [],
  unreviewed: false,
  overturned: false,
  marked: false,
  disagreeing: false,
  runsDiffer: false,
  status: [],
  defectClass: null,
  notice: null,
  score: null,
  length: null,
  belowLimit: false,
  sample: null,
};

/** Opinions that are half of the scale or more apart: where one says that all is well, another one does not. */
const FAR_APART = 0.5;

function isDisagreeing({ disagreement }: ReviewRow): boolean {
  return disagreement !== null && disagreement >= FAR_APART;
}

/** True for an image that has a result (or an error) to look at and no verdict of an inspector yet. */
function isUnreviewed(row: ReviewRow): boolean {
  return row.human === null && row.status !== 'pending';
}

/** True when the model's verdict must not be read without its notices. */
export function isDoubtful(row: ReviewRow): boolean {
  return row.notices.some(isWarning);
}

/**
 * Whether a filter lets a row through. Conditions of different kinds must all hold, values of one kind are alternatives.
 * @param other the run that is compared with; null: none is
 */
export function matcher(filter: ReviewFilter, other: OtherRows | null = null): (row: ReviewRow) => boolean {
  const words = filter.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const tests: ((row: ReviewRow) => boolean)[] = [];
  if (words.length > 0) {
    tests.push((row) => {
      const text = `${row.name} ${row.defectClass}`.toLocaleLowerCase();
      return words.every((word) => text.includes(word));
    });
  }
  if (filter.model.length > 0) tests.push(({ model }) => model !== null && filter.model.includes(model));
  if (filter.unreviewed || filter.human.length > 0) {
    tests.push((row) =>
      row.human === null ? filter.unreviewed && isUnreviewed(row) : filter.human.includes(row.human),
    );
  }
  if (filter.overturned) tests.push(({ overturned }) => overturned);
  if (filter.marked) tests.push((row) => row.falsePositives + row.missedDefects > 0);
  if (filter.disagreeing) tests.push(isDisagreeing);
  if (filter.runsDiffer && other) tests.push((row) => runsDisagree(row, otherRowOf(other, row.imageId)));
  if (filter.status.length > 0)
    tests.push(({ status }) => status !== 'done' && filter.status.includes(status));
  if (filter.defectClass !== null) tests.push((row) => row.defectClass === filter.defectClass);
  const { notice } = filter;
  if (notice === 'doubtful') tests.push(isDoubtful);
  else if (notice === 'any') tests.push(({ notices }) => notices.length > 0);
  else if (notice !== null) tests.push(({ notices }) => notices.includes(notice));
  if (filter.score) {
    const [low, high] = filter.score;
    tests.push(({ score }) => score !== null && score >= low && score <= high);
  }
  if (filter.length) {
    const [least, most] = filter.length;
    tests.push(
      ({ largestLength: length }) =>
        length !== null && length >= (least ?? 0) && length <= (most ?? Number.POSITIVE_INFINITY),
    );
  }
  if (filter.belowLimit) tests.push(({ belowLimit }) => belowLimit > 0);
  if (filter.sample) {
    const drawn = new Set(filter.sample.imageIds);
    tests.push(({ imageId }) => drawn.has(imageId));
  }
  return (row) => tests.every((test) => test(row));
}

/**
 * Images to go through, in order.
 * @param keep image that stays though the filter does not let it through: the one being looked at must not vanish
 *   from under the inspector with the verdict that was just given
 * @param other the run that is compared with; null: none is
 */
export function queueOf(
  list: ReviewList,
  order: Uint32Array,
  filter: ReviewFilter,
  keep: number | null,
  other: OtherRows | null = null,
): readonly ReviewRow[] {
  const matches = matcher(filter, other);
  const queue: ReviewRow[] = [];
  for (const place of order) {
    const row = list.rows[place]!;
    if (row.imageId === keep || matches(row)) queue.push(row);
  }
  return queue;
}

/** Images that somebody has open elsewhere. */
interface Elsewhere {
  has(imageId: number): boolean;
}

/** The next image of the queue that nobody has open elsewhere; where there is none, the next one. */
export function nextInQueue(
  queue: readonly ReviewRow[],
  from: number,
  elsewhere: Elsewhere,
): ReviewRow | undefined {
  return queue.slice(from + 1).find(({ imageId }) => !elsewhere.has(imageId)) ?? queue[from + 1];
}

/**
 * The nearest unreviewed image after (`step` 1) or before (-1) a place of the queue, beginning again at the other end;
 * undefined when there is none but the one at that place. It passes by what somebody has open elsewhere, unless nothing
 * else is left.
 */
export function nearestUnreviewed(
  queue: readonly ReviewRow[],
  from: number,
  step: 1 | -1,
  elsewhere: Elsewhere = new Set(),
): ReviewRow | undefined {
  const { length } = queue;
  let taken: ReviewRow | undefined;
  for (let distance = 1; distance <= length; distance++) {
    const place = (((from + step * distance) % length) + length) % length;
    const row = queue[place]!;
    if (place === from || !isUnreviewed(row)) continue;
    if (!elsewhere.has(row.imageId)) return row;
    taken ??= row;
  }
  return taken;
}

/** How many images there are of each kind, over the whole batch. */
export interface ReviewCounts {
  readonly total: number;
  readonly model: Readonly<Record<ModelVerdict, number>>;
  readonly human: Readonly<Record<HumanVerdict, number>>;
  readonly unreviewed: number;
  readonly overturned: number;
  readonly marked: number;
  /** Images with second opinions, and those of them on which the opinions are far apart. */
  readonly compared: number;
  readonly disagreeing: number;
  /** Images on which the two runs that are compared disagree; null: none is compared with. */
  readonly runsDiffer: number | null;
  /** Images with a region that counts, and those with one that is below the recipe's limits. */
  readonly measured: number;
  readonly belowLimit: number;
  /** Images with a notice, and those of them whose verdict is in doubt because of one. */
  readonly noticed: number;
  readonly doubtful: number;
  /** Images by kind of notice, most frequent first. */
  readonly notices: readonly (readonly [NoticeCode, number])[];
  readonly status: Readonly<Record<ReviewRow['status'], number>>;
  /** By defect class, most frequent first. */
  readonly classes: readonly (readonly [string, number])[];
  /** Model's verdict × inspector's accept or reject. */
  readonly confusion: Readonly<Record<'accept' | 'reject', Readonly<Record<ModelVerdict, number>>>>;
}

/** @param other the run that is compared with; null: none is */
export function countReview(rows: readonly ReviewRow[], other: OtherRows | null = null): ReviewCounts {
  const perModel = () => ({ accept: 0, warn: 0, reject: 0 });
  const counts = {
    total: rows.length,
    model: perModel(),
    human: { accept: 0, reject: 0, uncertain: 0 },
    unreviewed: 0,
    overturned: 0,
    marked: 0,
    compared: 0,
    disagreeing: 0,
    measured: 0,
    belowLimit: 0,
    noticed: 0,
    doubtful: 0,
    status: { pending: 0, done: 0, failed: 0 },
    confusion: { accept: perModel(), reject: perModel() },
  };
  const classes = new Map<string, number>();
  const notices = new Map<NoticeCode, number>();
  let runsDiffer = 0;
  for (const row of rows) {
    const { model, human } = row;
    if (model) counts.model[model]++;
    if (human) counts.human[human]++;
    if (model && (human === 'accept' || human === 'reject')) counts.confusion[human][model]++;
    if (isUnreviewed(row)) counts.unreviewed++;
    if (row.overturned) counts.overturned++;
    if (row.falsePositives + row.missedDefects > 0) counts.marked++;
    if (row.disagreement !== null) counts.compared++;
    if (isDisagreeing(row)) counts.disagreeing++;
    if (runsDisagree(row, otherRowOf(other, row.imageId))) runsDiffer++;
    if (row.largestLength !== null) counts.measured++;
    if (row.belowLimit > 0) counts.belowLimit++;
    counts.status[row.status]++;
    if (row.notices.length > 0) counts.noticed++;
    if (isDoubtful(row)) counts.doubtful++;
    for (const code of row.notices) notices.set(code, (notices.get(code) ?? 0) + 1);
    if (row.defectClass) classes.set(row.defectClass, (classes.get(row.defectClass) ?? 0) + 1);
  }
  return {
    ...counts,
    runsDiffer: other && runsDiffer,
    notices: byFrequency(notices),
    classes: byFrequency(classes),
  };
}

function byFrequency<Name extends string>(counts: ReadonlyMap<Name, number>): (readonly [Name, number])[] {
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}
