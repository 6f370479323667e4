import type { Random } from '../../../src-shared/random.ts';
import { clamp } from './field.ts';
import type { Rgb } from './image.ts';
import { fractalNoise } from './noise.ts';
import type { Shape } from './shape.ts';

/** What a surface is made of, pixel by pixel, before light falls on it. Each plane is width × height. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  /** Albedo 0..1; for metals the tint of the reflection. */
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Height of the surface in pixels. */
  readonly relief: Float32Array;
  /** Strength of the dielectric reflection, 0..1. */
  readonly gloss: Float32Array;
  /** 0 = mirror, 1 = matte. */
  readonly rough: Float32Array;
  /** 0 = diffuse, 1 = metal (only reflects). */
  readonly metal: Float32Array;
  /** Cover 0..1: 0 shows the backdrop. */
  readonly alpha: Float32Array;
}

export function emptyPlanes(width: number, height: number): Planes {
  const plane = () => new Float32Array(width * height);
  return {
    width,
    height,
    red: plane(),
    green: plane(),
    blue: plane(),
    relief: plane(),
    gloss: plane(),
    rough: plane(),
    metal: plane(),
    alpha: plane(),
  };
}

export function copyPlanes(planes: Planes): Planes {
  return {
    width: planes.width,
    height: planes.height,
    red: planes.red.slice(),
    green: planes.green.slice(),
    blue: planes.blue.slice(),
    relief: planes.relief.slice(),
    gloss: planes.gloss.slice(),
    rough: planes.rough.slice(),
    metal: planes.metal.slice(),
    alpha: planes.alpha.slice(),
  };
}

/** A rectangle of a field of `stride` values per row. */
export function cutRows(
  field: Float32Array,
  stride: number,
  left: number,
  top: number,
  width: number,
  height: number,
): Float32Array {
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * stride + left;
    out.set(field.subarray(from, from + width), y * width);
  }
  return out;
}

/** A rectangle cut out of all planes. */
export function cutPlanes(planes: Planes, left: number, top: number, width: number, height: number): Planes {
  const cut = (field: Float32Array) => cutRows(field, planes.width, left, top, width, height);
  return {
    width,
    height,
    red: cut(planes.red),
    green: cut(planes.green),
    blue: cut(planes.blue),
    relief: cut(planes.relief),
    gloss: cut(planes.gloss),
    rough: cut(planes.rough),
    metal: cut(planes.metal),
    alpha: cut(planes.alpha),
  };
}

/** A homogeneous material with its texture. */
export interface Material {
  readonly color: Rgb;
  readonly metal?: number;
  readonly gloss?: number;
  readonly rough?: number;
  /** Contrast of fine colour texture. */
  readonly grain?: number;
  /** Contrast of large soft colour patches. */
  readonly mottle?: number;
  /** Height of fine roughness in pixels. */
  readonly bump?: number;
  /** Contrast of streaks along the texture's direction. */
  readonly streak?: number;
}

/** Where the parts of an object lie in the image: image = centre + scale · matrix · object. */
export interface Pose {
  readonly cx: number;
  readonly cy: number;
  /** Pixels per object unit; an object is about 2 units large. */
  readonly scale: number;
  /** Row-major 2 × 2: rotation, mirror and a little shear. */
  readonly matrix: readonly [number, number, number, number];
}

export function makePose(
  cx: number,
  cy: number,
  scale: number,
  angle: number,
  squeeze = 1,
  mirror = false,
): Pose {
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const m = mirror ? -1 : 1;
  return { cx, cy, scale, matrix: [c * m, -s * squeeze, s * m, c * squeeze] };
}

/** Where a point of the object lies in the image. */
export function placeInImage(
  { cx, cy, scale, matrix }: Pose,
  u: number,
  v: number,
): readonly [number, number] {
  const [m00, m01, m10, m11] = matrix;
  return [cx + scale * (m00 * u + m01 * v), cy + scale * (m10 * u + m11 * v)];
}

/** Left, top, right, bottom of a layer in the image, in pixels. */
export function imageBounds({ pose, bounds }: Layer): readonly [number, number, number, number] {
  const [left, top, right, bottom] = bounds;
  const corners = [left, right].flatMap((u) => [placeInImage(pose, u, top), placeInImage(pose, u, bottom)]);
  const xs = corners.map(([x]) => x);
  const ys = corners.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** One step in building an object, painted over what is there. Lengths in object units. */
export interface Layer {
  readonly shape: Shape;
  /** Left, top, right, bottom of all pixels that the layer may touch. */
  readonly bounds: readonly [number, number, number, number];
  /**
   * body covers; hole removes; mark only colours what is there (print, dye); engrave only changes the height
   * (and darkens a little).
   */
  readonly mode?: 'body' | 'hole' | 'mark' | 'engrave';
  readonly material?: Material;
  /** Height of the layer's rim. */
  readonly base?: number;
  /** Rise from the rim to the inside: width over which, and height. Negative = sunk. */
  readonly rise?: number;
  readonly bevel?: number;
  /** dome: a quarter circle; bevel: a straight slope; soft: smooth. */
  readonly profile?: 'dome' | 'bevel' | 'soft';
  /** Added height. */
  readonly bumps?: (x: number, y: number) => number;
  /** Colour factor, 1 = unchanged. */
  readonly shade?: (x: number, y: number) => number;
  /** A second colour, mixed in by `mix` 0..1. */
  readonly second?: { readonly color: Rgb; readonly mix: (x: number, y: number) => number };
  /** Opacity 0..1. */
  readonly opacity?: number;
  /** Stands on the height that is already there instead of replacing it. */
  readonly onTop?: boolean;
  /** What it is, for defects that need to find it: "tooth", "print", "chip" ... */
  readonly tag?: string;
  readonly pose: Pose;
}

/** Texture fields shared by all materials of a scene; computed when first needed. Values about −2..2. */
export class Textures {
  readonly #make: Readonly<Record<'fine' | 'coarse' | 'streak', () => Float32Array>>;
  readonly #made = new Map<string, Float32Array>();

  constructor(width: number, height: number, random: Random) {
    const size = Math.max(width, height);
    const angle = random.range(0, Math.PI);
    const fine = random.logRange(2.5, 9);
    this.#make = {
      fine: () =>
        fractalNoise(width, height, random.fork('fine'), { wavelength: fine, octaves: 3, gain: 0.7 }),
      coarse: () =>
        fractalNoise(width, height, random.fork('coarse'), { wavelength: size / 4, octaves: 5, gain: 0.55 }),
      streak: () =>
        fractalNoise(width, height, random.fork('streak'), {
          wavelength: fine * 1.5,
          octaves: 3,
          gain: 0.8,
          angle,
          stretch: 40,
        }),
    };
  }

  get(name: 'fine' | 'coarse' | 'streak'): Float32Array {
    let field = this.#made.get(name);
    if (!field) {
      field = this.#make[name]();
      this.#made.set(name, field);
    }
    return field;
  }
}

/** Paints one layer into the planes. */
export function paintLayer(planes: Planes, textures: Textures, layer: Layer): void {
  const { width, height } = planes;
  const { cx, cy, scale, matrix } = layer.pose;
  const [m00, m01, m10, m11] = matrix;
  const determinant = m00 * m11 - m01 * m10;
  const i00 = m11 / determinant / scale;
  const i01 = -m01 / determinant / scale;
  const i10 = -m10 / determinant / scale;
  const i11 = m00 / determinant / scale;
  const [left, top, right, bottom] = imageBounds(layer);
  const x0 = Math.max(0, Math.floor(left) - 1);
  const y0 = Math.max(0, Math.floor(top) - 1);
  const x1 = Math.min(width - 1, Math.ceil(right) + 1);
  const y1 = Math.min(height - 1, Math.ceil(bottom) + 1);
  const { shape, mode = 'body', material, base = 0, rise = 0, bevel = 0.05, profile = 'bevel' } = layer;
  const { bumps, shade, second, opacity = 1, onTop = false } = layer;
  const { color = [0, 0, 0] as Rgb, metal = 0, gloss = 0, rough = 0.6 } = material ?? {};
  const { grain = 0, mottle = 0, bump = 0, streak = 0 } = material ?? {};
  const fine = grain > 0 || bump > 0 ? textures.get('fine') : null;
  const coarse = mottle > 0 ? textures.get('coarse') : null;
  const streaks = streak > 0 ? textures.get('streak') : null;
  for (let y = y0; y <= y1; y++) {
    for (let x = x0; x <= x1; x++) {
      const px = x - cx;
      const py = y - cy;
      const u = i00 * px + i01 * py;
      const v = i10 * px + i11 * py;
      const d = shape(u, v);
      const cover = clamp(0.5 - d * scale, 0, 1) * opacity;
      if (cover <= 0) continue;
      const at = y * width + x;
      if (mode === 'hole') {
        planes.alpha[at]! *= 1 - cover;
        continue;
      }
      let lift = 0;
      if (rise !== 0) {
        const t = clamp(-d / bevel, 0, 1);
        if (profile === 'dome') lift = rise * Math.sqrt(1 - (1 - t) * (1 - t));
        else if (profile === 'soft') lift = rise * t * t * (3 - 2 * t);
        else lift = rise * t;
      }
      if (bumps) lift += bumps(u, v);
      lift *= scale;
      if (mode === 'engrave') {
        planes.relief[at]! += lift * Math.min(1, cover * 2);
        if (material) {
          const amount = cover * 0.6;
          planes.red[at]! += (color[0] - planes.red[at]!) * amount;
          planes.green[at]! += (color[1] - planes.green[at]!) * amount;
          planes.blue[at]! += (color[2] - planes.blue[at]!) * amount;
        }
        continue;
      }
      let factor = 1;
      if (fine) factor += grain * fine[at]!;
      if (coarse) factor += mottle * coarse[at]!;
      if (streaks) factor += streak * streaks[at]!;
      if (shade) factor *= shade(u, v);
      if (factor < 0.05) factor = 0.05;
      let r = color[0];
      let g = color[1];
      let b = color[2];
      if (second) {
        const amount = second.mix(u, v);
        r += (second.color[0] - r) * amount;
        g += (second.color[1] - g) * amount;
        b += (second.color[2] - b) * amount;
      }
      const keep = 1 - cover;
      const marked = mode === 'mark' ? cover * Math.min(1, planes.alpha[at]! * 2) : cover;
      const rest = 1 - marked;
      planes.red[at] = planes.red[at]! * rest + r * factor * marked;
      planes.green[at] = planes.green[at]! * rest + g * factor * marked;
      planes.blue[at] = planes.blue[at]! * rest + b * factor * marked;
      planes.metal[at] = planes.metal[at]! * rest + metal * marked;
      planes.gloss[at] = planes.gloss[at]! * rest + gloss * marked;
      planes.rough[at] = planes.rough[at]! * rest + rough * marked;
      if (mode === 'mark') {
        planes.relief[at]! += lift * cover;
        continue;
      }
      if (fine) lift += bump * fine[at]!;
      if (streaks) lift += streak * streaks[at]! * 0.6;
      if (onTop) planes.relief[at]! += (base * scale + lift) * cover;
      else planes.relief[at] = planes.relief[at]! * keep + (base * scale + lift) * cover;
      planes.alpha[at] = planes.alpha[at]! * keep + cover;
    }
  }
}
