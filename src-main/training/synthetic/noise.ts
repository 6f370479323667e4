import type { Random } from '../../../src-shared/random.ts';
import { standardise } from './field.ts';
import { pixelHash } from './pixel-hash.ts';

/** Fractal noise: see {@link fractalNoise}. */
export interface NoiseOptions {
  /** Longest wavelength in pixels (across the stretch). */
  readonly wavelength: number;
  readonly octaves?: number;
  /** Amplitude of an octave over the one before, 0..1. */
  readonly gain?: number;
  /** Direction of the stretch in radians. */
  readonly angle?: number;
  /** How much longer structures are along the direction than across it. */
  readonly stretch?: number;
  /** Folds every octave at zero: creases instead of clouds. */
  readonly ridged?: boolean;
}

const GRADIENTS = 256;
const COSINES = Float32Array.from({ length: GRADIENTS }, (_, i) => Math.cos((2 * Math.PI * i) / GRADIENTS));
const SINES = Float32Array.from({ length: GRADIENTS }, (_, i) => Math.sin((2 * Math.PI * i) / GRADIENTS));

function permutation(random: Random): Uint8Array {
  const table = new Uint8Array(512);
  for (let i = 0; i < 256; i++) table[i] = i;
  for (let i = 255; i > 0; i--) {
    const j = random.int(0, i);
    const kept = table[i]!;
    table[i] = table[j]!;
    table[j] = kept;
  }
  table.copyWithin(256, 0, 256);
  return table;
}

function gradientNoise(table: Uint8Array, u: number, v: number): number {
  const iu = Math.floor(u);
  const iv = Math.floor(v);
  const fu = u - iu;
  const fv = v - iv;
  const a = table[iu & 255]!;
  const b = table[(iu + 1) & 255]!;
  const jv = iv & 255;
  const g00 = table[a + jv]!;
  const g10 = table[b + jv]!;
  const g01 = table[a + ((jv + 1) & 255)]!;
  const g11 = table[b + ((jv + 1) & 255)]!;
  const n00 = COSINES[g00]! * fu + SINES[g00]! * fv;
  const n10 = COSINES[g10]! * (fu - 1) + SINES[g10]! * fv;
  const n01 = COSINES[g01]! * fu + SINES[g01]! * (fv - 1);
  const n11 = COSINES[g11]! * (fu - 1) + SINES[g11]! * (fv - 1);
  const su = fu * fu * fu * (fu * (fu * 6 - 15) + 10);
  const sv = fv * fv * fv * (fv * (fv * 6 - 15) + 10);
  const top = n00 + su * (n10 - n00);
  return top + sv * (n01 + su * (n11 - n01) - top);
}

/**
 * Sum of octaves of gradient noise (Perlin), mean 0 and standard deviation 1 over the field.
 * Long octaves are evaluated on a coarse grid and interpolated, which costs a fraction and cannot be seen.
 */
export function fractalNoise(
  width: number,
  height: number,
  random: Random,
  options: NoiseOptions,
): Float32Array {
  const { octaves = 5, gain = 0.5, angle = 0, stretch = 1, ridged = false } = options;
  const out = new Float32Array(width * height);
  let wavelength = Math.max(1.5, options.wavelength);
  let amplitude = 1;
  for (let octave = 0; octave < octaves && wavelength >= 1.4; octave++) {
    addOctave(out, width, height, permutation(random), {
      wavelength,
      amplitude,
      ridged,
      ux: Math.cos(angle) / (wavelength * stretch),
      uy: Math.sin(angle) / (wavelength * stretch),
      vx: -Math.sin(angle) / wavelength,
      vy: Math.cos(angle) / wavelength,
      u0: random.range(0, 256),
      v0: random.range(0, 256),
    });
    wavelength /= 2;
    amplitude *= gain;
  }
  return standardise(out);
}

interface Octave {
  readonly wavelength: number;
  readonly amplitude: number;
  readonly ridged: boolean;
  readonly ux: number;
  readonly uy: number;
  readonly vx: number;
  readonly vy: number;
  readonly u0: number;
  readonly v0: number;
}

function addOctave(
  out: Float32Array,
  width: number,
  height: number,
  table: Uint8Array,
  octave: Octave,
): void {
  const { ux, uy, vx, vy, u0, v0, amplitude, ridged } = octave;
  const step = Math.max(1, Math.min(8, Math.floor(octave.wavelength / 6)));
  const columns = Math.ceil((width - 1) / step) + 1;
  const rows = Math.ceil((height - 1) / step) + 1;
  const grid = step === 1 ? out : new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    const y = j * step;
    for (let i = 0; i < columns; i++) {
      const x = i * step;
      const value = gradientNoise(table, u0 + ux * x + uy * y, v0 + vx * x + vy * y);
      grid[j * columns + i]! += amplitude * (ridged ? 0.35 - Math.abs(value) : value);
    }
  }
  if (step === 1) return;
  const line = new Float32Array(columns);
  for (let y = 0; y < height; y++) {
    const j = Math.floor(y / step);
    const f = y / step - j;
    const top = j * columns;
    const bottom = Math.min(rows - 1, j + 1) * columns;
    for (let i = 0; i < columns; i++) line[i] = grid[top + i]! * (1 - f) + grid[bottom + i]! * f;
    const row = y * width;
    for (let i = 0, x = 0; x < width; i++) {
      const left = line[i]!;
      const slope = ((i + 1 < columns ? line[i + 1]! : left) - left) / step;
      for (let k = 0; k < step && x < width; k++, x++) out[row + x]! += left + slope * k;
    }
  }
}

/** White noise, uniform in [-1, 1), one value per pixel. */
export function whiteNoise(width: number, height: number, random: Random): Float32Array {
  const key = random.int(0, 0x7fffffff);
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) out[y * width + x] = 2 * pixelHash(x, y, key) - 1;
  }
  return out;
}

/** Cells around scattered points (Worley): distances in units of the cell, and a random value per cell. */
export interface Cells {
  /** Distance to the nearest point. */
  readonly first: Float32Array;
  /** Distance to the second nearest minus the nearest: 0 on the border between two cells. */
  readonly border: Float32Array;
  /** A value in [0, 1) per cell. */
  readonly value: Float32Array;
}

/** How {@link cells} lie. */
export interface CellOptions {
  /** 0 = a regular grid, 1 = fully random. */
  readonly jitter?: number;
  /** Displacement of the lookup in pixels: fields for x and y, each width × height, and a factor on both. */
  readonly warp?: readonly [Float32Array, Float32Array, number];
}

/** @param cell mean spacing of the points in pixels */
export function cells(
  width: number,
  height: number,
  random: Random,
  cell: number,
  options: CellOptions = {},
): Cells {
  const { jitter = 1, warp } = options;
  const key = random.int(0, 0x7fffffff);
  const scale = 1 / cell;
  const columns = Math.ceil(width * scale) + 6;
  const rows = Math.ceil(height * scale) + 6;
  const px = new Float32Array(columns * rows);
  const py = new Float32Array(columns * rows);
  const pv = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const k = j * columns + i;
      px[k] = i + 0.5 + jitter * (pixelHash(i, j, key) - 0.5);
      py[k] = j + 0.5 + jitter * (pixelHash(i, j, key + 1) - 0.5);
      pv[k] = pixelHash(i, j, key + 2);
    }
  }
  const first = new Float32Array(width * height);
  const border = new Float32Array(width * height);
  const value = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      let u = x * scale + 2.5;
      let v = y * scale + 2.5;
      if (warp) {
        u += warp[0][at]! * warp[2] * scale;
        v += warp[1][at]! * warp[2] * scale;
      }
      const iu = Math.min(columns - 2, Math.max(1, Math.floor(u)));
      const iv = Math.min(rows - 2, Math.max(1, Math.floor(v)));
      let near = 99;
      let next = 99;
      let found = 0;
      for (let k = (iv - 1) * columns + iu - 1, j = 0; j < 3; j++, k += columns - 3) {
        for (let i = 0; i < 3; i++, k++) {
          const dx = px[k]! - u;
          const dy = py[k]! - v;
          const d = dx * dx + dy * dy;
          if (d < near) {
            next = near;
            near = d;
            found = k;
          } else if (d < next) next = d;
        }
      }
      near = Math.sqrt(near);
      first[at] = near;
      border[at] = Math.sqrt(next) - near;
      value[at] = pv[found]!;
    }
  }
  return { first, border, value };
}
