import { PIXELS, type SurfaceKind } from '../blueprint.ts';
import { grey, metalColor } from '../color.ts';
import { clamp, lerp, smoothstep, tableAt } from '../field.ts';
import type { Layer } from '../planes.ts';
import { box, type Shape } from '../shape.ts';
import { features } from './metal-features.ts';
import { mostlyStraight, pixel } from './surface.ts';

/** Sheets, castings and plates of metal. */
export const METAL_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  'brushed metal': {
    names: ['brushed metal sheet', 'brushed steel', 'metal surface', 'satin aluminium'],
    paint: (surface) => {
      const { unit, random } = surface;
      const grain = mostlyStraight(random);
      const streak = surface.noiseOf({
        wavelength: random.logRange(2, 9) * unit + 1,
        octaves: 3,
        gain: 0.9,
        angle: grain,
        stretch: random.logRange(15, 90),
      });
      const cloud = surface.noise(250, 3);
      const contrast = random.range(0.03, 0.11);
      const relief = random.range(0.04, 0.28);
      const soft = random.range(0.01, 0.06);
      surface.cast(metalColor(random), random.range(0.6, 0.95), random.range(0.45, 0.85), (i) =>
        pixel(1 + contrast * streak[i]! + soft * cloud[i]!, relief * streak[i]!),
      );
      return { grain, layers: features(surface, 0.3) };
    },
  },
  'machined metal': {
    names: ['machined metal plate', 'milled metal', 'metal part', 'milled aluminium'],
    paint: (surface) => {
      const { height, unit, random } = surface;
      const band = random.chance(0.5) ? height * 4 : height * random.range(0.18, 0.5);
      const radius = band * random.range(0.6, 1.6);
      const pitch = random.logRange(3.5, 13) * unit;
      const vertical = random.chance(0.5);
      const cut = surface.noise(3, 2);
      const cloud = surface.noise(200, 4);
      const ripples = new Float32Array(1024).map(() => random.normal());
      const amount = random.range(0.12, 0.6);
      const contrast = random.range(0.02, 0.09);
      const color = metalColor(random);
      const wobble = random.range(0.3, 2) * unit;
      surface.cast(color, random.range(0.65, 0.95), random.range(0.35, 0.7), (i, x, y) => {
        const along = vertical ? y : x;
        const across = vertical ? x : y;
        const lane = Math.floor(across / band);
        const offset = across - (lane + 0.5) * band;
        const arc = along + radius - Math.sqrt(Math.max(0, radius * radius - offset * offset));
        const phase = (arc + wobble * cloud[i]! + lane * 37.3) / pitch;
        const tooth =
          Math.cos(2 * Math.PI * (phase - Math.floor(phase))) * 0.6 + tableAt(ripples, phase) * 0.7;
        const seam = 1 - smoothstep(0, 1.6 * unit, Math.abs(Math.abs(offset) - band / 2));
        return pixel(
          1 + contrast * tooth + 0.03 * cut[i]! + 0.05 * cloud[i]! - 0.12 * seam,
          amount * tooth * (pitch / 8) + 0.12 * cut[i]! + 0.5 * seam,
        );
      });
      return { grain: vertical ? 0 : Math.PI / 2, layers: features(surface, 0.55) };
    },
  },
  'turned metal': {
    names: ['turned metal face', 'lathe-turned metal', 'metal disc', 'machined metal'],
    paint: (surface) => {
      const { width, height, unit, random } = surface;
      const cx = width * random.range(-0.4, 1.4);
      const cy = height * random.range(-0.4, 1.4);
      const rings = new Float32Array(8192);
      let low = 0;
      for (let i = 0; i < rings.length; i++) {
        low = low * 0.96 + random.normal() * 0.28;
        rings[i] = random.normal() * 0.5 + low * 0.7;
      }
      const pitch = random.logRange(0.7, 3) * unit;
      const fine = surface.noise(4, 2);
      const amount = random.range(0.08, 0.4);
      const contrast = random.range(0.02, 0.07);
      surface.cast(metalColor(random), random.range(0.7, 0.97), random.range(0.3, 0.7), (i, column, row) => {
        const x = column - cx;
        const y = row - cy;
        const value = tableAt(rings, Math.sqrt(x * x + y * y) / pitch);
        return pixel(1 + contrast * value + 0.02 * fine[i]!, amount * value + 0.06 * fine[i]!);
      });
      const layers = features(surface, 0.4);
      return { grain: Math.atan2(height / 2 - cy, width / 2 - cx) + Math.PI / 2, layers };
    },
  },
  'cast metal': {
    names: ['cast metal housing', 'metal casting', 'cast iron', 'die-cast part'],
    paint: (surface) => {
      const { width, height, unit, random } = surface;
      const coarse = surface.noise(random.logRange(7, 22), 4, { gain: random.range(0.55, 0.75) });
      const cloud = surface.noise(260, 4);
      const grains = surface.cells(random.range(4, 9) * unit);
      const deep = random.range(0.25, 1);
      const v = random.range(0.22, 0.55);
      const warm = random.normal() * 0.02;
      surface.cast([v + warm, v, v - warm], random.range(0.15, 0.5), random.range(0.6, 0.9), (i) => {
        const grain = grains.first[i]!;
        const relief = deep * (coarse[i]! * 0.8 - grain * 1.6);
        return pixel(1 + 0.07 * coarse[i]! + 0.09 * cloud[i]! - 0.1 * (grain - 0.4), relief);
      });
      const layers: Layer[] = [];
      if (random.chance(0.5)) {
        // A machined face, rib or parting line across the casting.
        const size = Math.min(width, height);
        const half = size * random.logRange(0.012, 0.12);
        const at = random.range(0.15, 0.85);
        const upright = random.chance(0.5);
        const shape: Shape = upright
          ? box(half, height, half * 0.4, width * at, height / 2)
          : box(width, half, half * 0.4, width / 2, height * at);
        layers.push({
          pose: PIXELS,
          shape,
          bounds: [0, 0, width, height],
          mode: 'engrave',
          rise: random.sign() * Math.min(9, half * 0.5),
          bevel: half * random.range(0.2, 0.8),
          profile: 'soft',
        });
      }
      return { grain: 0, layers: [...layers, ...features(surface, 0.45)] };
    },
  },
  'rolled steel': {
    names: ['hot-rolled steel strip', 'steel strip', 'rolled steel sheet', 'steel plate'],
    paint: (surface) => {
      const { random } = surface;
      const grain = random.chance(0.5) ? 0 : Math.PI / 2;
      const streak = surface.noise(random.logRange(5, 60), 5, {
        gain: 0.65,
        angle: grain,
        stretch: random.logRange(4, 40),
      });
      const cloud = surface.noise(random.logRange(60, 400), 6, { gain: random.range(0.45, 0.68) });
      const grit = surface.noise(random.range(2.5, 7), 2);
      const v = random.range(0.3, 0.7);
      const a = random.range(0.01, 0.07);
      const b = random.range(0.02, 0.09);
      const c = random.range(0.01, 0.05);
      surface.cast([v, v, v * random.range(0.97, 1.03)], random.range(0, 0.4), random.range(0.6, 0.95), (i) =>
        pixel(1 + a * streak[i]! + b * cloud[i]! + c * grit[i]!, 0.1 * streak[i]! + 0.16 * grit[i]!),
      );
      return { grain };
    },
  },
  'ground metal': {
    names: ['ground magnetic tile', 'ground metal surface', 'ferrite tile', 'ground steel'],
    paint: (surface) => {
      const { width, height, random } = surface;
      const grain = random.chance(0.8) ? Math.PI / 2 : 0;
      const streak = surface.noise(random.logRange(4, 16), 4, {
        gain: 0.75,
        angle: grain,
        stretch: random.logRange(25, 120),
      });
      const cloud = surface.noise(300, 4);
      const grit = surface.white();
      const v = random.range(0.22, 0.5);
      const contrast = random.range(0.06, 0.16);
      const curve = random.range(0, 0.5);
      const rim = random.chance(0.35) ? random.range(0.015, 0.06) : 0;
      surface.cast(grey(v), random.range(0.3, 0.7), random.range(0.5, 0.9), (i, column, row) => {
        const x = column / width;
        const y = row / height;
        const t = (grain === 0 ? y : x) * 2 - 1;
        const edge = rim > 0 ? smoothstep(0, rim, Math.min(x, 1 - x)) : 1;
        return pixel(
          (1 + contrast * streak[i]! + 0.1 * cloud[i]! + 0.06 * grit[i]!) *
            (1 - curve * t * t) *
            lerp(0.2, 1, edge),
          0.16 * streak[i]!,
        );
      });
      return { grain };
    },
  },
  'smooth metal': {
    names: [
      'smooth metal surface',
      'electrical commutator',
      'metal cylinder surface',
      'plastic-embedded metal',
    ],
    paint: (surface) => {
      const { width, height, random } = surface;
      const fine = surface.noise(random.range(2.5, 6), 3, { gain: 0.7 });
      const cloud = surface.noise(220, 5, { gain: 0.55 });
      const grain = random.chance(0.6) ? 0 : Math.PI / 2;
      const streak = surface.noise(random.range(4, 30), 3, { angle: grain, stretch: 30 });
      const v = random.range(0.35, 0.7);
      const a = random.range(0.005, 0.03);
      const b = random.range(0.01, 0.06);
      const c = random.range(0, 0.04);
      const curve = random.range(0, 0.55);
      const along = random.chance(0.5);
      // Bands of another shade at two opposite ends, as where the part ends or another material begins.
      const rim = random.chance(0.5) ? random.range(0.03, 0.16) : 0;
      const other = random.range(0.25, 1.5);
      const wavy = random.range(0, 0.006);
      surface.cast(grey(v), random.range(0, 0.35), random.range(0.5, 0.9), (i, column, row) => {
        const x = column / width;
        const y = row / height;
        const t = (along ? x : y) * 2 - 1;
        const e = along ? y : x;
        const outside =
          rim > 0 ? 1 - smoothstep(rim - 0.004, rim + 0.004, Math.min(e, 1 - e) + wavy * cloud[i]!) : 0;
        return pixel(
          (1 + a * fine[i]! + b * cloud[i]! + c * streak[i]!) * (1 - curve * t * t) * lerp(1, other, outside),
          0.08 * fine[i]! - outside * 2,
        );
      });
      return { grain };
    },
  },
  'galvanised sheet': {
    names: ['galvanised sheet', 'zinc-coated steel', 'metal sheet'],
    paint: (surface) => {
      const { unit, random } = surface;
      const warpX = surface.noise(30, 4);
      const warpY = surface.noise(30, 4);
      const spangle = surface.cells(random.logRange(14, 60) * unit, {
        warp: [warpX, warpY, 5 * unit],
      });
      const fine = surface.noise(4, 2);
      const contrast = random.range(0.1, 0.35);
      surface.cast([0.62, 0.63, 0.64], 0.7, random.range(0.5, 0.8), (i) =>
        pixel(
          1 +
            contrast * (spangle.value[i]! - 0.5) +
            0.02 * fine[i]! -
            0.08 * (1 - smoothstep(0, 0.08, spangle.border[i]!)),
          0.06 * fine[i]! + 0.2 * smoothstep(0, 0.15, spangle.border[i]!),
        ),
      );
      return { grain: 0 };
    },
  },
  'perforated metal': {
    bare: true,
    names: ['perforated metal sheet', 'perforated plate', 'metal sheet with holes', 'metal grille'],
    paint: (surface) => {
      const { unit, random } = surface;
      const pitch = random.logRange(16, 80) * unit;
      const radius = pitch * random.range(0.22, 0.4);
      const hexagonal = random.chance(0.5);
      const square = random.chance(0.25);
      const angle = mostlyStraight(random);
      const fine = surface.noise(4, 3);
      const color = metalColor(random);
      const behind = random.range(0.02, 0.25);
      const bevel = pitch * random.range(0.04, 0.15);
      const rise = hexagonal ? pitch * 0.866 : pitch;
      surface.castTurned(
        { angle, origin: 'corner' },
        color,
        random.range(0.4, 0.9),
        random.range(0.4, 0.8),
        (i, u, v) => {
          const row = Math.round(v / rise);
          const shift = hexagonal && row & 1 ? pitch / 2 : 0;
          const dx = u - shift - Math.round((u - shift) / pitch) * pitch;
          const dy = v - row * rise;
          const d = (square ? Math.max(Math.abs(dx), Math.abs(dy)) : Math.sqrt(dx * dx + dy * dy)) - radius;
          const solid = clamp(d + 0.5, 0, 1);
          return pixel(
            lerp(behind, 1 + 0.03 * fine[i]!, solid),
            smoothstep(-bevel, bevel, d) * bevel * 1.5 + 0.08 * fine[i]!,
          );
        },
      );
      return { grain: angle };
    },
  },
  'tread plate': {
    bare: true,
    names: ['patterned metal plate', 'embossed metal sheet', 'tread plate', 'knurled metal'],
    paint: (surface) => {
      const { unit, random } = surface;
      const pitch = random.logRange(10, 70) * unit;
      const lozenge = random.chance(0.5);
      const fine = surface.noise(5, 3);
      const tall = pitch * random.range(0.04, 0.16);
      surface.cast(metalColor(random), random.range(0.5, 0.95), random.range(0.3, 0.7), (i, column, row) => {
        const x = column / pitch;
        const y = row / pitch;
        let h: number;
        if (lozenge) {
          const a = Math.abs(((x + y) % 1) - 0.5) * 2;
          const b = Math.abs(((((x - y) % 1) + 1) % 1) - 0.5) * 2;
          h = Math.min(a, b);
        } else {
          const odd = (Math.floor(x) + Math.floor(y)) & 1;
          const fx = x - Math.floor(x) - 0.5;
          const fy = y - Math.floor(y) - 0.5;
          const u = (odd ? fx + fy : fx - fy) * Math.SQRT1_2;
          const v = (odd ? fy - fx : fx + fy) * Math.SQRT1_2;
          h = 1 - smoothstep(0.6, 1, Math.hypot(u / 0.48, v / 0.14));
        }
        return pixel(1 + 0.03 * fine[i]!, tall * h + 0.1 * fine[i]!);
      });
      return { grain: Math.PI / 4 };
    },
  },
};
