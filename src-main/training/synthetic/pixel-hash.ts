/** A reproducible value in [0, 1) for a pixel: the same for the same position and key, whatever was drawn before. */
export function pixelHash(x: number, y: number, key: number): number {
  let h = Math.imul(x ^ key, 0x27d4eb2d) ^ Math.imul(y + 0x9e37, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}
