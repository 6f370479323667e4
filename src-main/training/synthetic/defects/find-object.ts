import type { RgbImage } from '../../../../src-shared/rgb-image.ts';
import { blur } from '../field.ts';

/**
 * The object in front of a plain background, or null when the border of the image is not of one colour or the rest
 * is too small or too large to be an object.
 */
export function findObject(image: RgbImage): Uint8Array | null {
  const { width, height } = image;
  const sigma = Math.max(0.8, Math.max(width, height) / 300);
  const [red, green, blue] = [0, 1, 2].map((c) => {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = image.data[3 * i + c]!;
    return blur(plane, width, height, sigma);
  }) as [Float32Array, Float32Array, Float32Array];
  const border: number[] = [];
  const band = Math.max(1, Math.round(Math.min(width, height) * 0.015));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= band && y >= band && x < width - band && y < height - band) continue;
      border.push(y * width + x);
    }
  }
  const median = (plane: Float32Array) =>
    Float32Array.from(border, (i) => plane[i]!).sort()[border.length >> 1]!;
  const r0 = median(red);
  const g0 = median(green);
  const b0 = median(blue);
  // On a coloured background a shadow is the same colour, only darker; on a grey one it can't be told apart.
  const coloured = Math.max(r0, g0, b0) - Math.min(r0, g0, b0) > 30;
  const brightness = r0 + g0 + b0;
  const distance = (i: number) => {
    const own = red[i]! + green[i]! + blue[i]!;
    const dim = coloured && own < brightness ? Math.max(0.35, own / brightness) : 1;
    return Math.max(
      Math.abs(red[i]! - dim * r0),
      Math.abs(green[i]! - dim * g0),
      Math.abs(blue[i]! - dim * b0),
    );
  };
  const spread = Float32Array.from(border, distance).sort()[Math.floor(border.length * 0.8)]!;
  if (spread > 32) return null;
  const threshold = Math.max(14, spread * 1.6);
  const mask = new Uint8Array(width * height);
  let area = 0;
  let contrast = 0;
  for (let i = 0; i < mask.length; i++) {
    const own = distance(i);
    if (own <= threshold) continue;
    mask[i] = 255;
    contrast += own;
    area++;
  }
  const share = area / mask.length;
  if (share < 0.01 || share > 0.92) return null;
  // Streaks and clouds of a surface barely pass the threshold, an object passes it clearly.
  return contrast / area > 1.9 * threshold ? mask : null;
}

/** A mask (0 or 255) as cover 0..1 with soft edges. */
export function softMask(mask: Uint8Array, width: number, height: number): Float32Array {
  return blur(new Float32Array(mask.map((value) => (value > 127 ? 1 : 0))), width, height, 0.8);
}
