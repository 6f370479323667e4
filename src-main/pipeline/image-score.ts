import type { ScoreMap } from './score-map.ts';

/** The maps that an image's score can be taken from; the coarse map on cells, the final map on frame pixels. */
export interface ImageMaps {
  readonly coarse: ScoreMap;
  readonly final: ScoreMap;
}

/** The image's anomaly score, 0..1: the maximum of its final map. */
export function imageScore({ final }: ImageMaps): number {
  let best = 0;
  for (const value of final.data) if (value > best) best = value;
  return best;
}
