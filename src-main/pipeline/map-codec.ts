import type { ScoreMap } from './score-map.ts';

/** Scores as stored: round(score · 65535), scores outside 0..1 clamped. */
export function quantiseMap(map: ScoreMap): Uint16Array {
  const { data } = map;
  const values = new Uint16Array(data.length);
  // A plain loop: `from` with a function is many times slower on a megapixel.
  for (let i = 0; i < data.length; i++) values[i] = Math.min(Math.max(data[i]!, 0), 1) * 65535 + 0.5;
  return values;
}

/** The reverse of {@link quantiseMap}, exact to 1 / 131070. */
export function dequantiseMap(values: Uint16Array, width: number, height: number): ScoreMap {
  const data = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) data[i] = values[i]! / 65535;
  return { width, height, data };
}
