import { scoreColour } from './colour-map.ts';

/** Entries of the colour tables: fine enough for a threshold to move smoothly. */
const STEPS = 4096;

/**
 * Colours of the scores 0..1 for {@link paintMap}, RGBA bytes in memory order, not premultiplied. The scale is the
 * same for every image; below θ it fades away with the score, so that good parts stay clear.
 */
export function colourTable(theta: number): Uint32Array {
  const bytes = new Uint8Array(STEPS * 4);
  for (let i = 0; i < STEPS; i++) {
    const score = i / (STEPS - 1);
    bytes.set(scoreColour(score), i * 4);
    bytes[i * 4 + 3] = Math.round(255 * scoreOpacity(score, theta));
  }
  return new Uint32Array(bytes.buffer);
}

/** Opacity of a score: rises to a half at θ, steps up there, and goes on to 1. */
export function scoreOpacity(score: number, theta: number): number {
  if (score >= theta) return theta >= 1 ? 1 : 0.8 + 0.2 * ((score - theta) / (1 - theta));
  return 0.5 * (score / theta) ** 1.5;
}

/**
 * Paints a map.
 * @param map values 0..65535
 * @param table colours of equal steps of the score; a power of two, at most 65536
 * @param out as many pixels as the map has values
 */
export function paintMap(map: Uint16Array, table: Uint32Array, out: Uint32Array): void {
  const shift = 16 - Math.log2(table.length);
  for (let i = 0; i < map.length; i++) out[i] = table[map[i]! >> shift]!;
}
