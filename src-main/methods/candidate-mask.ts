import { MAP_SIDE } from '../../src-shared/frame.ts';
import type { LevelLogits } from '../pipeline/mask-levels.ts';
import type { ScoreMap } from '../pipeline/score-map.ts';

/** One of SAM's masks on the cells of the map frame: a bit per cell, so that hundreds can be kept and compared. */
export interface CandidateMask {
  /** 32 cells a word, row by row, the lowest bit first. */
  readonly bits: Uint32Array;
  /** Cells that it covers, at least 1. */
  readonly area: number;
  /** SAM's predicted IoU, unclamped. */
  readonly quality: number;
  /** How little the mask depends on where its logits are cut: the IoU of the masks at −1 and at 1, 0..1. */
  readonly stability: number;
}

/**
 * A mask of SAM's as bits.
 * @param level over SAM's whole lattice
 * @param cells the content's, from the lattice's top left corner
 * @returns undefined for a mask without a cell
 */
export function candidateMask(
  { logits, quality }: LevelLogits,
  { width, height }: Pick<ScoreMap, 'width' | 'height'>,
): CandidateMask | undefined {
  const bits = new Uint32Array(Math.ceil((width * height) / 32));
  let area = 0;
  let sure = 0;
  let possible = 0;
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const logit = logits[y * MAP_SIDE + x]!;
      if (logit > -1) possible++;
      if (logit > 1) sure++;
      if (!(logit > 0)) continue;
      area++;
      bits[cell >>> 5]! |= 1 << (cell & 31);
    }
  }
  return area === 0 ? undefined : { bits, area, quality, stability: sure / possible };
}

/** Calls back with every cell of a mask, row by row. */
export function forEachCell({ bits }: Pick<CandidateMask, 'bits'>, visit: (cell: number) => void): void {
  for (let word = 0; word < bits.length; word++) {
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1) {
      visit(word * 32 + 31 - Math.clz32(rest & -rest));
    }
  }
}

/** The mean of a map over a mask. */
export function meanInside(mask: Pick<CandidateMask, 'bits' | 'area'>, { data }: ScoreMap): number {
  let sum = 0;
  forEachCell(mask, (cell) => {
    sum += data[cell]!;
  });
  return sum / mask.area;
}

/** Cells in common as a share of the cells of both. */
function overlapOf(one: CandidateMask, other: CandidateMask): number {
  let common = 0;
  for (let word = 0; word < one.bits.length; word++) common += setBits(one.bits[word]! & other.bits[word]!);
  return common / (one.area + other.area - common);
}

/** The bits set in a word, all pairs, nibbles and bytes summed at once. */
function setBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * Of masks that are nearly the same, the one that SAM predicts the best quality for (non-maximum suppression).
 * @param most IoU up to which two masks are two
 * @returns by falling quality; of equal ones the first
 */
export function withoutDuplicates(masks: readonly CandidateMask[], most: number): CandidateMask[] {
  const kept: CandidateMask[] = [];
  for (const mask of masks.toSorted((a, b) => b.quality - a.quality)) {
    const isNew = kept.every((other) => {
      const [small, large] = mask.area < other.area ? [mask, other] : [other, mask];
      return small.area <= most * large.area || overlapOf(small, large) <= most;
    });
    if (isNew) kept.push(mask);
  }
  return kept;
}
