import { ClipSamError } from '../../src-shared/errors.ts';
import { connectedComponents } from './connected-components.ts';

/** Scores of 16 bits. */
export const SCORES = 65536;

/** The ground truth of an image. */
export interface ImageTruth {
  readonly width: number;
  readonly height: number;
  /** Row by row, non-zero = defective. */
  readonly mask: Uint8Array;
  /** Pixels of each 8-connected region of it. */
  readonly regions: readonly Int32Array[];
}

/** What pixel metrics have to know of a map and its image's truth; what is not there has no score. */
export interface ImageCounts {
  /** Scores that occur, rising. */
  readonly scores: Uint16Array;
  /** Pixels of each score on good ground and on defects. */
  readonly negatives: Uint32Array;
  readonly positives: Uint32Array;
  /** Of each score: sum over the truth's regions of the share of the region that has it. */
  readonly coverage: Float64Array;
  readonly regions: number;
}

/** @param mask width × height, non-zero = defective */
export function imageTruth(mask: Uint8Array, width: number, height: number): ImageTruth {
  return { width, height, mask, regions: connectedComponents(mask, width, height) };
}

/** Pixels by each of the 65,536 scores; see {@link ImageCounts}. */
export interface DenseCounts {
  readonly negatives: Float64Array;
  readonly positives: Float64Array;
  readonly coverage: Float64Array;
}

export function noCounts(): DenseCounts {
  return {
    negatives: new Float64Array(SCORES),
    positives: new Float64Array(SCORES),
    coverage: new Float64Array(SCORES),
  };
}

/**
 * Counts an image into what was counted before.
 * @param map quantised scores, width × height of the truth
 * @throws ClipSamError `input-invalid` when the sizes differ
 */
export function countInto(
  { negatives, positives, coverage }: DenseCounts,
  map: Uint16Array,
  { width, height, mask, regions }: ImageTruth,
): void {
  if (map.length !== width * height || mask.length !== map.length) {
    throw new ClipSamError(
      'input-invalid',
      `Map (${map.length} values) and mask (${mask.length}) don't cover ${width} × ${height} pixels.`,
    );
  }
  for (let i = 0; i < map.length; i++) {
    const counts = mask[i] ? positives : negatives;
    counts[map[i]!]!++;
  }
  for (const region of regions) {
    const share = 1 / region.length;
    for (const pixel of region) coverage[map[pixel]!]! += share;
  }
}

/** Counts one image. Map and errors as {@link countInto}. */
export function countImage(map: Uint16Array, truth: ImageTruth): ImageCounts {
  const { negatives, positives, coverage } = noCounts();
  countInto({ negatives, positives, coverage }, map, truth);
  const found = new Uint16Array(SCORES);
  let used = 0;
  for (let score = 0; score < SCORES; score++) {
    if (negatives[score]! + positives[score]! > 0) found[used++] = score;
  }
  const scores = found.slice(0, used);
  return {
    scores,
    negatives: Uint32Array.from(scores, (score) => negatives[score]!),
    positives: Uint32Array.from(scores, (score) => positives[score]!),
    coverage: Float64Array.from(scores, (score) => coverage[score]!),
    regions: truth.regions.length,
  };
}

/** Counts an image into what was counted before, by counts of its own. */
export function addCounts(into: DenseCounts, counts: ImageCounts): void {
  for (const [i, score] of counts.scores.entries()) {
    into.negatives[score]! += counts.negatives[i]!;
    into.positives[score]! += counts.positives[i]!;
    into.coverage[score]! += counts.coverage[i]!;
  }
}
