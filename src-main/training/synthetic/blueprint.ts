import type { Random } from '../../../src-shared/random.ts';
import { clamp } from './field.ts';
import type { Rgb } from './image.ts';
import { hsv, randomColor } from './lighting.ts';
import type { Layer, Material, Planes, Pose } from './planes.ts';

/** What a full-frame surface consists of: a base texture and things on it. */
interface SurfacePlan {
  /** Direction of the grain in radians. */
  readonly grain: number;
  readonly layers?: readonly Layer[];
}

/** A texture that fills the image. */
export interface SurfaceKind {
  /** The object's name, then synonyms. */
  readonly names: readonly [string, ...string[]];
  /** Paints all planes (alpha is already 1); what lies on top is returned as layers. */
  readonly paint: (planes: Planes, random: Random) => SurfacePlan;
  /** Nothing is ever written on it. */
  readonly bare?: boolean;
}

/** A part as it is drawn in its own coordinates, before it is placed. */
export type Part = Omit<Layer, 'pose'>;

/** A single object. */
export interface ObjectKind {
  readonly names: readonly [string, ...string[]];
  /** Half width and half height in object units. */
  readonly extent: readonly [number, number];
  readonly build: (random: Random) => readonly Part[];
  /** Turned freely (default) or only a little. */
  readonly upright?: boolean;
  /** Never shown several times in one image. */
  readonly alone?: boolean;
  /** Has no plain face that could carry writing. */
  readonly bare?: boolean;
}

/** Parts in image pixels: for things on full-frame surfaces. */
export const PIXELS: Pose = { cx: 0, cy: 0, scale: 1, matrix: [1, 0, 0, 1] };

const METALS: readonly Rgb[] = [
  [0.62, 0.62, 0.63],
  [0.75, 0.75, 0.76],
  [0.5, 0.5, 0.52],
  [0.36, 0.36, 0.38],
  [0.8, 0.68, 0.42],
  [0.78, 0.5, 0.36],
  [0.58, 0.56, 0.5],
];

export function metalColor(random: Random): Rgb {
  const base = random.chance(0.75) ? METALS[random.int(0, 3)]! : random.pick(METALS);
  const v = random.range(0.75, 1.15);
  return [clamp(base[0] * v, 0, 1), clamp(base[1] * v, 0, 1), clamp(base[2] * v, 0, 1)];
}

/** Bare metal, from polished to blasted. */
export function metal(random: Random): Material {
  return {
    color: metalColor(random),
    metal: random.range(0.6, 0.97),
    gloss: 0.1,
    rough: random.range(0.2, 0.85),
    grain: random.chance(0.5) ? random.range(0.01, 0.06) : 0,
    mottle: random.chance(0.4) ? random.range(0.01, 0.06) : 0,
    streak: random.chance(0.35) ? random.range(0.02, 0.09) : 0,
    bump: random.chance(0.4) ? random.range(0.02, 0.2) : 0,
  };
}

/** Moulded or painted: coloured, more or less shiny. */
export function plastic(random: Random, color: Rgb = randomColor(random, 0.08, 0.95)): Material {
  return {
    color,
    gloss: random.chance(0.6) ? random.range(0.05, 0.35) : 0.02,
    rough: random.range(0.1, 0.9),
    grain: random.chance(0.4) ? random.range(0.01, 0.05) : 0,
    mottle: random.chance(0.3) ? random.range(0.01, 0.05) : 0,
    bump: random.chance(0.4) ? random.range(0.02, 0.15) : 0,
  };
}

/** Baked, pressed or grown: dull and mottled. */
export function dull(random: Random, color: Rgb): Material {
  const v = random.range(0.8, 1.15);
  return {
    color: [clamp(color[0] * v, 0, 1), clamp(color[1] * v, 0, 1), clamp(color[2] * v, 0, 1)],
    gloss: random.chance(0.3) ? random.range(0.02, 0.12) : 0,
    rough: random.range(0.5, 0.95),
    grain: random.range(0.01, 0.08),
    mottle: random.range(0.02, 0.12),
    bump: random.range(0.05, 0.5),
  };
}

export function anyMaterial(random: Random): Material {
  const kind = random.next();
  if (kind < 0.4) return metal(random);
  if (kind < 0.8) return plastic(random);
  return dull(random, hsv(random.range(0.03, 0.15), random.range(0.1, 0.7), random.range(0.3, 0.9)));
}

/** A part that fills a box of its own size: bounds from half width and half height around a centre. */
export function bounds(
  halfWidth: number,
  halfHeight: number,
  cx = 0,
  cy = 0,
): readonly [number, number, number, number] {
  return [cx - halfWidth, cy - halfHeight, cx + halfWidth, cy + halfHeight];
}

/** Ink that stands out from what is below. */
export function ink(random: Random, dark: boolean): Material {
  const color: Rgb = dark
    ? random.chance(0.7)
      ? [0.05, 0.05, 0.06]
      : hsv(random.next(), 0.8, 0.35)
    : random.chance(0.7)
      ? [0.92, 0.92, 0.9]
      : hsv(random.next(), 0.4, 0.95);
  return { color, gloss: 0.03, rough: 0.7 };
}
