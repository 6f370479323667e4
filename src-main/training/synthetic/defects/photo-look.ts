import type { Random } from '../../../../src-shared/random.ts';
import { blur, clamp } from '../field.ts';
import type { PhotoLook } from './apply-to-photo.ts';

/** Guesses how a photo looks; light and shine are chosen at random. */
export function photoLook(
  planes: readonly [Float32Array, Float32Array, Float32Array],
  width: number,
  height: number,
  object: Float32Array | null,
  random: Random,
): PhotoLook {
  const azimuth = random.range(0, 2 * Math.PI);
  const elevation = random.range(0.5, 1.1);
  return {
    light: [
      Math.cos(azimuth) * Math.cos(elevation),
      Math.sin(azimuth) * Math.cos(elevation),
      Math.sin(elevation),
    ],
    ambient: random.range(0.2, 0.5),
    shine: random.chance(0.4) ? random.range(0.1, 0.5) : 0,
    blur: photoBlur(planes[1], width, height),
    object,
    backdrop: null,
  };
}

/**
 * Standard deviation of a photo's blur, from its strongest edges: for a blurred step the slope over one pixel
 * relative to that over four pixels tells how wide it is.
 */
function photoBlur(plane: Float32Array, width: number, height: number): number {
  const slopes: { one: number; four: number }[] = [];
  const stride = Math.max(1, Math.floor(height / 160));
  for (let y = 0; y < height; y += stride) {
    for (let x = 2; x < width - 3; x++) {
      const at = y * width + x;
      const four = Math.abs(plane[at + 3]! - plane[at - 1]!);
      if (four > 0.06) slopes.push({ one: Math.abs(plane[at + 1]! - plane[at]!), four });
    }
  }
  if (slopes.length === 0) return 0.8;
  slopes.sort((a, b) => b.four - a.four);
  // A sharp step gives a ratio of 1, a ramp that is wider than four pixels 0.25.
  const ratio = Math.max(...slopes.slice(0, 200).map((slope) => slope.one / slope.four));
  return clamp(0.42 / Math.max(0.25, ratio), 0.45, 1.6);
}

/** The photo with its object filled in from around: what a hole in the object shows. */
export function behind(
  planes: readonly Float32Array[],
  width: number,
  height: number,
  object: Float32Array,
): Float32Array[] {
  const weight = object.map((value) => (value < 0.02 ? 1 : 0));
  const sigmas = [4, Math.max(width, height) / 12].map((s) => Math.max(2, s));
  const wide = sigmas.map((sigma) => blur(weight, width, height, sigma));
  const total = weight.reduce((sum, value) => sum + value, 0);
  return planes.map((plane) => {
    const masked = plane.map((value, i) => value * weight[i]!);
    const mean = total > 0 ? masked.reduce((sum, value) => sum + value, 0) / total : 0;
    const soft = sigmas.map((sigma) => blur(masked, width, height, sigma));
    return plane.map((_, i) => {
      if (wide[0]![i]! > 0.05) return soft[0]![i]! / wide[0]![i]!;
      if (wide[1]![i]! > 0.02) return soft[1]![i]! / wide[1]![i]!;
      return mean;
    });
  });
}
