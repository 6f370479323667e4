import type { ScoreMap } from '../pipeline/score-map.ts';
import { forEachCell, meanInside } from './candidate-mask.ts';
import { type CandidateRegion, findCandidates } from './candidates.ts';
import { headWeightCount } from './head-weight-count.ts';
import type { MapMethod } from './method.ts';
import { objectShare } from './object-share.ts';
import { tokenSaliency } from './token-saliency.ts';

/** The largest share of the object's area that a defect has; the original says so product by product, 0.1 to 1. */
const LARGEST_DEFECT = 0.5;
/** By which power of e a saliency of 1 raises a candidate's score (SAA+'s). */
const SALIENCY_WEIGHT = 3;
/** Candidates that SAA+ keeps; the original's, for most products. */
const CANDIDATES_KEPT = 5;

/** Segment Any Anomaly (arXiv 2305.10724) without its prompts: every candidate counts, by how much it is like the words. */
export const saa: MapMethod = {
  lack: () => undefined,
  trainedParameters: headWeightCount,
  asksSam: true,
  async coarse(image, tools) {
    const { text, candidates } = await findCandidates(image, tools);
    return strongestOf(candidates, text);
  },
};

/**
 * SAA+: of the same candidates those that are not too large for a defect, scored by how much they stand out from the rest
 * of the image as well; the K best are averaged.
 */
export const saaPlus: MapMethod = {
  lack: () => undefined,
  trainedParameters: headWeightCount,
  asksSam: true,
  async coarse(image, tools) {
    const { text, candidates } = await findCandidates(image, tools);
    const mostCells = LARGEST_DEFECT * objectShare(image, tools.pack.vision) * text.data.length;
    const small = candidates.filter(({ mask }) => mask.area <= mostCells);
    const saliency = await tokenSaliency(image, tools);
    return averageOf(bestOf(rescored(small, saliency), CANDIDATES_KEPT), text);
  },
};

/** At each cell the highest score of the candidates that cover it; 0 where none does. */
export function strongestOf(
  candidates: readonly CandidateRegion[],
  { width, height }: Pick<ScoreMap, 'width' | 'height'>,
): ScoreMap {
  const data = new Float32Array(width * height);
  for (const { mask, score } of candidates.toSorted((a, b) => a.score - b.score)) {
    forEachCell(mask, (cell) => {
      data[cell] = score;
    });
  }
  return { width, height, data };
}

/**
 * Candidates rescored by the mean saliency inside. SAA+ multiplies the score by e to the power of three times that; here
 * its odds are, so that it stays below 1: small scores are multiplied as there.
 * @param saliency 0..1 per cell
 */
export function rescored(candidates: readonly CandidateRegion[], saliency: ScoreMap): CandidateRegion[] {
  return candidates.map(({ mask, score }) => {
    const factor = Math.exp(SALIENCY_WEIGHT * meanInside(mask, saliency));
    return { mask, score: (score * factor) / (1 - score + score * factor) };
  });
}

/** The candidates with the highest scores; of equal ones the first. */
export function bestOf(candidates: readonly CandidateRegion[], count: number): CandidateRegion[] {
  return candidates.toSorted((a, b) => b.score - a.score).slice(0, count);
}

/** At each cell the mean score of the candidates that cover it; 0 where none does. */
export function averageOf(
  candidates: readonly CandidateRegion[],
  { width, height }: Pick<ScoreMap, 'width' | 'height'>,
): ScoreMap {
  const sums = new Float64Array(width * height);
  const counts = new Uint16Array(width * height);
  for (const { mask, score } of candidates) {
    forEachCell(mask, (cell) => {
      sums[cell]! += score;
      counts[cell]!++;
    });
  }
  return { width, height, data: Float32Array.from(sums, (sum, cell) => sum / Math.max(1, counts[cell]!)) };
}
