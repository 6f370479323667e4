/** Share of resamples between the ends of an interval. */
export const CONFIDENCE = 0.95;

/** The middle 95 % of a figure over resamples. */
export interface BootstrapInterval {
  readonly low: number;
  readonly high: number;
}

/** How much higher one figure is than another of the same images. */
export interface PairedDifference {
  readonly difference: number;
  /** Null: without resamples. */
  readonly interval: BootstrapInterval | null;
  /** Two-sided, by inverting the interval; null: without resamples. Not corrected for how many pairs are compared. */
  readonly p: number | null;
  /** `noise`: 0 lies within the interval. */
  readonly verdict: 'better' | 'worse' | 'noise' | null;
}

/**
 * Percentile interval of a figure over resamples.
 * @param values NaN where a resample gives the figure no value; these do not count
 * @returns null of nothing
 */
export function bootstrapInterval(values: ArrayLike<number>): BootstrapInterval | null {
  const rising = Float64Array.from(values)
    .filter((value) => !Number.isNaN(value))
    .sort();
  if (rising.length === 0) return null;
  const tail = (1 - CONFIDENCE) / 2;
  return { low: quantile(rising, tail), high: quantile(rising, 1 - tail) };
}

/**
 * Whether one figure is higher than another, or that is noise.
 * @param difference of the figures themselves, first minus second
 * @param first of each resample, as in {@link bootstrapInterval}
 * @param second of the same resamples
 */
export function pairedDifference(
  difference: number,
  first: Float64Array,
  second: Float64Array,
): PairedDifference {
  const differences = first.map((value, i) => value - second[i]!);
  const interval = bootstrapInterval(differences);
  if (!interval) return { difference, interval, p: null, verdict: null };
  const verdict = interval.low > 0 ? 'better' : interval.high < 0 ? 'worse' : 'noise';
  return { difference, interval, p: twoSided(differences), verdict };
}

/** Twice the smaller tail on the other side of 0, the figure itself counted as one more resample. */
function twoSided(differences: Float64Array): number {
  let [below, above, all] = [1, 1, 1];
  for (const value of differences) {
    if (Number.isNaN(value)) continue;
    all++;
    if (value <= 0) below++;
    if (value >= 0) above++;
  }
  return Math.min(1, (2 * Math.min(below, above)) / all);
}

/** Linear between the neighbours, as NumPy's `quantile` does by default. @param rising at least one value */
function quantile(rising: Float64Array, share: number): number {
  const at = share * (rising.length - 1);
  const low = Math.floor(at);
  const next = rising[Math.min(low + 1, rising.length - 1)]!;
  return rising[low]! + (at - low) * (next - rising[low]!);
}
