import type { ScoreMap } from './score-map.ts';

/** Scores as stored: round(score · 65535), scores outside 0..1 clamped. */
export function quantiseMap(map: ScoreMap): Uint16Array {
  return Uint16Array.from(map.data, (value) => Math.min(Math.max(value, 0), 1) * 65535 + 0.5);
}

/** The reverse of {@link quantiseMap}, exact to 1 / 131070. */
export function dequantiseMap(values: Uint16Array, width: number, height: number): ScoreMap {
  return { width, height, data: Float32Array.from(values, (value) => value / 65535) };
}
