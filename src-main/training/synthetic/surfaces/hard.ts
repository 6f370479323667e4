import type { Random } from '../../../../src-shared/random.ts';
import type { SurfaceKind } from '../blueprint.ts';
import { grey, hsv, mixed, randomColor, scaled } from '../color.ts';
import { clamp, smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';

const stoneColor = (random: Random): Rgb =>
  hsv(random.range(0.05, 0.15), random.range(0, 0.18), random.range(0.35, 0.8));

/** Roads, stone, ceramics, glass, grids and solar cells. */
export const HARD_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  asphalt: {
    names: ['asphalt road', 'road surface', 'pavement', 'street'],
    paint: (surface) => {
      const { unit, random } = surface;
      const size = random.logRange(2.5, 9) * unit + 1.2;
      const stones = surface.cells(size);
      const large = random.chance(0.6) ? surface.cells(size * 2.4) : null;
      const grit = surface.white();
      const cloud = surface.noise(random.logRange(100, 500), 5);
      const v = random.range(0.25, 0.62);
      const warm = random.range(-0.01, 0.03);
      const contrast = random.range(0.25, 0.7);
      const deep = random.range(0.3, 1.3);
      const patchy = random.range(0.02, 0.09);
      surface.each((i) => {
        let tone = stones.value[i]! - 0.5;
        let h = 1 - clamp(stones.first[i]! * 1.2, 0, 1);
        if (large && large.value[i]! > 0.55 && large.first[i]! < 0.45) {
          tone = (large.value[i]! - 0.7) * 2;
          h = 1.2 - large.first[i]!;
        }
        const f = 1 + contrast * tone * (0.4 + 0.6 * h) + 0.12 * grit[i]! + patchy * cloud[i]!;
        const color = [v * f + warm, v * f, v * f - warm] as const;
        surface.put(i, color, deep * h * size * 0.3 + 0.3 * grit[i]!, 0.02, 0.8);
      });
      return { grain: random.range(0, Math.PI) };
    },
  },
  concrete: {
    names: ['concrete wall', 'concrete', 'cement surface', 'plaster'],
    paint: (surface) => {
      const { unit, random } = surface;
      const cloud = surface.noise(random.logRange(80, 400), 7, { gain: 0.6 });
      const fine = surface.noise(5, 3, { gain: 0.8 });
      const pits = surface.cells(random.range(14, 45) * unit);
      const color = stoneColor(random);
      const contrast = random.range(0.03, 0.11);
      const grain = random.range(0.01, 0.05);
      const share = random.range(0, 0.35);
      surface.each((i) => {
        // A few air holes are part of good concrete.
        const pit =
          pits.value[i]! < share ? 1 - smoothstep(0.05, 0.05 + 0.1 * pits.value[i]!, pits.first[i]!) : 0;
        const f = (1 + contrast * cloud[i]! + grain * fine[i]!) * (1 - 0.4 * pit);
        surface.put(i, scaled(color, f), 0.35 * fine[i]! + 0.4 * cloud[i]! - 1.6 * pit, 0.02, 0.9);
      });
      return { grain: 0 };
    },
  },
  marble: {
    names: ['marble slab', 'stone', 'natural stone', 'polished stone'],
    paint: (surface) => {
      const { random } = surface;
      const angle = random.range(0, Math.PI);
      const veins = surface.noise(random.logRange(120, 400), 6, {
        gain: random.range(0.45, 0.6),
        angle,
        stretch: random.range(1, 4),
        ridged: true,
      });
      const cloud = surface.noise(200, 5);
      const base = random.chance(0.7)
        ? hsv(random.next(), random.range(0, 0.12), random.range(0.7, 0.95))
        : randomColor(random, 0.15, 0.6);
      const vein: Rgb = random.chance(0.6)
        ? [base[0] * 0.5, base[1] * 0.5, base[2] * 0.52]
        : [0.9, 0.88, 0.84];
      const sharp = random.range(0.8, 2);
      const amount = random.range(0.3, 0.9);
      const gloss = random.range(0.05, 0.3);
      surface.each((i) => {
        const a = clamp(amount * smoothstep(0.6, 0.6 + sharp, veins[i]!) + 0.05 * cloud[i]!, 0, 1);
        surface.put(i, scaled(mixed(base, vein, a), 1 + 0.04 * cloud[i]!), 0, gloss, 0.3);
      });
      return { grain: angle };
    },
  },
  granite: {
    names: ['granite slab', 'terrazzo', 'speckled stone', 'stone tile'],
    paint: (surface) => {
      const { unit, random } = surface;
      const warpX = surface.noise(12, 3);
      const warpY = surface.noise(12, 3);
      const size = random.logRange(4, 22) * unit;
      const coarse = surface.cells(size, { warp: [warpX, warpY, size * 0.35] });
      const fine = surface.cells(size * 0.4);
      const palette = [0, 1, 2, 3].map(() => stoneColor(random));
      const spread = random.range(0.3, 1.2);
      const gloss = random.range(0.02, 0.25);
      surface.each((i) => {
        const pick = coarse.value[i]! * 0.7 + fine.value[i]! * 0.3;
        const color = palette[Math.min(3, Math.floor(pick * 4))]!;
        const f = 1 + spread * (coarse.value[i]! - 0.5) + 0.3 * (fine.value[i]! - 0.5);
        surface.put(i, scaled(color, f), 0.05 * warpX[i]!, gloss, 0.4);
      });
      return { grain: 0 };
    },
  },
  tile: {
    names: ['ceramic tile', 'glazed tile', 'tiled wall', 'porcelain'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const cloud = surface.noise(150, 6, { gain: 0.55 });
      const speck = surface.cells(random.logRange(4, 14) * unit);
      const color = random.chance(0.6)
        ? hsv(random.range(0.05, 0.16), random.range(0, 0.25), random.range(0.6, 0.95))
        : randomColor(random, 0.3, 0.9);
      const joints = random.chance(0.5);
      const pitch = long * random.range(0.18, 0.6);
      const tall = pitch * random.pick([1, 1, 2, 0.5]);
      const bond = random.chance(0.3) ? 0.5 : 0;
      const gap = random.range(1.5, 5) * unit;
      const ox = random.range(0, pitch);
      const oy = random.range(0, pitch);
      const v = random.range(0.25, 0.85);
      const grout: Rgb = [v, v, v * 0.97];
      const speckled = random.chance(0.5) ? random.range(0.05, 0.35) : 0;
      const mottle = random.range(0.01, 0.07);
      const gloss = random.range(0.05, 0.4);
      surface.each((i, x, y) => {
        const row = Math.floor((y + oy) / tall);
        const fy = (y + oy) / tall - row;
        const u = (x + ox) / pitch + row * bond;
        const fx = u - Math.floor(u);
        const d = joints ? Math.min(Math.min(fx, 1 - fx) * pitch, Math.min(fy, 1 - fy) * tall) : 99;
        const tile = smoothstep(gap * 0.5, gap * 0.5 + 1.2, d);
        const dot = speckled > 0 && speck.value[i]! < 0.3 ? 1 - smoothstep(0.15, 0.3, speck.first[i]!) : 0;
        const tone = joints ? 1 + 0.08 * (((Math.floor(u) * 31 + row * 17) % 7) / 7 - 0.5) : 1;
        const f = tone * (1 + mottle * cloud[i]! - speckled * dot);
        const relief = Math.min(3, Math.max(0, d - gap * 0.5)) + 0.06 * cloud[i]!;
        surface.put(i, mixed(grout, scaled(color, f), tile), relief, gloss * tile, 0.3);
      });
      return { grain: 0 };
    },
  },
  brick: {
    names: ['brick wall', 'masonry', 'brickwork'],
    paint: (surface) => {
      const { unit, random } = surface;
      const rough = surface.noise(14, 4, { gain: 0.7 });
      const cloud = surface.noise(160, 4);
      const color = hsv(random.range(0, 0.08), random.range(0.25, 0.65), random.range(0.4, 0.75));
      const long = random.logRange(90, 260) * unit;
      const tall = long * random.range(0.28, 0.4);
      const gap = long * 0.03;
      const tones = Float32Array.from({ length: 256 }, () => random.normal() * 0.14);
      surface.each((i, x, y) => {
        const row = Math.floor(y / tall);
        const fy = y - row * tall;
        const u = x + (row & 1) * long * 0.5 + 2 * rough[i]! * unit * 0.4;
        const column = Math.floor(u / long);
        const fx = u - column * long;
        const d = Math.min(fx, long - fx, fy, tall - fy) - gap + 0.7 * rough[i]! * unit;
        const f = 1 + tones[(row * 13 + column * 7) & 255]! + 0.07 * rough[i]! + 0.05 * cloud[i]!;
        const shown = mixed([0.62, 0.6, 0.57], scaled(color, f), smoothstep(-1, 1.5, d));
        surface.put(i, shown, Math.min(4, Math.max(0, d)) + 0.5 * rough[i]!, 0, 0.9);
      });
      return { grain: 0 };
    },
  },
  glass: {
    names: ['glass pane', 'glass surface', 'display glass', 'polished surface'],
    paint: (surface) => {
      const { width, height, random } = surface;
      const soft = surface.noise(420, 2, { gain: 0.4 });
      const color = random.chance(0.5)
        ? hsv(random.range(0.4, 0.65), random.range(0.03, 0.4), random.range(0.15, 0.8))
        : randomColor(random, 0.03, 0.4);
      const reflex = random.range(-0.2, 0.3);
      const angle = random.range(0, Math.PI);
      const centre = random.range(-0.3, 0.3);
      const half = random.range(0.05, 0.3);
      surface.each((i, x, y) => {
        // The reflection of a window or lamp: a smooth bright band.
        const t = Math.cos(angle) * (x / width - 0.5) + Math.sin(angle) * (y / height - 0.5) - centre;
        const band = reflex * (1 - smoothstep(half, half + 0.12, Math.abs(t)));
        const [red, green, blue] = scaled(color, 1 + 0.06 * soft[i]! + band);
        const shown = [red + band * 0.1, green + band * 0.1, blue + band * 0.1] as const;
        surface.put(i, shown, 0.5 * soft[i]!, 0.25, 0.1);
      });
      return { grain: 0 };
    },
  },
  grid: {
    bare: true,
    names: ['metal grid', 'wire mesh', 'grating', 'plastic grid'],
    paint: (surface) => {
      const { unit, random, planes } = surface;
      const pitch = random.logRange(14, 90) * unit;
      const bar = pitch * random.range(0.1, 0.3);
      const angle = random.pick([0, 0, Math.PI / 4, random.range(0, Math.PI)]);
      const skew = random.chance(0.3) ? random.range(0.3, 0.8) : 0;
      const fine = surface.noise(4, 3);
      const front = random.chance(0.6) ? grey(0.6) : randomColor(random, 0.1, 0.9);
      const behind = grey(random.chance(0.5) ? random.range(0.01, 0.1) : random.range(0.5, 0.95));
      const metal = random.chance(0.5) ? random.range(0.4, 0.9) : 0;
      const wire = random.chance(0.5);
      const half = bar / pitch / 2;
      surface.eachTurned({ angle, pitch, origin: 'corner' }, (i, along, v) => {
        const u = along + skew * v;
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
        const color = mixed(behind, scaled(front, 1 + 0.04 * fine[i]!), edge);
        surface.put(i, color, h > -9 ? h * bar * 0.4 : -bar * 0.8, 0.06 * edge, 0.5);
        planes.metal[i] = metal * edge;
      });
      return { grain: angle };
    },
  },
  'solar cell': {
    names: ['solar cell', 'photovoltaic wafer', 'silicon wafer', 'solar panel'],
    paint: (surface) => {
      const { long, unit, random } = surface;
      const poly = random.chance(0.5);
      const grains = surface.cells(random.logRange(20, 80) * unit);
      const cloud = surface.noise(250, 4);
      const fine = surface.noise(3, 2);
      const color = random.chance(0.6)
        ? hsv(random.range(0.58, 0.66), random.range(0.3, 0.7), random.range(0.15, 0.4))
        : grey(0.4);
      const contrast = poly ? random.range(0.2, 0.6) : 0;
      const finger = random.logRange(6, 20) * unit;
      const bus = long / random.int(2, 5);
      const busHalf = random.range(2, 6) * unit;
      const upright = random.chance(0.5);
      surface.each((i, x, y) => {
        const [a, b] = upright ? [x, y] : [y, x];
        const df = Math.abs(a - Math.round(a / finger) * finger);
        const db = Math.abs(b - (Math.floor(b / bus) + 0.5) * bus);
        const line = Math.max(clamp(0.9 * unit - df + 0.5, 0, 0.7), clamp(busHalf - db + 0.5, 0, 1));
        const f = 1 + contrast * (grains.value[i]! - 0.5) + 0.06 * cloud[i]! + 0.02 * fine[i]!;
        surface.put(i, mixed(scaled(color, f), [0.72, 0.72, 0.7], line), line * 0.8, 0.12, 0.4);
      });
      return { grain: upright ? Math.PI / 2 : 0 };
    },
  },
};
