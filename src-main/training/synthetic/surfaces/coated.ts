import type { SurfaceKind } from '../blueprint.ts';
import { grey, hsv, mixed, randomColor } from '../color.ts';
import { clamp, lerp, smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';
import { pixel } from './surface.ts';
import { near } from './textile.ts';

/** Leather, paint, plastics, wood, paper and foam. */
export const COATED_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  leather: {
    names: ['leather', 'artificial leather', 'hide', 'upholstery'],
    paint: (surface) => {
      const { unit, random } = surface;
      const warpX = surface.noise(40, 4);
      const warpY = surface.noise(40, 4);
      const size = random.logRange(6, 22) * unit + 1;
      const pebbles = surface.cells(size, { warp: [warpX, warpY, size * 0.4] });
      const fine = surface.noise(4, 3);
      const color = random.chance(0.7)
        ? hsv(random.range(0.02, 0.1), random.range(0.3, 0.8), random.range(0.15, 0.7))
        : randomColor(random, 0.08, 0.8);
      const deep = size * random.range(0.06, 0.16);
      surface.coat(color, random.range(0.02, 0.25), random.range(0.4, 0.8), (i) => {
        const h = smoothstep(0, 0.4, pebbles.border[i]!);
        const tone = 0.82 + 0.2 * h + 0.04 * fine[i]! + 0.04 * warpX[i]! + 0.05 * (pebbles.value[i]! - 0.5);
        return pixel(tone, deep * h + 0.2 * fine[i]!);
      });
      return { grain: 0 };
    },
  },
  'painted sheet': {
    names: ['painted metal sheet', 'coated panel', 'lacquered surface', 'car paint'],
    paint: (surface) => {
      const { unit, random } = surface;
      const peel = surface.noise(random.logRange(8, 40), 2, { gain: 0.4 });
      const cloud = surface.noise(300, 3);
      const color = randomColor(random, 0.05, 0.95);
      const amount = random.range(0.02, 0.5);
      const gloss = random.range(0.05, 0.5);
      const rough = random.range(0.05, 0.6);
      const flakes = random.chance(0.3) ? surface.noiseOf({ wavelength: 2.2 * unit + 1, octaves: 2 }) : null;
      const sparkle = random.range(0.02, 0.08);
      const ribbed = random.chance(0.25) ? random.logRange(30, 200) * unit : 0;
      surface.coat(color, gloss, rough, (i, x) => {
        const wave = ribbed > 0 ? Math.sin((2 * Math.PI * x) / ribbed) * ribbed * 0.05 : 0;
        return pixel(1 + 0.02 * cloud[i]! + (flakes ? sparkle * flakes[i]! : 0), amount * peel[i]! + wave);
      });
      return { grain: Math.PI / 2 };
    },
  },
  plastic: {
    names: ['moulded plastic surface', 'plastic panel', 'polymer part', 'textured plastic'],
    paint: (surface) => {
      const { unit, random } = surface;
      const size = random.logRange(3, 12) * unit + 1;
      const pebbles = random.chance(0.6) ? surface.cells(size) : null;
      const fine = surface.noise(random.range(3, 10), 3);
      const color = randomColor(random, 0.05, 0.95);
      const deep = random.range(0.1, 1) * unit;
      surface.coat(color, random.range(0.02, 0.2), random.range(0.3, 0.9), (i) => {
        const h = pebbles ? smoothstep(0.05, 0.6, pebbles.border[i]!) : fine[i]! * 0.5;
        return pixel(1 + 0.02 * fine[i]!, deep * h + 0.04 * fine[i]!);
      });
      return { grain: 0 };
    },
  },
  rubber: {
    names: ['rubber sheet', 'rubber mat', 'elastomer', 'conveyor belt'],
    paint: (surface) => {
      const { unit, random } = surface;
      const fine = surface.noise(4, 3, { gain: 0.8 });
      const cloud = surface.noise(150, 4);
      const v = random.range(0.05, 0.3);
      const color = random.chance(0.75) ? grey(v) : randomColor(random, 0.1, 0.6);
      const pitch = random.logRange(10, 80) * unit;
      const pattern = random.int(0, 3);
      const deep = pitch * random.range(0.05, 0.2);
      surface.coat(color, 0.06, 0.8, (i, x, y) => {
        const fx = Math.abs(((x / pitch) % 1) - 0.5) * 2;
        const fy = Math.abs(((y / pitch) % 1) - 0.5) * 2;
        let h = 0;
        if (pattern === 1) h = smoothstep(0.3, 0.6, fx);
        else if (pattern === 2) h = smoothstep(0.15, 0.3, Math.min(fx, fy));
        else if (pattern === 3) h = 1 - smoothstep(0.45, 0.65, Math.hypot(fx, fy));
        return pixel(1 + 0.06 * fine[i]! + 0.08 * cloud[i]!, deep * h + 0.3 * fine[i]!);
      });
      return { grain: 0 };
    },
  },
  wood: {
    names: ['wooden board', 'wood', 'timber plank', 'veneer'],
    paint: (surface) => {
      const { width, height, long, unit, random } = surface;
      const grain = random.chance(0.5) ? 0 : Math.PI / 2;
      const bend = surface.noise(random.logRange(60, 260), 4, {
        gain: 0.42,
        angle: grain,
        stretch: random.logRange(3, 12),
      });
      const pores = surface.noiseOf({ wavelength: 3.5 * unit + 1, octaves: 2, angle: grain, stretch: 18 });
      const cloud = surface.noise(240, 3);
      const rings = random.logRange(1.5, 7);
      const light = hsv(random.range(0.05, 0.11), random.range(0.25, 0.65), random.range(0.5, 0.9));
      const dark = near(random, [light[0] * 0.72, light[1] * 0.62, light[2] * 0.5], 0.1);
      const contrast = random.range(0.25, 0.9);
      const gloss = random.chance(0.4) ? random.range(0.05, 0.25) : 0.01;
      const plank = random.chance(0.3) ? random.range(0.15, 0.4) : 0;
      surface.each((i, x, y) => {
        const across = (grain === 0 ? y / height : x / width) + 0.001;
        const lane = plank > 0 ? Math.floor(across / plank) : 0;
        const t = bend[i]! * rings * 0.5 + across * rings * 4 + lane * 3.7;
        const f = t - Math.floor(t);
        const ring = smoothstep(0, 0.75, f) * (1 - smoothstep(0.85, 1, f));
        const amount = clamp(contrast * ring + 0.08 * pores[i]! + 0.06 * cloud[i]!, 0, 1);
        const edge = Math.abs(across / plank - Math.round(across / plank)) * plank;
        const joint = plank > 0 ? smoothstep(0, 1.5 / long, edge) : 1;
        const factor = (1 - 0.06 * Math.max(0, pores[i]!)) * lerp(0.35, 1, joint);
        surface.dye(i, mixed(light, dark, amount), factor, 0.25 * pores[i]! - (1 - joint) * 3, gloss, 0.5);
      });
      return { grain };
    },
  },
  paper: {
    names: ['paper sheet', 'cardboard', 'board', 'packaging paper'],
    paint: (surface) => {
      const { unit, random } = surface;
      const fibre = surface.noise(5, 3, { gain: 0.7 });
      const cloud = surface.noise(60, 5);
      const kraft = random.chance(0.45);
      const color: Rgb = kraft
        ? hsv(random.range(0.07, 0.11), random.range(0.25, 0.5), random.range(0.5, 0.75))
        : near(random, [0.9, 0.9, 0.88], 0.06);
      const corrugated = random.chance(0.3) ? random.range(12, 40) * unit : 0;
      surface.coat(color, 0.01, 0.9, (i, x) => {
        const wave = corrugated > 0 ? Math.sin((2 * Math.PI * x) / corrugated) : 0;
        return pixel(1 + 0.02 * fibre[i]! + 0.025 * cloud[i]! + 0.02 * wave, 0.25 * fibre[i]! + wave * 0.8);
      });
      return { grain: Math.PI / 2 };
    },
  },
  foam: {
    bare: true,
    names: ['foam', 'sponge', 'porous material', 'polystyrene'],
    paint: (surface) => {
      const { unit, random } = surface;
      const size = random.logRange(6, 30) * unit + 1;
      const bubbles = surface.cells(size);
      const fine = surface.noise(4, 3);
      const color = randomColor(random, 0.4, 0.95);
      const beads = random.chance(0.5);
      surface.coat(color, 0.03, 0.8, (i) => {
        const border = bubbles.border[i]!;
        const h = beads ? smoothstep(0, 0.5, border) : -smoothstep(0.1, 0.5, border);
        const tone = (beads ? 0.92 : 1) + 0.08 * h + 0.03 * fine[i]! + 0.04 * (bubbles.value[i]! - 0.5);
        return pixel(tone, size * 0.16 * h + 0.2 * fine[i]!);
      });
      return { grain: 0 };
    },
  },
};
