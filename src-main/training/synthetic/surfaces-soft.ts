import type { Random } from '../../../src-shared/random.ts';
import type { SurfaceKind } from './blueprint.ts';
import { grey, hsv, randomColor } from './color.ts';
import { clamp, lerp, smoothstep } from './field.ts';
import type { Rgb } from './image.ts';
import { cells, fractalNoise } from './noise.ts';
import type { Planes } from './planes.ts';

const unitOf = (planes: Planes) => Math.max(planes.width, planes.height) / 640;

/** One dull colour everywhere with a factor and a height per pixel. */
function dye(
  planes: Planes,
  i: number,
  color: Rgb,
  factor: number,
  relief: number,
  gloss = 0.02,
  rough = 0.9,
): void {
  const f = Math.max(factor, 0.04);
  planes.red[i] = color[0] * f;
  planes.green[i] = color[1] * f;
  planes.blue[i] = color[2] * f;
  planes.relief[i] = relief;
  planes.gloss[i] = gloss;
  planes.rough[i] = rough;
}

/**
 * Woven threads. `floats` over / `floats` under gives twill for more than one, shifted by one thread each row.
 */
function weave(
  planes: Planes,
  random: Random,
  options: {
    readonly thread: number;
    readonly floats: number;
    readonly open: number;
    readonly warp: Rgb;
    readonly weft: Rgb;
    readonly behind: Rgb;
    readonly gloss: number;
    readonly hairy: number;
    readonly stripes: number;
  },
): number {
  const { width, height } = planes;
  const unit = unitOf(planes);
  const { thread, floats, open, warp, weft, behind, gloss } = options;
  const angle = random.chance(0.7) ? random.normal() * 0.04 : random.range(0, Math.PI);
  const c = Math.cos(angle) / thread;
  const s = Math.sin(angle) / thread;
  const bendX = fractalNoise(width, height, random, { wavelength: 160 * unit, octaves: 4, gain: 0.5 });
  const bendY = fractalNoise(width, height, random, { wavelength: 160 * unit, octaves: 4, gain: 0.5 });
  const fibre = fractalNoise(width, height, random, {
    wavelength: Math.max(2, thread * 0.25),
    octaves: 3,
    gain: 0.8,
  });
  const sway = random.range(0.04, 0.16);
  const uneven = Float32Array.from({ length: 512 }, () => random.normal());
  const variation = random.range(0.02, 0.09);
  const tall = thread * random.range(0.2, 0.36);
  const period = 2 * floats;
  const halfThread = 0.5 - open * 0.5;
  const stripe = options.stripes;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const u = c * x + s * y + sway * bendX[i]! + 1000;
      const v = -s * x + c * y + sway * bendY[i]! + 1000;
      const iu = Math.floor(u);
      const iv = Math.floor(v);
      const fu = u - iu - 0.5;
      const fv = v - iv - 0.5;
      const wu = halfThread * (1 + 0.08 * uneven[iu & 511]!);
      const wv = halfThread * (1 + 0.08 * uneven[(iv + 77) & 511]!);
      const ru = 1 - (fu * fu) / (wu * wu);
      const rv = 1 - (fv * fv) / (wv * wv);
      const phase = (((iu + iv) % period) + period) % period;
      const over = phase < floats;
      // A thread dives towards the ends of its float.
      const along = floats === 1 ? 0 : phase < floats ? phase : phase - floats;
      const dive = floats === 1 ? 1 : 1 - 0.25 * Math.abs(along - (floats - 1) / 2);
      const warpHigh = ru > 0 ? Math.sqrt(ru) + (over ? 0.55 * dive * Math.cos(Math.PI * fv) : -0.55) : -9;
      const weftHigh = rv > 0 ? Math.sqrt(rv) + (over ? -0.55 : 0.55 * dive * Math.cos(Math.PI * fu)) : -9;
      const twist =
        0.5 + 0.5 * Math.sin(2 * Math.PI * (warpHigh > weftHigh ? v * 1.5 + fu * 1.6 : u * 1.5 + fv * 1.6));
      const texture = 1 + options.hairy * fibre[i]! + 0.05 * (twist - 0.5);
      if (warpHigh <= -9 && weftHigh <= -9) {
        dye(planes, i, behind, 1 + 0.05 * fibre[i]!, -tall, 0);
      } else if (warpHigh > weftHigh) {
        const tone = stripe > 0 && iu % stripe < 2 ? 0.7 : 1;
        dye(
          planes,
          i,
          warp,
          tone * texture * (1 + variation * uneven[iu & 511]!),
          tall * warpHigh + 0.25 * fibre[i]!,
          gloss,
          0.7,
        );
      } else {
        dye(
          planes,
          i,
          weft,
          texture * (1 + variation * uneven[(iv + 131) & 511]!),
          tall * weftHigh + 0.25 * fibre[i]!,
          gloss,
          0.7,
        );
      }
    }
  }
  return angle;
}

const fabricColor = (random: Random): Rgb => randomColor(random, 0.15, 0.9);

function near(random: Random, color: Rgb, spread: number): Rgb {
  const f = Math.exp(random.normal() * spread);
  return [clamp(color[0] * f, 0.02, 1), clamp(color[1] * f, 0.02, 1), clamp(color[2] * f, 0.02, 1)];
}

export const SOFT_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  fabric: {
    names: ['woven fabric', 'cloth', 'textile', 'canvas'],
    paint: (planes, random) => {
      const color = fabricColor(random);
      const grain = weave(planes, random, {
        thread: random.logRange(4, 18) * unitOf(planes) + 1.5,
        floats: 1,
        open: random.chance(0.3) ? random.range(0.1, 0.35) : 0.04,
        warp: color,
        weft: near(random, color, 0.15),
        behind: near(random, color, 0.6),
        gloss: random.range(0, 0.08),
        hairy: random.range(0.03, 0.11),
        stripes: random.chance(0.15) ? random.int(6, 20) : 0,
      });
      return { grain };
    },
  },
  denim: {
    names: ['denim fabric', 'twill cloth', 'textile', 'jeans fabric'],
    paint: (planes, random) => {
      const color = random.chance(0.5)
        ? hsv(0.6, random.range(0.3, 0.6), random.range(0.25, 0.6))
        : fabricColor(random);
      const grain = weave(planes, random, {
        thread: random.logRange(4, 14) * unitOf(planes) + 1.5,
        floats: random.int(2, 3),
        open: 0.03,
        warp: color,
        weft: random.chance(0.5) ? [0.75, 0.76, 0.78] : near(random, color, 0.3),
        behind: [0.1, 0.1, 0.1],
        gloss: 0.01,
        hairy: random.range(0.05, 0.14),
        stripes: 0,
      });
      return { grain };
    },
  },
  'carbon fibre': {
    names: ['carbon fibre laminate', 'carbon weave', 'composite sheet'],
    paint: (planes, random) => {
      const v = random.range(0.06, 0.16);
      const grain = weave(planes, random, {
        thread: random.logRange(12, 40) * unitOf(planes),
        floats: random.int(1, 2),
        open: 0.01,
        warp: [v, v, v * 1.05],
        weft: [v * 1.8, v * 1.8, v * 1.9],
        behind: [0.02, 0.02, 0.02],
        gloss: random.range(0.15, 0.5),
        hairy: 0.08,
        stripes: 0,
      });
      for (let i = 0; i < planes.relief.length; i++) planes.relief[i]! *= 0.25;
      return { grain };
    },
  },
  gauze: {
    bare: true,
    names: ['mesh fabric', 'gauze', 'net cloth', 'screen mesh'],
    paint: (planes, random) => {
      const color = random.chance(0.4) ? ([0.75, 0.75, 0.72] as Rgb) : fabricColor(random);
      const dark = random.chance(0.6);
      const grain = weave(planes, random, {
        thread: random.logRange(7, 40) * unitOf(planes) + 2,
        floats: 1,
        open: random.range(0.45, 0.75),
        warp: color,
        weft: near(random, color, 0.08),
        behind: dark ? [0.04, 0.04, 0.05] : [0.85, 0.85, 0.84],
        gloss: random.range(0, 0.3),
        hairy: random.range(0.01, 0.07),
        stripes: 0,
      });
      return { grain };
    },
  },
  knit: {
    bare: true,
    names: ['knitted fabric', 'knitwear', 'jersey', 'textile'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const stitch = random.logRange(9, 30) * unit + 2;
      const color = fabricColor(random);
      const bend = fractalNoise(width, height, random, { wavelength: 140 * unit, octaves: 4 });
      const fibre = fractalNoise(width, height, random, {
        wavelength: Math.max(2.2, stretchOf(stitch)),
        octaves: 3,
        gain: 0.8,
      });
      const tall = stitch * 0.22;
      const hairy = random.range(0.04, 0.12);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const u = x / stitch + 0.08 * bend[i]! + 100;
          const v = y / (stitch * 0.8) + 100;
          const iu = Math.floor(u);
          const fu = u - iu - 0.5;
          // Each wale is a chain of V shapes: two slanted strands that meet in the middle.
          const side = Math.abs(fu);
          const slant = v + side * 1.1;
          const fv = slant - Math.floor(slant) - 0.5;
          const strand = 1 - (fv * fv) / 0.19;
          const column = Math.sqrt(Math.max(0, 1 - ((side - 0.25) / 0.27) ** 2));
          const h = Math.sqrt(Math.max(0, strand)) * 0.6 + column * 0.7;
          dye(
            planes,
            i,
            color,
            (0.72 + 0.25 * h) * (1 + hairy * fibre[i]!),
            tall * h + 0.3 * fibre[i]!,
            0.01,
          );
        }
      }
      return { grain: Math.PI / 2 };
    },
  },
  carpet: {
    bare: true,
    names: ['carpet', 'rug', 'pile fabric', 'floor covering'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const tuft = random.logRange(5, 18) * unit + 1.5;
      const jitter = random.chance(0.5) ? random.range(0.2, 0.5) : 1;
      const tufts = cells(width, height, random, tuft, { jitter });
      const fibre = fractalNoise(width, height, random, { wavelength: 4 * unit, octaves: 3, gain: 0.8 });
      const cloud = fractalNoise(width, height, random, { wavelength: 200 * unit, octaves: 4 });
      const a = fabricColor(random);
      const b = random.chance(0.4) ? near(random, a, 0.5) : near(random, a, 0.1);
      for (let i = 0; i < fibre.length; i++) {
        const pick = tufts.value[i]!;
        const color = pick < 0.5 ? a : b;
        const round = 1 - clamp(tufts.first[i]! * 1.3, 0, 1);
        dye(
          planes,
          i,
          color,
          (0.55 + 0.5 * round) * (1 + 0.12 * fibre[i]! + 0.06 * cloud[i]! + 0.15 * (pick - 0.5)),
          round * tuft * 0.4 + 0.5 * fibre[i]!,
          0,
        );
      }
      return { grain: 0 };
    },
  },
  felt: {
    names: ['felt', 'non-woven fabric', 'fleece', 'fibre mat'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const sheets = [0, 1, 2].map((k) =>
        fractalNoise(width, height, random, {
          wavelength: random.range(3, 6) * unit,
          octaves: 2,
          angle: (k * Math.PI) / 3 + random.normal() * 0.2,
          stretch: random.range(6, 16),
          ridged: true,
        }),
      );
      const cloud = fractalNoise(width, height, random, { wavelength: 90 * unit, octaves: 5 });
      const color = fabricColor(random);
      const amount = random.range(0.03, 0.09);
      for (let i = 0; i < cloud.length; i++) {
        const f = Math.max(sheets[0]![i]!, sheets[1]![i]!, sheets[2]![i]!);
        dye(planes, i, color, 1 + amount * (f - 0.5) + 0.04 * cloud[i]!, 0.5 * f, 0);
      }
      return { grain: random.range(0, Math.PI) };
    },
  },
  leather: {
    names: ['leather', 'artificial leather', 'hide', 'upholstery'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const warpX = fractalNoise(width, height, random, { wavelength: 40 * unit, octaves: 4 });
      const warpY = fractalNoise(width, height, random, { wavelength: 40 * unit, octaves: 4 });
      const size = random.logRange(6, 22) * unit + 1;
      const pebbles = cells(width, height, random, size, { warp: [warpX, warpY, size * 0.4] });
      const fine = fractalNoise(width, height, random, { wavelength: 4 * unit, octaves: 3 });
      const color = random.chance(0.7)
        ? hsv(random.range(0.02, 0.1), random.range(0.3, 0.8), random.range(0.15, 0.7))
        : randomColor(random, 0.08, 0.8);
      const deep = size * random.range(0.06, 0.16);
      const gloss = random.range(0.02, 0.25);
      const rough = random.range(0.4, 0.8);
      for (let i = 0; i < fine.length; i++) {
        const h = smoothstep(0, 0.4, pebbles.border[i]!);
        dye(
          planes,
          i,
          color,
          0.82 + 0.2 * h + 0.04 * fine[i]! + 0.04 * warpX[i]! + 0.05 * (pebbles.value[i]! - 0.5),
          deep * h + 0.2 * fine[i]!,
          gloss,
          rough,
        );
      }
      return { grain: 0 };
    },
  },
  'painted sheet': {
    names: ['painted metal sheet', 'coated panel', 'lacquered surface', 'car paint'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const peel = fractalNoise(width, height, random, {
        wavelength: random.logRange(8, 40) * unit,
        octaves: 2,
        gain: 0.4,
      });
      const cloud = fractalNoise(width, height, random, { wavelength: 300 * unit, octaves: 3 });
      const color = randomColor(random, 0.05, 0.95);
      const amount = random.range(0.02, 0.5);
      const gloss = random.range(0.05, 0.5);
      const rough = random.range(0.05, 0.6);
      const flakes = random.chance(0.3)
        ? fractalNoise(width, height, random, { wavelength: 2.2 * unit + 1, octaves: 2 })
        : null;
      const sparkle = random.range(0.02, 0.08);
      const ribbed = random.chance(0.25) ? random.logRange(30, 200) * unit : 0;
      for (let i = 0; i < peel.length; i++) {
        const x = i % width;
        const wave = ribbed > 0 ? Math.sin((2 * Math.PI * x) / ribbed) * ribbed * 0.05 : 0;
        dye(
          planes,
          i,
          color,
          1 + 0.02 * cloud[i]! + (flakes ? sparkle * flakes[i]! : 0),
          amount * peel[i]! + wave,
          gloss,
          rough,
        );
      }
      return { grain: Math.PI / 2 };
    },
  },
  plastic: {
    names: ['moulded plastic surface', 'plastic panel', 'polymer part', 'textured plastic'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const size = random.logRange(3, 12) * unit + 1;
      const pebbles = random.chance(0.6) ? cells(width, height, random, size) : null;
      const fine = fractalNoise(width, height, random, {
        wavelength: random.range(3, 10) * unit,
        octaves: 3,
      });
      const color = randomColor(random, 0.05, 0.95);
      const deep = random.range(0.1, 1) * unit;
      const gloss = random.range(0.02, 0.2);
      const rough = random.range(0.3, 0.9);
      for (let i = 0; i < fine.length; i++) {
        const h = pebbles ? smoothstep(0.05, 0.6, pebbles.border[i]!) : fine[i]! * 0.5;
        dye(planes, i, color, 1 + 0.02 * fine[i]!, deep * h + 0.04 * fine[i]!, gloss, rough);
      }
      return { grain: 0 };
    },
  },
  rubber: {
    names: ['rubber sheet', 'rubber mat', 'elastomer', 'conveyor belt'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const fine = fractalNoise(width, height, random, { wavelength: 4 * unit, octaves: 3, gain: 0.8 });
      const cloud = fractalNoise(width, height, random, { wavelength: 150 * unit, octaves: 4 });
      const v = random.range(0.05, 0.3);
      const color: Rgb = random.chance(0.75) ? grey(v) : randomColor(random, 0.1, 0.6);
      const pitch = random.logRange(10, 80) * unit;
      const pattern = random.int(0, 3);
      const deep = pitch * random.range(0.05, 0.2);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const fx = Math.abs(((x / pitch) % 1) - 0.5) * 2;
          const fy = Math.abs(((y / pitch) % 1) - 0.5) * 2;
          let h = 0;
          if (pattern === 1) h = smoothstep(0.3, 0.6, fx);
          else if (pattern === 2) h = smoothstep(0.15, 0.3, Math.min(fx, fy));
          else if (pattern === 3) h = 1 - smoothstep(0.45, 0.65, Math.hypot(fx, fy));
          dye(planes, i, color, 1 + 0.06 * fine[i]! + 0.08 * cloud[i]!, deep * h + 0.3 * fine[i]!, 0.06, 0.8);
        }
      }
      return { grain: 0 };
    },
  },
  wood: {
    names: ['wooden board', 'wood', 'timber plank', 'veneer'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const grain = random.chance(0.5) ? 0 : Math.PI / 2;
      const bend = fractalNoise(width, height, random, {
        wavelength: random.logRange(60, 260) * unit,
        octaves: 4,
        gain: 0.42,
        angle: grain,
        stretch: random.logRange(3, 12),
      });
      const pores = fractalNoise(width, height, random, {
        wavelength: 3.5 * unit + 1,
        octaves: 2,
        angle: grain,
        stretch: 18,
      });
      const cloud = fractalNoise(width, height, random, { wavelength: 240 * unit, octaves: 3 });
      const rings = random.logRange(1.5, 7);
      const light = hsv(random.range(0.05, 0.11), random.range(0.25, 0.65), random.range(0.5, 0.9));
      const dark = near(random, [light[0] * 0.72, light[1] * 0.62, light[2] * 0.5], 0.1);
      const contrast = random.range(0.25, 0.9);
      const gloss = random.chance(0.4) ? random.range(0.05, 0.25) : 0.01;
      const plank = random.chance(0.3) ? random.range(0.15, 0.4) : 0;
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const i = y * width + x;
          const across = (grain === 0 ? y / height : x / width) + 0.001;
          const lane = plank > 0 ? Math.floor(across / plank) : 0;
          const t = bend[i]! * rings * 0.5 + across * rings * 4 + lane * 3.7;
          const f = t - Math.floor(t);
          const ring = smoothstep(0, 0.75, f) * (1 - smoothstep(0.85, 1, f));
          const amount = clamp(contrast * ring + 0.08 * pores[i]! + 0.06 * cloud[i]!, 0, 1);
          const joint =
            plank > 0
              ? smoothstep(
                  0,
                  1.5 / Math.max(width, height),
                  Math.abs(across / plank - Math.round(across / plank)) * plank,
                )
              : 1;
          dye(
            planes,
            i,
            [
              lerp(light[0], dark[0], amount),
              lerp(light[1], dark[1], amount),
              lerp(light[2], dark[2], amount),
            ],
            (1 - 0.06 * Math.max(0, pores[i]!)) * lerp(0.35, 1, joint),
            0.25 * pores[i]! - (1 - joint) * 3,
            gloss,
            0.5,
          );
        }
      }
      return { grain };
    },
  },
  paper: {
    names: ['paper sheet', 'cardboard', 'board', 'packaging paper'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const fibre = fractalNoise(width, height, random, { wavelength: 5 * unit, octaves: 3, gain: 0.7 });
      const cloud = fractalNoise(width, height, random, { wavelength: 60 * unit, octaves: 5 });
      const kraft = random.chance(0.45);
      const color: Rgb = kraft
        ? hsv(random.range(0.07, 0.11), random.range(0.25, 0.5), random.range(0.5, 0.75))
        : near(random, [0.9, 0.9, 0.88], 0.06);
      const corrugated = random.chance(0.3) ? random.range(12, 40) * unit : 0;
      for (let i = 0; i < fibre.length; i++) {
        const wave = corrugated > 0 ? Math.sin((2 * Math.PI * (i % width)) / corrugated) : 0;
        dye(
          planes,
          i,
          color,
          1 + 0.02 * fibre[i]! + 0.025 * cloud[i]! + 0.02 * wave,
          0.25 * fibre[i]! + wave * 0.8,
          0.01,
          0.9,
        );
      }
      return { grain: Math.PI / 2 };
    },
  },
  foam: {
    bare: true,
    names: ['foam', 'sponge', 'porous material', 'polystyrene'],
    paint: (planes, random) => {
      const { width, height } = planes;
      const unit = unitOf(planes);
      const size = random.logRange(6, 30) * unit + 1;
      const bubbles = cells(width, height, random, size);
      const fine = fractalNoise(width, height, random, { wavelength: 4 * unit, octaves: 3 });
      const color = randomColor(random, 0.4, 0.95);
      const beads = random.chance(0.5);
      for (let i = 0; i < fine.length; i++) {
        const border = bubbles.border[i]!;
        const h = beads ? smoothstep(0, 0.5, border) : -smoothstep(0.1, 0.5, border);
        dye(
          planes,
          i,
          color,
          (beads ? 0.92 : 1) + 0.08 * h + 0.03 * fine[i]! + 0.04 * (bubbles.value[i]! - 0.5),
          size * 0.16 * h + 0.2 * fine[i]!,
          0.03,
          0.8,
        );
      }
      return { grain: 0 };
    },
  },
};

function stretchOf(stitch: number): number {
  return stitch * 0.25;
}
