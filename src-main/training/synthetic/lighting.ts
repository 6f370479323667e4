import type { Random } from '../../../src-shared/random.ts';
import { blur, clamp } from './field.ts';
import type { CutOut } from './image.ts';
import type { Planes } from './planes.ts';

const TABLE = 96;
const LEVELS = 4;

/** Light over a scene: one key light, an ambient share and an environment that glossy surfaces mirror. */
export interface Light {
  /** Unit vector towards the light; x right, y down, z towards the camera. */
  readonly direction: readonly [number, number, number];
  readonly ambient: number;
  readonly diffuse: number;
  /** Radiance of the mirrored surroundings by surface normal, one table per roughness level. */
  readonly surroundings: readonly Float32Array[];
  /** Steepness factor of the relief. */
  readonly steepness: number;
  /** Darkening of hollows, 0..1, and the radius they are judged over, in pixels. */
  readonly occlusion: number;
  readonly occlusionRadius: number;
  /** Shadow on the backdrop: offset and softness in pixels, strength 0..1. */
  readonly shadow: {
    readonly dx: number;
    readonly dy: number;
    readonly sigma: number;
    readonly strength: number;
  };
  /** Change of brightness from the centre to the border, towards right and bottom. */
  readonly falloff: readonly [number, number];
  /** How much the mirrored direction changes from the centre to the border: lamps and camera are near. */
  readonly nearness: number;
  /** The soft edge of a shadow thrown from outside: direction, place (0 = centre, ±1 = corners), width, strength. */
  readonly gobo: {
    readonly angle: number;
    readonly at: number;
    readonly soft: number;
    readonly strength: number;
  };
}

/** A random light; `size` is the longer side of the image in pixels. */
export function randomLight(random: Random, size: number): Light {
  const azimuth = random.range(0, 2 * Math.PI);
  const elevation = random.chance(0.3) ? random.range(1.1, 1.5) : random.range(0.55, 1.15);
  const direction = [
    Math.cos(azimuth) * Math.cos(elevation),
    Math.sin(azimuth) * Math.cos(elevation),
    Math.sin(elevation),
  ] as const;
  const ambient = random.range(0.3, 0.65);
  const length = random.logRange(0.004, 0.06) * size;
  const fall = random.chance(0.6) ? random.range(0, 0.3) : 0;
  const turn = random.range(0, 2 * Math.PI);
  return {
    direction,
    ambient,
    diffuse: 1 - ambient + random.range(0, 0.2),
    surroundings: makeSurroundings(random, direction),
    steepness: random.range(0.7, 1.3),
    occlusion: random.range(0.2, 0.9),
    occlusionRadius: Math.max(1.5, size * random.logRange(0.006, 0.03)),
    shadow: {
      dx: -Math.cos(azimuth) * length,
      dy: -Math.sin(azimuth) * length,
      sigma: Math.max(0.8, length * random.range(0.25, 0.9)),
      strength: random.chance(0.2) ? 0 : random.range(0.1, 0.7),
    },
    falloff: [Math.cos(turn) * fall, Math.sin(turn) * fall],
    nearness: random.chance(0.6) ? random.range(0, 0.5) : 0,
    gobo: {
      angle: random.range(0, 2 * Math.PI),
      at: random.range(-0.7, 0.7),
      soft: random.logRange(0.02, 0.6),
      strength: random.chance(0.15) ? random.range(0.1, 0.5) : 0,
    },
  };
}

function makeSurroundings(random: Random, direction: readonly [number, number, number]): Float32Array[] {
  const lamps: { x: number; y: number; z: number; sharp: number; power: number }[] = [
    {
      x: direction[0],
      y: direction[1],
      z: direction[2],
      sharp: random.logRange(4, 60),
      power: random.range(0.5, 1.4),
    },
  ];
  for (let i = random.int(1, 3); i > 0; i--) {
    const azimuth = random.range(0, 2 * Math.PI);
    const z = random.range(0.1, 1);
    const flat = Math.sqrt(1 - z * z);
    lamps.push({
      x: flat * Math.cos(azimuth),
      y: flat * Math.sin(azimuth),
      z,
      sharp: random.logRange(3, 120),
      power: random.range(0.15, 0.9),
    });
  }
  const base = random.range(0.18, 0.45);
  const zenith = random.range(0.1, 0.6);
  const tilt = random.range(-0.2, 0.2);
  return Array.from({ length: LEVELS }, (_, level) => {
    const roughness = (level + 0.35) / LEVELS;
    const widen = 1 / (1 + 14 * roughness * roughness);
    const table = new Float32Array(TABLE * TABLE);
    for (let j = 0; j < TABLE; j++) {
      const ny = (2 * j) / (TABLE - 1) - 1;
      for (let i = 0; i < TABLE; i++) {
        const nx = (2 * i) / (TABLE - 1) - 1;
        const flat = Math.min(0.999, nx * nx + ny * ny);
        const nz = Math.sqrt(1 - flat);
        const rx = 2 * nz * nx;
        const ry = 2 * nz * ny;
        const rz = 2 * nz * nz - 1;
        let value = base + zenith * Math.max(0, rz * 0.5 + 0.5) ** 2 + tilt * ry;
        for (const lamp of lamps) {
          const cosine = rx * lamp.x + ry * lamp.y + rz * lamp.z;
          value += lamp.power * (0.35 + 0.65 * widen) * Math.exp(lamp.sharp * widen * (cosine - 1));
        }
        table[j * TABLE + i] = value;
      }
    }
    return table;
  });
}

/** Mirrored radiance for a unit normal's x and y and a roughness 0..1. */
function mirrored(light: Light, nx: number, ny: number, rough: number): number {
  const u = (clamp(nx, -0.999, 0.999) + 1) * 0.5 * (TABLE - 1);
  const v = (clamp(ny, -0.999, 0.999) + 1) * 0.5 * (TABLE - 1);
  const i = u | 0;
  const j = v | 0;
  const fu = u - i;
  const fv = v - j;
  const level = clamp(rough * LEVELS - 0.35, 0, LEVELS - 1.001);
  const low = level | 0;
  const at = j * TABLE + i;
  const near = bilinear(light.surroundings[low]!, at, fu, fv);
  const far = bilinear(light.surroundings[low + 1]!, at, fu, fv);
  return near + (far - near) * (level - low);
}

function bilinear(table: Float32Array, at: number, fu: number, fv: number): number {
  const top = table[at]! + (table[at + 1]! - table[at]!) * fu;
  const bottom = table[at + TABLE]! + (table[at + TABLE + 1]! - table[at + TABLE]!) * fu;
  return top + (bottom - top) * fv;
}

/**
 * Lights the planes over a backdrop.
 * @param backdrop radiance, interleaved RGB, or null where the planes cover everything
 * @param shadow darkening of the backdrop, see {@link castShadow}; null = none
 * @param part where the planes lie when they are a part of the picture
 * @returns radiance, interleaved RGB, about 0..1 and above in highlights
 */
export function lightPlanes(
  planes: Planes,
  backdrop: Float32Array | null,
  light: Light,
  shadow: Float32Array | null = null,
  part: CutOut = { left: 0, top: 0, full: planes },
): Float32Array {
  const { width, height, red, green, blue, relief, gloss, rough, metal, alpha } = planes;
  const out = new Float32Array(width * height * 3);
  const around = light.occlusion > 0 ? blur(relief, width, height, light.occlusionRadius) : relief;
  const deep = light.occlusion / light.occlusionRadius;
  const [lx, ly, lz] = light.direction;
  const half = light.steepness * 0.5;
  const fx = (2 * light.falloff[0]) / part.full.width;
  const fy = (2 * light.falloff[1]) / part.full.height;
  const reach = 2 / Math.max(part.full.width, part.full.height);
  const near = light.nearness * reach;
  const { gobo } = light;
  const gx0 = (Math.cos(gobo.angle) * reach) / gobo.soft;
  const gy0 = (Math.sin(gobo.angle) * reach) / gobo.soft;
  const midX = part.full.width / 2 - part.left;
  const midY = part.full.height / 2 - part.top;
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const above = y > 0 ? row - width : row;
    const below = y < height - 1 ? row + width : row;
    const rowFall = 1 + fy * (y - midY);
    for (let x = 0; x < width; x++) {
      const at = row + x;
      const to = at * 3;
      const a = alpha[at]!;
      let fall = rowFall + fx * (x - midX);
      if (gobo.strength > 0) {
        const t = clamp(gx0 * (x - midX) + gy0 * (y - midY) - gobo.at / gobo.soft + 0.5, 0, 1);
        fall *= 1 - gobo.strength * t * t * (3 - 2 * t);
      }
      if (backdrop && a < 0.999) {
        const shaded = gobo.strength > 0 ? fall / (rowFall + fx * (x - midX)) : 1;
        const dim = (1 - a) * shaded * (shadow ? 1 - shadow[at]! : 1);
        out[to] = backdrop[to]! * dim;
        out[to + 1] = backdrop[to + 1]! * dim;
        out[to + 2] = backdrop[to + 2]! * dim;
      }
      if (a <= 0.001) continue;
      const gx = (relief[x < width - 1 ? at + 1 : at]! - relief[x > 0 ? at - 1 : at]!) * half;
      const gy = (relief[below + x]! - relief[above + x]!) * half;
      const inverse = 1 / Math.sqrt(1 + gx * gx + gy * gy);
      const nx = -gx * inverse;
      const ny = -gy * inverse;
      const lambert = nx * lx + ny * ly + inverse * lz;
      const hollow = clamp(1 - deep * (around[at]! - relief[at]!), 0.15, 1.05);
      const m = metal[at]!;
      const matte = (1 - m) * (light.ambient * hollow + (lambert > 0 ? light.diffuse * lambert : 0));
      const shiny =
        m > 0 || gloss[at]! > 0
          ? mirrored(light, nx + near * (x - midX), ny + near * (y - midY), rough[at]!) * hollow
          : 0;
      const tinted = fall * (matte + m * shiny) * a;
      const white = fall * (1 - m) * gloss[at]! * shiny * a;
      out[to]! += red[at]! * tinted + white;
      out[to + 1]! += green[at]! * tinted + white;
      out[to + 2]! += blue[at]! * tinted + white;
    }
  }
  return out;
}

/** The shadow that what the planes cover casts on the backdrop: darkening 0..1 per pixel; null = none. */
export function castShadow(planes: Planes, light: Light): Float32Array | null {
  if (light.shadow.strength <= 0) return null;
  const { width, height, alpha } = planes;
  const { dx, dy, sigma, strength } = light.shadow;
  // A quarter of the resolution is enough for something this soft; contact shadow and cast shadow are added.
  const step = sigma > 4 ? 4 : sigma > 2 ? 2 : 1;
  const w = Math.ceil(width / step);
  const h = Math.ceil(height / step);
  const small = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const sx = Math.round(x * step - dx);
      const sy = Math.round(y * step - dy);
      const cast = sx >= 0 && sy >= 0 && sx < width && sy < height ? alpha[sy * width + sx]! : 0;
      const own = alpha[Math.min(height - 1, y * step) * width + Math.min(width - 1, x * step)]!;
      small[y * w + x] = strength * Math.max(cast, own * 0.5);
    }
  }
  const soft = blur(small, w, h, sigma / step);
  if (step === 1) return soft;
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const j = Math.min(h - 1, Math.floor(y / step));
    const fy = y / step - j;
    const top = j * w;
    const bottom = Math.min(h - 1, j + 1) * w;
    for (let x = 0; x < width; x++) {
      const i = Math.min(w - 1, Math.floor(x / step));
      const next = Math.min(w - 1, i + 1);
      const fx = x / step - i;
      const a = soft[top + i]! * (1 - fx) + soft[top + next]! * fx;
      const b = soft[bottom + i]! * (1 - fx) + soft[bottom + next]! * fx;
      out[y * width + x] = a * (1 - fy) + b * fy;
    }
  }
  return out;
}
