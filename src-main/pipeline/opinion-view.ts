import {
  distanceLogit,
  type GoodImages,
  goodLimit,
  type Limits,
  largest,
  logit,
  topMean,
} from './calibration.ts';
import type { ScoreMap } from './score-map.ts';

/** What one opinion says of an image, in logits: 0 is as far as the farthest good one. */
export interface OpinionView {
  /** On the cells of the coarse map. */
  readonly cells: Float32Array;
  /** The same for the image's score: by limits of the whole image, also where the map has those of single positions. */
  readonly scored: Float32Array;
  /** Of the image as a whole. */
  readonly image: number;
}

/** Slope of the language opinion over the logit of its map. */
const LANGUAGE_SLOPE = 2;

/** The highest logit of a language map. */
export function languagePeak({ data }: ScoreMap): number {
  return logit(largest(data));
}

/**
 * Up to where language fires on what is good: outlines, threads, letters.
 * @param peaks of good images, see {@link languagePeak}
 */
export function languageLimit(peaks: readonly number[], who: GoodImages): number {
  return goodLimit(peaks, who);
}

/** What language says. @param limit logit of its map that good parts reach */
export function languageView({ data }: ScoreMap, limit: number): OpinionView {
  const cells = data.map((value) => LANGUAGE_SLOPE * (logit(value) - limit));
  return { cells, scored: cells, image: largest(cells) };
}

/** The logit of language's own map behind a logit of its opinion, relative to the limit. */
export function ownLogit(value: number): number {
  return value / LANGUAGE_SLOPE;
}

/**
 * What a comparison says.
 * @param distances per token
 * @param onCells brings values of tokens to the cells of the coarse map
 * @param positions up to where each token is good; absent: as all of them
 */
export function memoryView(
  distances: Float32Array,
  limits: Limits,
  onCells: (tokens: Float32Array) => Float32Array,
  positions?: Float32Array,
): OpinionView {
  const scored = onCells(distances).map((distance) => distanceLogit(distance, limits.map));
  const shares = positions && onCells(distances.map((distance, token) => distance / positions[token]!));
  return {
    cells: shares ? shares.map((share) => distanceLogit(share, 1)) : scored,
    scored,
    image: distanceLogit(topMean(distances), limits.image),
  };
}
