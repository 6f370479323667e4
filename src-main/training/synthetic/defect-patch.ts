import type { Random } from '../../../src-shared/random.ts';
import { clamp, smoothstep } from './field.ts';
import type { Rgb } from './image.ts';

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

/** A path with its half width at every point, in pixels. */
export interface Path {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly half: readonly number[];
}

/**
 * A wandering line.
 * @param bend change of direction over the whole length, radians (smooth)
 * @param jitter random change of direction per step, radians (jagged)
 */
export function wander(
  random: Random,
  x: number,
  y: number,
  angle: number,
  length: number,
  half: number,
  options: {
    readonly bend?: number;
    readonly jitter?: number;
    readonly step?: number;
    readonly taper?: boolean;
  } = {},
): Path {
  const { bend = 0, jitter = 0, step = Math.max(1.5, half * 1.5), taper = true } = options;
  const count = Math.max(2, Math.ceil(length / step));
  const xs = [x];
  const ys = [y];
  const halves: number[] = [];
  let heading = angle;
  let swing = 0;
  let wide = 1;
  for (let i = 0; i <= count; i++) {
    const t = i / count;
    wide = clamp(wide + random.normal() * 0.18, 0.45, 1.5);
    halves.push(half * wide * (taper ? Math.min(1, 0.25 + 2.4 * Math.sin(Math.PI * (0.04 + 0.92 * t))) : 1));
    if (i === count) break;
    // The swing pulls the heading back, so that a jagged line keeps its course.
    const turn = random.normal() * jitter - swing * 0.25;
    swing += turn;
    heading += bend / count + turn;
    xs.push(xs[i]! + Math.cos(heading) * (length / count));
    ys.push(ys[i]! + Math.sin(heading) * (length / count));
  }
  return { xs, ys, half: halves };
}

/** A crack: a jagged path with branches. */
export function crackPaths(
  random: Random,
  x: number,
  y: number,
  angle: number,
  length: number,
  half: number,
  branches: number,
): Path[] {
  const jitter = random.range(0.15, 0.5);
  const main = wander(random, x, y, angle, length, half, {
    jitter,
    bend: random.normal() * 0.6,
    step: Math.max(2, length / 60),
  });
  const paths = [main];
  for (let i = 0; i < branches; i++) {
    const at = random.int(1, main.xs.length - 2);
    const heading = Math.atan2(main.ys[at + 1]! - main.ys[at]!, main.xs[at + 1]! - main.xs[at]!);
    const side = random.sign() * random.range(0.35, 1.2);
    const part = length * random.range(0.12, 0.5);
    const thin = (main.half[at] ?? half) * random.range(0.5, 0.9);
    paths.push(
      ...crackPaths(
        random,
        main.xs[at]!,
        main.ys[at]!,
        heading + side,
        part,
        thin,
        part > 25 && random.chance(0.3) ? 1 : 0,
      ),
    );
  }
  return paths;
}

/** The box that holds all paths with a margin, as a patch. */
export function patchForPaths(
  paths: readonly Path[],
  margin: number,
  width: number,
  height: number,
): Patch | null {
  let left = Number.POSITIVE_INFINITY;
  let top = Number.POSITIVE_INFINITY;
  let right = Number.NEGATIVE_INFINITY;
  let bottom = Number.NEGATIVE_INFINITY;
  for (const path of paths) {
    for (let i = 0; i < path.xs.length; i++) {
      left = Math.min(left, path.xs[i]!);
      right = Math.max(right, path.xs[i]!);
      top = Math.min(top, path.ys[i]!);
      bottom = Math.max(bottom, path.ys[i]!);
    }
  }
  return patchOver(left - margin, top - margin, right + margin, bottom + margin, width, height);
}

/**
 * Distance to the nearest path minus its half width, in pixels; `far` where no path is nearer than that.
 */
export function pathDistance(patch: Patch, paths: readonly Path[], far: number): Float32Array {
  const { x0, y0, width, height } = patch;
  const out = new Float32Array(width * height).fill(far);
  for (const { xs, ys, half } of paths) {
    for (let i = 0; i + 1 < xs.length; i++) {
      const ax = xs[i]! - x0;
      const ay = ys[i]! - y0;
      const ex = xs[i + 1]! - xs[i]!;
      const ey = ys[i + 1]! - ys[i]!;
      const h0 = half[i]!;
      const h1 = half[i + 1] ?? h0;
      const reach = Math.max(h0, h1) + far;
      const left = Math.max(0, Math.floor(Math.min(ax, ax + ex) - reach));
      const right = Math.min(width - 1, Math.ceil(Math.max(ax, ax + ex) + reach));
      const top = Math.max(0, Math.floor(Math.min(ay, ay + ey) - reach));
      const bottom = Math.min(height - 1, Math.ceil(Math.max(ay, ay + ey) + reach));
      const inverse = 1 / (ex * ex + ey * ey || 1);
      for (let y = top; y <= bottom; y++) {
        for (let x = left; x <= right; x++) {
          const t = clamp(((x - ax) * ex + (y - ay) * ey) * inverse, 0, 1);
          const d = Math.hypot(x - ax - t * ex, y - ay - t * ey) - (h0 + (h1 - h0) * t);
          const at = y * width + x;
          if (d < out[at]!) out[at] = d;
        }
      }
    }
  }
  return out;
}

/** Coverage 0..1 of a signed distance with a soft edge of the given width. */
export function coverage(distance: number, soft = 1): number {
  return 1 - smoothstep(-soft * 0.5, soft * 0.5, distance);
}
