import type { ScoreMap } from './score-map.ts';

/** The image's anomaly score, 0..1: the maximum of its final map. */
export function imageScore({ data }: ScoreMap): number {
  let best = 0;
  for (const value of data) if (value > best) best = value;
  return best;
}
