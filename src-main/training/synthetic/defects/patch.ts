import type { Random } from '../../../../src-shared/random.ts';
import { smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';

/**
 * A defect as a set of local edits to a surface, before light and lens; every plane is width × height.
 * The same patch is applied to a scene's planes or to a finished photo.
 */
export interface Patch {
  /** Left and top corner in the image; may lie outside. */
  readonly x0: number;
  readonly y0: number;
  readonly width: number;
  readonly height: number;
  /** Height added to the surface, in pixels. */
  relief?: Float32Array;
  /** Log factor on the brightness; `tint` weighs the channels. */
  gain?: Float32Array;
  tint?: Rgb;
  /** Opacity of foreign colour, 0..1, the colour, and a factor on the colour per pixel. */
  cover?: Float32Array;
  color?: Rgb;
  speckle?: Float32Array;
  /** Share of the surface's own texture that shows through the colour. */
  through?: number;
  /** 0..1 towards matte; negative towards glossy. */
  matte?: Float32Array;
  /** Strength of an added gloss where `cover` or `relief` acts. */
  shine?: number;
  /** 1 where the object is gone and the backdrop shows. */
  erase?: Float32Array;
  /** Where a pixel's content comes from, relative to itself, in pixels. */
  moveX?: Float32Array;
  moveY?: Float32Array;
  /** The colour lies on top and may reach beyond the object's outline (hair, grit, glue). */
  loose?: boolean;
  /** 0..1: the defect's body, for masks of defects that are visible mainly at their rim. */
  readonly body: Float32Array;
}

/** A patch that covers the circle around a point, cut to the image. Null when it lies outside. */
export function patchAround(
  x: number,
  y: number,
  reach: number,
  width: number,
  height: number,
): Patch | null {
  return patchOver(x - reach, y - reach, x + reach, y + reach, width, height);
}

export function patchOver(
  left: number,
  top: number,
  right: number,
  bottom: number,
  width: number,
  height: number,
): Patch | null {
  const x0 = Math.max(0, Math.floor(left));
  const y0 = Math.max(0, Math.floor(top));
  const x1 = Math.min(width, Math.ceil(right) + 1);
  const y1 = Math.min(height, Math.ceil(bottom) + 1);
  if (x1 - x0 < 1 || y1 - y0 < 1) return null;
  return { x0, y0, width: x1 - x0, height: y1 - y0, body: new Float32Array((x1 - x0) * (y1 - y0)) };
}

/** A new plane of the patch, filled pixel by pixel with a function of the image position. */
export function fill(patch: Patch, value: (x: number, y: number, at: number) => number): Float32Array {
  const out = new Float32Array(patch.width * patch.height);
  let at = 0;
  for (let y = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++, at++) out[at] = value(patch.x0 + x, patch.y0 + y, at);
  }
  return out;
}

/** Signed distance in pixels, about: negative inside. */
export type Blob = (x: number, y: number) => number;

/**
 * An irregular closed spot: a radius that wanders with the angle.
 * @param ragged 0 = ellipse, 1 = torn
 */
export function blob(
  random: Random,
  cx: number,
  cy: number,
  radius: number,
  options: { readonly aspect?: number; readonly angle?: number; readonly ragged?: number } = {},
): Blob {
  const { aspect = 1, angle = random.range(0, Math.PI), ragged = 0.4 } = options;
  const steps = 128;
  const table = new Float32Array(steps + 1);
  for (let k = 1; k <= 14; k++) {
    const amplitude = (ragged * 0.55 * Math.abs(random.normal())) / k ** (1.7 - 0.7 * ragged);
    const phase = random.range(0, 2 * Math.PI);
    for (let i = 0; i < steps; i++) table[i]! += amplitude * Math.cos((2 * Math.PI * k * i) / steps + phase);
  }
  for (let i = 0; i < steps; i++) table[i] = Math.max(0.25, 1 + table[i]!);
  table[steps] = table[0]!;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const a = radius * Math.sqrt(aspect);
  const b = radius / Math.sqrt(aspect);
  return (x, y) => {
    const u = (c * (x - cx) + s * (y - cy)) / a;
    const v = (-s * (x - cx) + c * (y - cy)) / b;
    const turn = ((Math.atan2(v, u) / (2 * Math.PI) + 1) % 1) * steps;
    const i = Math.floor(turn);
    const edge = table[i]! + (table[i + 1]! - table[i]!) * (turn - i);
    return (Math.hypot(u, v) - edge) * b;
  };
}

/** Coverage 0..1 of a signed distance with a soft edge of the given width. */
export function coverage(distance: number, soft = 1): number {
  return 1 - smoothstep(-soft * 0.5, soft * 0.5, distance);
}
