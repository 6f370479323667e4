/** How far good tokens may be: where an opinion says 0.5. */
export interface Limits {
  /** For single tokens: the map. */
  readonly map: number;
  /** For the mean of an image's farthest tokens: its score. */
  readonly image: number;
}

/** How steeply an opinion turns around its limit. */
const STEEPNESS = 6;
/** Share of good images that stay within the limit. */
const COVERED = 0.9;
/** A limit from few good images is too low by about this share over their number. */
const FEW = 0.5;
/** The crowd may hold defects: its limit is so many robust deviations above its median. */
const CROWD_DEVIATIONS = 3;
/** Of a normal distribution, standard deviation over median absolute deviation. */
const MAD_SCALE = 1.4826;
/** Share of an image's tokens, the farthest, that its score is the mean of. */
const TOP_SHARE = 0.01;
/** Logits stay within ± this. */
const MAX_LOGIT = Math.log((1 - 1e-4) / 1e-4);

/** Limits where there is a single reference, and so nothing to compare it with. */
export const SINGLE_LIMITS: Limits = { map: 0.4, image: 0.3 };

export function logit(value: number): number {
  return clampLogit(Math.log(value / (1 - value)));
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

export function clampLogit(value: number): number {
  return Math.min(Math.max(value, -MAX_LOGIT), MAX_LOGIT);
}

/** An image's score before calibration: the mean of its farthest 1 % of tokens, at least one. */
export function topMean(distances: Float32Array): number {
  const sorted = distances.toSorted();
  const count = Math.max(1, Math.ceil(TOP_SHARE * distances.length));
  return sorted.subarray(-count).reduce((sum, value) => sum + value, 0) / count;
}

/** Limits from the leave-one-out distances of references, a map each. */
export function referenceLimits(maps: readonly Float32Array[]): Limits {
  const raise = 1 + FEW / maps.length;
  return {
    map: raise * orderStatistic(maps.map(largest)),
    image: raise * orderStatistic(maps.map(topMean)),
  };
}

/** Limits from the distances of a crowd's images to the others, a map each; some may have defects. */
export function crowdLimits(maps: readonly Float32Array[]): Limits {
  return {
    map: robustLimit(maps.map(largest), CROWD_DEVIATIONS),
    image: robustLimit(maps.map(topMean), CROWD_DEVIATIONS),
  };
}

/**
 * What nine of ten more good images stay below: the k-th smallest of n, k = ⌈0.9 (n + 1)⌉ at most n (split conformal
 * prediction).
 */
export function orderStatistic(values: readonly number[]): number {
  const rank = Math.min(values.length, Math.ceil(COVERED * (values.length + 1)));
  return values.toSorted((a, b) => a - b)[rank - 1]!;
}

/** Median plus so many robust standard deviations. */
export function robustLimit(values: readonly number[], deviations: number): number {
  const middle = median(values);
  return middle + deviations * MAD_SCALE * median(values.map((value) => Math.abs(value - middle)));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The logit of what an opinion says of a distance: dᵏ / (dᵏ + qᵏ), 0 (a value of 0.5) at the limit q. */
export function distanceLogit(distance: number, limit: number): number {
  return clampLogit(STEEPNESS * Math.log(distance / limit));
}

function largest(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, value), 0);
}
