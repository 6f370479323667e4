import type { ReviewRow } from './review-table.ts';

/** What another run says of the same images: its rows, and the place of each image among them. */
export interface OtherRows {
  readonly rows: readonly ReviewRow[];
  readonly positions: ReadonlyMap<number, number>;
}

/** What the other run says of an image; undefined: there is none, or it does not know the image. */
export function otherRowOf(other: OtherRows | null, imageId: number): ReviewRow | undefined {
  const place = other?.positions.get(imageId);
  return place === undefined ? undefined : other?.rows[place];
}

/** True where both runs have a verdict on the image, and not the same. */
export function runsDisagree(row: ReviewRow, other: ReviewRow | undefined): boolean {
  return row.model !== null && other !== undefined && other.model !== null && row.model !== other.model;
}

/** Scores by place, and places by image. */
interface Scored {
  readonly scores: Float64Array;
  readonly positions: ReadonlyMap<number, number>;
}

/** How far the scores of two runs are apart (0..1), by place in the first; NaN where one of them has none. */
export function scoreDifferences(list: Scored, other: Scored): Float64Array {
  const apart = new Float64Array(list.scores.length).fill(Number.NaN);
  for (const [imageId, place] of list.positions) {
    const there = other.positions.get(imageId);
    if (there !== undefined) apart[place] = Math.abs(list.scores[place]! - other.scores[there]!);
  }
  return apart;
}
