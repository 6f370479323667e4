import type { Random } from '../../../src-shared/random.ts';
import type { SurfaceKind } from './blueprint.ts';
import { hsv, randomColor } from './color.ts';
import { clamp, lerp, smoothstep } from './field.ts';
import type { Rgb } from './image.ts';
import { cells, fractalNoise, whiteNoise } from './noise.ts';
import type { Planes } from './planes.ts';

const unitOf = (planes: Planes) => Math.max(planes.width, planes.height) / 640;

function put(
  planes: Planes,
  i: number,
  r: number,
  g: number,
  b: number,
  relief: number,
  gloss: number,
  rough: number,
): void {
  planes.red[i] = Math.max(r, 0.01);
  planes.green[i] = Math.max(g, 0.01);
  planes.blue[i] = Math.max(b, 0.01);
  planes.relief[i] = relief;
  planes.gloss[i] = gloss;
  planes.rough[i] = rough;
}

const stoneColor = (random: Random): Rgb =>
  hsv(random.range(0.05, 0.15), random.range(0, 0.18), random.range(0.35, 0.8));

export const HARD_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  asphalt: {
    names: ['asphalt road', 'road surface', 'pavement', 'street'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const size = random.logRange(2.5, 9) * unit + 1.2;
      const stones = cells(width, height, random, size);
      const large = random.chance(0.6) ? cells(width, height, random, size * 2.4) : null;
      const grit = whiteNoise(width, height, random);
      const cloud = fractalNoise(width, height, random, {
        wavelength: random.logRange(100, 500) * unit,
        octaves: 5,
      });
      const v = random.range(0.25, 0.62);
      const warm = random.range(-0.01, 0.03);
      const contrast = random.range(0.25, 0.7);
      const deep = random.range(0.3, 1.3);
      const patchy = random.range(0.02, 0.09);
      for (let i = 0; i < grit.length; i++) {
        let tone = stones.value[i]! - 0.5;
        let h = 1 - clamp(stones.first[i]! * 1.2, 0, 1);
        if (large && large.value[i]! > 0.55 && large.first[i]! < 0.45) {
          tone = (large.value[i]! - 0.7) * 2;
          h = 1.2 - large.first[i]!;
        }
        const f = 1 + contrast * tone * (0.4 + 0.6 * h) + 0.12 * grit[i]! + patchy * cloud[i]!;
        put(planes, i, v * f + warm, v * f, v * f - warm, deep * h * size * 0.3 + 0.3 * grit[i]!, 0.02, 0.8);
      }
      return { grain: random.range(0, Math.PI) };
    },
  },
  concrete: {
    names: ['concrete wall', 'concrete', 'cement surface', 'plaster'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const cloud = fractalNoise(width, height, random, {
        wavelength: random.logRange(80, 400) * unit,
        octaves: 7,
        gain: 0.6,
      });
      const fine = fractalNoise(width, height, random, { wavelength: 5 * unit, octaves: 3, gain: 0.8 });
      const pits = cells(width, height, random, random.range(14, 45) * unit);
      const color = stoneColor(random);
      const contrast = random.range(0.03, 0.11);
      const grain = random.range(0.01, 0.05);
      const share = random.range(0, 0.35);
      for (let i = 0; i < fine.length; i++) {
        // A few air holes are part of good concrete.
        const pit =
          pits.value[i]! < share ? 1 - smoothstep(0.05, 0.05 + 0.1 * pits.value[i]!, pits.first[i]!) : 0;
        const f = (1 + contrast * cloud[i]! + grain * fine[i]!) * (1 - 0.4 * pit);
        put(
          planes,
          i,
          color[0] * f,
          color[1] * f,
          color[2] * f,
          0.35 * fine[i]! + 0.4 * cloud[i]! - 1.6 * pit,
          0.02,
          0.9,
        );
      }
      return { grain: 0 };
    },
  },
  marble: {
    names: ['marble slab', 'stone', 'natural stone', 'polished stone'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const angle = random.range(0, Math.PI);
      const veins = fractalNoise(width, height, random, {
        wavelength: random.logRange(120, 400) * unit,
        octaves: 6,
        gain: random.range(0.45, 0.6),
        angle,
        stretch: random.range(1, 4),
        ridged: true,
      });
      const cloud = fractalNoise(width, height, random, { wavelength: 200 * unit, octaves: 5 });
      const base = random.chance(0.7)
        ? hsv(random.next(), random.range(0, 0.12), random.range(0.7, 0.95))
        : randomColor(random, 0.15, 0.6);
      const vein: Rgb = random.chance(0.6)
        ? [base[0] * 0.5, base[1] * 0.5, base[2] * 0.52]
        : [0.9, 0.88, 0.84];
      const sharp = random.range(0.8, 2);
      const amount = random.range(0.3, 0.9);
      const gloss = random.range(0.05, 0.3);
      for (let i = 0; i < veins.length; i++) {
        const a = clamp(amount * smoothstep(0.6, 0.6 + sharp, veins[i]!) + 0.05 * cloud[i]!, 0, 1);
        const f = 1 + 0.04 * cloud[i]!;
        put(
          planes,
          i,
          lerp(base[0], vein[0], a) * f,
          lerp(base[1], vein[1], a) * f,
          lerp(base[2], vein[2], a) * f,
          0,
          gloss,
          0.3,
        );
      }
      return { grain: angle };
    },
  },
  granite: {
    names: ['granite slab', 'terrazzo', 'speckled stone', 'stone tile'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const warpX = fractalNoise(width, height, random, { wavelength: 12 * unit, octaves: 3 });
      const warpY = fractalNoise(width, height, random, { wavelength: 12 * unit, octaves: 3 });
      const size = random.logRange(4, 22) * unit;
      const coarse = cells(width, height, random, size, { warp: [warpX, warpY, size * 0.35] });
      const fine = cells(width, height, random, size * 0.4);
      const palette = [0, 1, 2, 3].map(() => stoneColor(random));
      const spread = random.range(0.3, 1.2);
      const gloss = random.range(0.02, 0.25);
      for (let i = 0; i < warpX.length; i++) {
        const pick = coarse.value[i]! * 0.7 + fine.value[i]! * 0.3;
        const color = palette[Math.min(3, Math.floor(pick * 4))]!;
        const f = 1 + spread * (coarse.value[i]! - 0.5) + 0.3 * (fine.value[i]! - 0.5);
        put(planes, i, color[0] * f, color[1] * f, color[2] * f, 0.05 * warpX[i]!, gloss, 0.4);
      }
      return { grain: 0 };
    },
  },
  tile: {
    names: ['ceramic tile', 'glazed tile', 'tiled wall', 'porcelain'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const cloud = fractalNoise(width, height, random, { wavelength: 150 * unit, octaves: 6, gain: 0.55 });
      const speck = cells(width, height, random, random.logRange(4, 14) * unit);
      const color = random.chance(0.6)
        ? hsv(random.range(0.05, 0.16), random.range(0, 0.25), random.range(0.6, 0.95))
        : randomColor(random, 0.3, 0.9);
      const joints = random.chance(0.5);
      const pitch = Math.max(width, height) * random.range(0.18, 0.6);
      const ratio = random.pick([1, 1, 2, 0.5]);
      const bond = random.chance(0.3) ? 0.5 : 0;
      const gap = random.range(1.5, 5) * unit;
      const ox = random.range(0, pitch);
      const oy = random.range(0, pitch);
      const grout = random.range(0.25, 0.85);
      const speckled = random.chance(0.5) ? random.range(0.05, 0.35) : 0;
      const mottle = random.range(0.01, 0.07);
      const gloss = random.range(0.05, 0.4);
      for (let y = 0; y < height; y++) {
        const row = Math.floor((y + oy) / (pitch * ratio));
        const fy = (y + oy) / (pitch * ratio) - row;
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const u = (x + ox) / pitch + row * bond;
          const fx = u - Math.floor(u);
          const d = joints
            ? Math.min(Math.min(fx, 1 - fx) * pitch, Math.min(fy, 1 - fy) * pitch * ratio)
            : 99;
          const tile = smoothstep(gap * 0.5, gap * 0.5 + 1.2, d);
          const dot = speckled > 0 && speck.value[i]! < 0.3 ? 1 - smoothstep(0.15, 0.3, speck.first[i]!) : 0;
          const tone = joints ? 1 + 0.08 * (((Math.floor(u) * 31 + row * 17) % 7) / 7 - 0.5) : 1;
          const f = tone * (1 + mottle * cloud[i]! - speckled * dot);
          put(
            planes,
            i,
            lerp(grout, color[0] * f, tile),
            lerp(grout, color[1] * f, tile),
            lerp(grout * 0.97, color[2] * f, tile),
            Math.min(3, Math.max(0, d - gap * 0.5)) + 0.06 * cloud[i]!,
            gloss * tile,
            0.3,
          );
        }
      }
      return { grain: 0 };
    },
  },
  brick: {
    names: ['brick wall', 'masonry', 'brickwork'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const rough = fractalNoise(width, height, random, { wavelength: 14 * unit, octaves: 4, gain: 0.7 });
      const cloud = fractalNoise(width, height, random, { wavelength: 160 * unit, octaves: 4 });
      const color = hsv(random.range(0, 0.08), random.range(0.25, 0.65), random.range(0.4, 0.75));
      const long = random.logRange(90, 260) * unit;
      const tall = long * random.range(0.28, 0.4);
      const gap = long * 0.03;
      const tones = Float32Array.from({ length: 256 }, () => random.normal() * 0.14);
      for (let y = 0; y < height; y++) {
        const row = Math.floor(y / tall);
        const fy = y - row * tall;
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const u = x + (row & 1) * long * 0.5 + 2 * rough[i]! * unit * 0.4;
          const column = Math.floor(u / long);
          const fx = u - column * long;
          const d = Math.min(fx, long - fx, fy, tall - fy) - gap + 0.7 * rough[i]! * unit;
          const solid = smoothstep(-1, 1.5, d);
          const f = 1 + tones[(row * 13 + column * 7) & 255]! + 0.07 * rough[i]! + 0.05 * cloud[i]!;
          put(
            planes,
            i,
            lerp(0.62, color[0] * f, solid),
            lerp(0.6, color[1] * f, solid),
            lerp(0.57, color[2] * f, solid),
            Math.min(4, Math.max(0, d)) + 0.5 * rough[i]!,
            0,
            0.9,
          );
        }
      }
      return { grain: 0 };
    },
  },
  glass: {
    names: ['glass pane', 'glass surface', 'display glass', 'polished surface'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const soft = fractalNoise(width, height, random, { wavelength: 420 * unit, octaves: 2, gain: 0.4 });
      const color = random.chance(0.5)
        ? hsv(random.range(0.4, 0.65), random.range(0.03, 0.4), random.range(0.15, 0.8))
        : randomColor(random, 0.03, 0.4);
      const reflex = random.range(-0.2, 0.3);
      const angle = random.range(0, Math.PI);
      const centre = random.range(-0.3, 0.3);
      const half = random.range(0.05, 0.3);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          // The reflection of a window or lamp: a smooth bright band.
          const t = Math.cos(angle) * (x / width - 0.5) + Math.sin(angle) * (y / height - 0.5) - centre;
          const band = reflex * (1 - smoothstep(half, half + 0.12, Math.abs(t)));
          const f = 1 + 0.06 * soft[i]! + band;
          put(
            planes,
            i,
            color[0] * f + band * 0.1,
            color[1] * f + band * 0.1,
            color[2] * f + band * 0.1,
            0.5 * soft[i]!,
            0.25,
            0.1,
          );
        }
      }
      return { grain: 0 };
    },
  },
  grid: {
    bare: true,
    names: ['metal grid', 'wire mesh', 'grating', 'plastic grid'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const pitch = random.logRange(14, 90) * unit;
      const bar = pitch * random.range(0.1, 0.3);
      const angle = random.pick([0, 0, Math.PI / 4, random.range(0, Math.PI)]);
      const skew = random.chance(0.3) ? random.range(0.3, 0.8) : 0;
      const fine = fractalNoise(width, height, random, { wavelength: 4 * unit, octaves: 3 });
      const front: Rgb = random.chance(0.6) ? [0.6, 0.6, 0.6] : randomColor(random, 0.1, 0.9);
      const b = random.chance(0.5) ? random.range(0.01, 0.1) : random.range(0.5, 0.95);
      const isMetal = random.chance(0.5) ? random.range(0.4, 0.9) : 0;
      const wire = random.chance(0.5);
      const c = Math.cos(angle) / pitch;
      const s = Math.sin(angle) / pitch;
      const half = bar / pitch / 2;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const u0 = c * x + s * y;
          const v = -s * x + c * y;
          const u = u0 + skew * v;
          const ru = Math.round(u);
          const rv = Math.round(v);
          const du = Math.abs(u - ru) / half;
          const dv = Math.abs(v - rv) / half;
          const over = (ru + rv) & 1 ? 1 : -1;
          const hu =
            du < 1 ? Math.sqrt(1 - du * du) + (wire ? 0.5 * over * Math.cos(Math.PI * (v - rv)) : 0) : -9;
          const hv =
            dv < 1 ? Math.sqrt(1 - dv * dv) - (wire ? 0.5 * over * Math.cos(Math.PI * (u - ru)) : 0) : -9;
          const h = Math.max(hu, hv);
          const edge = clamp((1 - Math.min(du, dv)) * half * pitch + 0.5, 0, 1);
          const f = 1 + 0.04 * fine[i]!;
          const shade = h > -9 ? 1 : 0;
          put(
            planes,
            i,
            lerp(b, front[0] * f, edge),
            lerp(b, front[1] * f, edge),
            lerp(b, front[2] * f, edge),
            shade ? h * bar * 0.4 : -bar * 0.8,
            0.06 * edge,
            0.5,
          );
          planes.metal[i] = isMetal * edge;
        }
      }
      return { grain: angle };
    },
  },
  'solar cell': {
    names: ['solar cell', 'photovoltaic wafer', 'silicon wafer', 'solar panel'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const poly = random.chance(0.5);
      const grains = cells(width, height, random, random.logRange(20, 80) * unit);
      const cloud = fractalNoise(width, height, random, { wavelength: 250 * unit, octaves: 4 });
      const fine = fractalNoise(width, height, random, { wavelength: 3 * unit, octaves: 2 });
      const color: Rgb = random.chance(0.6)
        ? hsv(random.range(0.58, 0.66), random.range(0.3, 0.7), random.range(0.15, 0.4))
        : [0.4, 0.4, 0.4];
      const contrast = poly ? random.range(0.2, 0.6) : 0;
      const finger = random.logRange(6, 20) * unit;
      const bus = Math.max(width, height) / random.int(2, 5);
      const busHalf = random.range(2, 6) * unit;
      const upright = random.chance(0.5);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const a = upright ? x : y;
          const b = upright ? y : x;
          const df = Math.abs(a - Math.round(a / finger) * finger);
          const db = Math.abs(b - (Math.floor(b / bus) + 0.5) * bus);
          const line = Math.max(clamp(0.9 * unit - df + 0.5, 0, 0.7), clamp(busHalf - db + 0.5, 0, 1));
          const f = 1 + contrast * (grains.value[i]! - 0.5) + 0.06 * cloud[i]! + 0.02 * fine[i]!;
          put(
            planes,
            i,
            lerp(color[0] * f, 0.72, line),
            lerp(color[1] * f, 0.72, line),
            lerp(color[2] * f, 0.7, line),
            line * 0.8,
            0.12,
            0.4,
          );
        }
      }
      return { grain: upright ? Math.PI / 2 : 0 };
    },
  },
};
