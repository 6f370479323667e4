import type { Random } from '../../../../src-shared/random.ts';
import { clamp } from '../field.ts';
import { type Patch, patchOver } from './patch.ts';

/** A path with its half width at every point, in pixels. */
export interface Path {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly half: readonly number[];
}

export interface PathOptions {
  /** Change of direction over the whole length, radians (smooth). */
  readonly bend?: number;
  /** Random change of direction per step, radians (jagged). */
  readonly jitter?: number;
  /** Pixels between two points. */
  readonly step?: number;
  /** Thinner towards both ends; true by default. */
  readonly taper?: boolean;
}

/** A wandering line that begins at a point. */
export function wander(
  random: Random,
  x: number,
  y: number,
  angle: number,
  length: number,
  half: number,
  options: PathOptions = {},
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
