import type { ScoreMap } from './score-map.ts';

/** The maps that an image's score can be taken from; the coarse map on cells, the final map on frame pixels. */
export interface ImageMaps {
  readonly coarse: ScoreMap;
  readonly final: ScoreMap;
}

/** The image's anomaly score, 0..1: the maximum of its final map. */
export function imageScore({ final }: ImageMaps): number {
  let best = 0;
  for (let i = 0; i < final.data.length; i++) if (final.data[i]! > best) best = final.data[i]!;
  return best;
}
