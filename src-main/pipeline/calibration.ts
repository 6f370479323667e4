/** How far good tokens may be: where an opinion says 0.5. */
export interface Limits {
  /** For single tokens: the map. */
  readonly map: number;
  /** For the mean of an image's farthest tokens. */
  readonly image: number;
}

/** Who the images are that limits come from: accepted parts, or images of a batch, of which some may have defects. */
export type GoodImages = 'references' | 'crowd';

/** How steeply a distance turns around its limit. */
export const DISTANCE_STEEPNESS = 4;
/** Share of further good images that may go beyond the limit. */
const BEYOND = 0.1;
/** The crowd may hold defects: its limit is so many robust standard deviations above its median. */
const CROWD_DEVIATIONS = 1;
/** Of a normal distribution, standard deviation over median absolute deviation. */
const MAD_SCALE = 1.4826;
/** Share of an image's tokens, the farthest, whose mean stands for the image. */
const TOP_SHARE = 0.01;
/** No limit is smaller: copies of one image have no distance. */
export const LEAST_LIMIT = 1e-3;
/** Limits without anything to compare a single reference with. */
const PRIOR = { plain: 0.2, smoothed: 0.07 };
const PRIOR_IMAGE = 0.85;
/** Values of a map this near to 0 or 1 are not told apart. */
const LEAST_VALUE = 1e-4;

export function logit(value: number): number {
  const clamped = Math.min(Math.max(value, LEAST_VALUE), 1 - LEAST_VALUE);
  return Math.log(clamped / (1 - clamped));
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** The mean of an image's farthest 1 % of tokens, at least one. */
export function topMean(distances: Float32Array): number {
  const sorted = distances.toSorted();
  const count = Math.max(1, Math.ceil(TOP_SHARE * distances.length));
  return sorted.subarray(-count).reduce((sum, value) => sum + value, 0) / count;
}

export function largest(values: Float32Array): number {
  return values.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
}

/** The value that a share of the values does not exceed, interpolated between the two next to it. */
export function quantile(values: Float32Array, share: number): number {
  const sorted = values.toSorted();
  const at = share * (sorted.length - 1);
  const low = sorted[Math.floor(at)]!;
  return low + (at - Math.floor(at)) * (sorted[Math.ceil(at)]! - low);
}

/** Limits from maps of distances of good images, each against the others. */
export function limitsOf(maps: readonly Float32Array[], who: GoodImages): Limits {
  const limit = (values: readonly number[]) => Math.max(LEAST_LIMIT, goodLimit(values, who));
  return { map: limit(maps.map(largest)), image: limit(maps.map(topMean)) };
}

/** Limits where a single reference has nothing to be compared with. */
export function priorLimits({ smoothed }: { readonly smoothed: boolean }): Limits {
  const map = smoothed ? PRIOR.smoothed : PRIOR.plain;
  return { map, image: PRIOR_IMAGE * map };
}

/**
 * Up to where a number of good images goes. Of references the k-th smallest of n, k = ⌈0.9 (n + 1)⌉, at most n (split
 * conformal prediction: of further good ones at most a tenth go beyond). Of a crowd the median plus one robust standard
 * deviation.
 */
export function goodLimit(values: readonly number[], who: GoodImages): number {
  if (who === 'crowd') {
    const middle = median(values);
    const deviations = values.map((value) => Math.abs(value - middle));
    return middle + CROWD_DEVIATIONS * MAD_SCALE * median(deviations);
  }
  const rank = Math.min(values.length, Math.ceil((1 - BEYOND) * (values.length + 1)));
  return values.toSorted((a, b) => a - b)[rank - 1]!;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The logit of what an opinion says of a distance: dᵏ / (dᵏ + qᵏ), 0 (a value of 0.5) at the limit q. */
export function distanceLogit(distance: number, limit: number): number {
  return DISTANCE_STEEPNESS * Math.log(Math.max(distance, 1e-6) / limit);
}
