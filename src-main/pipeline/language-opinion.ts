import { clampLogit, logit, orderStatistic, robustLimit } from './calibration.ts';
import type { ScoreMap } from './score-map.ts';

/** Slope of the calibrated language opinion over the logit of its map. */
const SLOPE = 3;
/** Robust deviations above the crowd's median. */
const CROWD_DEVIATIONS = 1;

/** The highest logit of a language map. */
export function languagePeak({ data }: ScoreMap): number {
  return logit(data.reduce((max, value) => Math.max(max, value), 0));
}

/**
 * Up to where language fires on what is known to be good: outlines, threads, letters.
 * @param references peaks of accepted parts; without any the crowd's are taken, which may have defects
 */
export function languageLimit(references: readonly number[], crowd: readonly number[]): number {
  return references.length > 0 ? orderStatistic(references) : robustLimit(crowd, CROWD_DEVIATIONS);
}

/** The logit of what language says, discounted: 0 (a value of 0.5) at the limit. @param value logit of its map */
export function discounted(value: number, limit: number): number {
  return clampLogit(SLOPE * (value - limit));
}
