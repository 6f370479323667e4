import type { Random } from '../../../src-shared/random.ts';
import type { Layer, Pose } from './planes.ts';
import type { Surface } from './surfaces/surface.ts';

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
  /** Paints all pixels (alpha is already 1); what lies on top is returned as layers. */
  readonly paint: (surface: Surface) => SurfacePlan;
  /** Nothing is ever written on it. */
  readonly bare?: boolean;
  /** Has all that belongs on it: nothing is written on it or laid over it. */
  readonly complete?: boolean;
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
