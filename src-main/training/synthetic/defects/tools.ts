import type { Random } from '../../../../src-shared/random.ts';
import { brightened, hsv } from '../color.ts';
import { clamp } from '../field.ts';
import type { Rgb } from '../image.ts';
import { fractalNoise } from '../noise.ts';
import { blob, fill, type Patch, patchAround } from './patch.ts';
import { type Path, type PathOptions, patchForPaths, pathDistance, wander } from './paths.ts';
import type { Site } from './site.ts';

/** Makes the patches of one defect of a size in pixels: its diameter, for lines their length. */
export type Make = (site: Site, random: Random, size: number) => Patch[];

/** An irregular spot: its patch, the signed distance from its outline (negative inside) and its middle. */
interface Spot {
  readonly patch: Patch;
  readonly distance: Float32Array;
  readonly x: number;
  readonly y: number;
}

interface SpotOptions {
  readonly aspect?: number;
  readonly angle?: number;
  /** 0 = ellipse, 1 = torn. */
  readonly ragged?: number;
  /** Pixels around the spot that the patch covers as well. */
  readonly margin?: number;
  /** Its middle; by default anywhere on the object. */
  readonly at?: readonly [number, number];
}

/** One patch around an irregular spot of the given diameter; none when it lies outside the picture. */
export function onSpot(
  site: Site,
  random: Random,
  size: number,
  options: SpotOptions,
  edit: (spot: Spot) => void,
): Patch[] {
  const [x, y] = options.at ?? site.pointInside(random);
  const radius = size / 2;
  const aspect = options.aspect ?? random.logRange(1, 2);
  const reach = radius * Math.sqrt(aspect) * (1.35 + 0.5 * (options.ragged ?? 0.4)) + (options.margin ?? 4);
  const patch = patchAround(x, y, reach, site.width, site.height);
  if (!patch) return [];
  const shape = blob(random, x, y, radius, {
    aspect,
    ragged: options.ragged ?? random.range(0.1, 0.8),
    ...(options.angle === undefined ? {} : { angle: options.angle }),
  });
  const distance = fill(patch, shape);
  setBody(patch, distance);
  edit({ patch, distance, x, y });
  return [patch];
}

/** One patch around paths, edited with the distance from the nearest of them; none outside the picture. */
export function onPaths(
  site: Site,
  paths: readonly Path[],
  margin: number,
  far: number,
  edit: (patch: Patch, distance: Float32Array) => void,
): Patch[] {
  const patch = patchForPaths(paths, margin, site.width, site.height);
  if (!patch) return [];
  edit(patch, pathDistance(patch, paths, far));
  return [patch];
}

/** One patch of the given reach around a point, edited; none outside the picture. */
export function onCircle(
  site: Site,
  [x, y]: readonly [number, number],
  reach: number,
  edit: (patch: Patch) => void,
): Patch[] {
  const patch = patchAround(x, y, reach, site.width, site.height);
  if (!patch) return [];
  edit(patch);
  return [patch];
}

/** The defect's body is where the distance is below a limit. */
export function setBody(patch: Patch, distance: Float32Array, limit = 0): void {
  patch.body.set(distance.map((d) => (d < limit ? 1 : 0)));
}

/** A wandering line whose middle lies about at a point. */
export function lineThrough(
  random: Random,
  x: number,
  y: number,
  angle: number,
  length: number,
  half: number,
  options: PathOptions,
): Path {
  const startX = x - (Math.cos(angle) * length) / 2;
  const startY = y - (Math.sin(angle) * length) / 2;
  return wander(random, startX, startY, angle, length, half, options);
}

/** Half the width of a line in pixels, of a range that is meant for a picture whose longer side has 640. */
export const thin = (site: Site, random: Random, from: number, to: number) =>
  Math.max(0.45, random.logRange(from, to) * site.unit);

/** Noise over a patch. */
export function roughness(patch: Patch, random: Random, wavelength: number, octaves = 4): Float32Array {
  const options = { wavelength: Math.max(2, wavelength), octaves, gain: 0.6 };
  return fractalNoise(patch.width, patch.height, random, options);
}

/** A bell curve: 1 at 0, falling to both sides over `width`. */
export const bell = (x: number, width: number) => Math.exp(-((x / width) ** 2));

/** A colour that differs from the surface: darker, brighter, or of a stated hue. */
export function contrastColor(site: Site, random: Random, x: number, y: number, hues?: readonly Rgb[]): Rgb {
  const own = site.colorAt(x, y);
  const level = (own[0] + own[1] + own[2]) / 3;
  if (hues && random.chance(0.7)) return brightened(random.pick(hues), random.range(0.6, 1.3));
  if (random.chance(0.25)) return hsv(random.next(), random.range(0.3, 0.9), random.range(0.2, 0.9));
  const target =
    level > 0.35 && random.chance(0.65)
      ? level * random.range(0.1, 0.6)
      : Math.min(0.98, level + random.range(0.2, 0.6));
  const channel = (value: number) => clamp(target * (value / (level + 0.01)) ** 0.4, 0, 1);
  return [channel(own[0]), channel(own[1]), channel(own[2])];
}
