import { Random } from '../../src-shared/random.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';

/** A part about its own origin, x along its axis, in units of its scale: the grey level there, or nothing. */
export type PartShape = (u: number, v: number) => number | undefined;

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly shape: PartShape;
  /** Where the part's origin lies; the middle by default. */
  readonly centre?: { readonly x: number; readonly y: number };
  /** Radians, clockwise on the screen. */
  readonly angle?: number;
  readonly scale?: number;
  readonly background?: readonly [number, number, number];
  /** Standard deviation of the noise, in levels. */
  readonly noise?: number;
}

/** A countersunk screw from −100 (head, half width 34) to 100 (tip). */
export const screw: PartShape = (u, v) => {
  if (Math.abs(u) > 100) return undefined;
  const half = u < -70 ? 34 - ((u + 100) * 20) / 30 : u > 60 ? (14 * (100 - u)) / 40 : 14;
  return Math.abs(v) <= half ? 70 : undefined;
};

/** Half axes 100 and 85, a wedge cut out ahead, a bright corner. */
export const notched: PartShape = (u, v) => {
  if ((u / 100) ** 2 + (v / 85) ** 2 > 1 || (u > 40 && Math.abs(v) < u - 40)) return undefined;
  return u < 0 && v > 20 ? 125 : 90;
};

/** A hexagon of radius 100 with a hole of radius 45 and one dark flank. */
export const nut: PartShape = (u, v) => {
  const radius = Math.hypot(u, v);
  const turn = Math.atan2(v, u);
  const sector = ((turn % (Math.PI / 3)) + Math.PI / 3) % (Math.PI / 3);
  if (radius < 45 || radius * Math.cos(sector - Math.PI / 6) > 100 * Math.cos(Math.PI / 6)) return undefined;
  return turn > 0.2 && turn < 0.9 ? 60 : 140;
};

/** A bar with round ends, half length 100, half width 30: its halves differ in colour alone. */
export const capsule: PartShape = (u, v) =>
  Math.hypot(Math.max(0, Math.abs(u) - 70), v) <= 30 ? (u < 0 ? 60 : 130) : undefined;

/** Draws a part before a background, two samples across and down in each pixel. */
export function drawPart(drawing: Drawing): RgbImage {
  const { width, height, shape, angle = 0, scale = 1, noise = 0, background = [210, 200, 205] } = drawing;
  const { x: x0, y: y0 } = drawing.centre ?? { x: width / 2, y: height / 2 };
  const [cos, sin] = [Math.cos(angle) / scale, Math.sin(angle) / scale];
  const random = new Random(`${angle}/${scale}/${noise}`);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    let covered = 0;
    let levels = 0;
    for (let sample = 0; sample < 4; sample++) {
      const dx = (i % width) + (sample % 2 ? 0.75 : 0.25) - x0;
      const dy = Math.floor(i / width) + (sample < 2 ? 0.25 : 0.75) - y0;
      const level = shape(dx * cos + dy * sin, dy * cos - dx * sin);
      if (level === undefined) continue;
      covered++;
      levels += level;
    }
    for (let channel = 0; channel < 3; channel++) {
      const clean = (levels + (4 - covered) * background[channel]!) / 4;
      // Three uniform numbers make a bell whose standard deviation is a half.
      const off = noise && 2 * noise * (random.next() + random.next() + random.next() - 1.5);
      data[i * 3 + channel] = Math.min(255, Math.max(0, Math.round(clean + off)));
    }
  }
  return { width, height, data };
}

/** How far two directions are apart, 0..π. */
export function turnBetween(a: number, b: number): number {
  return Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));
}
