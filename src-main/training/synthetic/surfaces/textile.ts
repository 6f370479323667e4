import type { Random } from '../../../../src-shared/random.ts';
import type { SurfaceKind } from '../blueprint.ts';
import { brightened, grey, hsv, randomColor } from '../color.ts';
import { clamp } from '../field.ts';
import type { Rgb } from '../image.ts';
import { pixel, type Surface } from './surface.ts';

interface Weave {
  /** Spacing of the threads in pixels. */
  readonly thread: number;
  /** Threads that one passes over and under: 1 is plain weave; more is twill, shifted by one thread each row. */
  readonly floats: number;
  /** Share of the spacing that stays open between two threads. */
  readonly open: number;
  readonly warp: Rgb;
  readonly weft: Rgb;
  /** What shows through the gaps. */
  readonly behind: Rgb;
  readonly gloss: number;
  /** Contrast of single fibres. */
  readonly hairy: number;
  /** Two darker warp threads every so many; 0 = none. */
  readonly stripes: number;
}

/** Paints woven threads and returns their direction. */
function weave(surface: Surface, options: Weave): number {
  const { random } = surface;
  const { thread, floats, open, warp, weft, behind, gloss, hairy, stripes } = options;
  const angle = random.chance(0.7) ? random.normal() * 0.04 : random.range(0, Math.PI);
  const bendX = surface.noise(160, 4);
  const bendY = surface.noise(160, 4);
  const fibre = surface.noiseOf({ wavelength: Math.max(2, thread * 0.25), octaves: 3, gain: 0.8 });
  const sway = random.range(0.04, 0.16);
  const uneven = Float32Array.from({ length: 512 }, () => random.normal());
  const variation = random.range(0.02, 0.09);
  const tall = thread * random.range(0.2, 0.36);
  const period = 2 * floats;
  const halfThread = 0.5 - open * 0.5;
  surface.eachTurned({ angle, pitch: thread, origin: 'corner' }, (i, along, across) => {
    const u = along + sway * bendX[i]! + 1000;
    const v = across + sway * bendY[i]! + 1000;
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
    const place = floats === 1 ? 0 : over ? phase : phase - floats;
    const dive = floats === 1 ? 1 : 1 - 0.25 * Math.abs(place - (floats - 1) / 2);
    const warpHigh = ru > 0 ? Math.sqrt(ru) + (over ? 0.55 * dive * Math.cos(Math.PI * fv) : -0.55) : -9;
    const weftHigh = rv > 0 ? Math.sqrt(rv) + (over ? -0.55 : 0.55 * dive * Math.cos(Math.PI * fu)) : -9;
    const twist =
      0.5 + 0.5 * Math.sin(2 * Math.PI * (warpHigh > weftHigh ? v * 1.5 + fu * 1.6 : u * 1.5 + fv * 1.6));
    const texture = 1 + hairy * fibre[i]! + 0.05 * (twist - 0.5);
    if (warpHigh <= -9 && weftHigh <= -9) {
      surface.dye(i, behind, 1 + 0.05 * fibre[i]!, -tall, 0);
    } else if (warpHigh > weftHigh) {
      const tone = stripes > 0 && iu % stripes < 2 ? 0.7 : 1;
      const factor = tone * texture * (1 + variation * uneven[iu & 511]!);
      surface.dye(i, warp, factor, tall * warpHigh + 0.25 * fibre[i]!, gloss, 0.7);
    } else {
      const factor = texture * (1 + variation * uneven[(iv + 131) & 511]!);
      surface.dye(i, weft, factor, tall * weftHigh + 0.25 * fibre[i]!, gloss, 0.7);
    }
  });
  return angle;
}

const fabricColor = (random: Random): Rgb => randomColor(random, 0.15, 0.9);

/** A colour a little brighter or darker than another. */
export function near(random: Random, color: Rgb, spread: number): Rgb {
  return brightened(color, Math.exp(random.normal() * spread), 0.02);
}

/** Woven, knitted, tufted and felted cloth. */
export const TEXTILE_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  fabric: {
    names: ['woven fabric', 'cloth', 'textile', 'canvas'],
    paint: (surface) => {
      const { unit, random } = surface;
      const color = fabricColor(random);
      const grain = weave(surface, {
        thread: random.logRange(4, 18) * unit + 1.5,
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
    paint: (surface) => {
      const { unit, random } = surface;
      const color = random.chance(0.5)
        ? hsv(0.6, random.range(0.3, 0.6), random.range(0.25, 0.6))
        : fabricColor(random);
      const grain = weave(surface, {
        thread: random.logRange(4, 14) * unit + 1.5,
        floats: random.int(2, 3),
        open: 0.03,
        warp: color,
        weft: random.chance(0.5) ? [0.75, 0.76, 0.78] : near(random, color, 0.3),
        behind: grey(0.1),
        gloss: 0.01,
        hairy: random.range(0.05, 0.14),
        stripes: 0,
      });
      return { grain };
    },
  },
  'carbon fibre': {
    names: ['carbon fibre laminate', 'carbon weave', 'composite sheet'],
    paint: (surface) => {
      const { unit, random, planes } = surface;
      const v = random.range(0.06, 0.16);
      const grain = weave(surface, {
        thread: random.logRange(12, 40) * unit,
        floats: random.int(1, 2),
        open: 0.01,
        warp: [v, v, v * 1.05],
        weft: [v * 1.8, v * 1.8, v * 1.9],
        behind: grey(0.02),
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
    paint: (surface) => {
      const { unit, random } = surface;
      const color: Rgb = random.chance(0.4) ? [0.75, 0.75, 0.72] : fabricColor(random);
      const dark = random.chance(0.6);
      const grain = weave(surface, {
        thread: random.logRange(7, 40) * unit + 2,
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
    paint: (surface) => {
      const { unit, random } = surface;
      const stitch = random.logRange(9, 30) * unit + 2;
      const color = fabricColor(random);
      const bend = surface.noise(140, 4);
      const fibre = surface.noiseOf({ wavelength: Math.max(2.2, stitch * 0.25), octaves: 3, gain: 0.8 });
      const tall = stitch * 0.22;
      const hairy = random.range(0.04, 0.12);
      surface.coat(color, 0.01, 0.9, (i, x, y) => {
        const u = x / stitch + 0.08 * bend[i]! + 100;
        const v = y / (stitch * 0.8) + 100;
        const fu = u - Math.floor(u) - 0.5;
        // Each wale is a chain of V shapes: two slanted strands that meet in the middle.
        const side = Math.abs(fu);
        const slant = v + side * 1.1;
        const fv = slant - Math.floor(slant) - 0.5;
        const strand = 1 - (fv * fv) / 0.19;
        const column = Math.sqrt(Math.max(0, 1 - ((side - 0.25) / 0.27) ** 2));
        const h = Math.sqrt(Math.max(0, strand)) * 0.6 + column * 0.7;
        return pixel((0.72 + 0.25 * h) * (1 + hairy * fibre[i]!), tall * h + 0.3 * fibre[i]!);
      });
      return { grain: Math.PI / 2 };
    },
  },
  carpet: {
    bare: true,
    names: ['carpet', 'rug', 'pile fabric', 'floor covering'],
    paint: (surface) => {
      const { unit, random } = surface;
      const tuft = random.logRange(5, 18) * unit + 1.5;
      const tufts = surface.cells(tuft, { jitter: random.chance(0.5) ? random.range(0.2, 0.5) : 1 });
      const fibre = surface.noise(4, 3, { gain: 0.8 });
      const cloud = surface.noise(200, 4);
      const a = fabricColor(random);
      const b = random.chance(0.4) ? near(random, a, 0.5) : near(random, a, 0.1);
      surface.each((i) => {
        const pick = tufts.value[i]!;
        const round = 1 - clamp(tufts.first[i]! * 1.3, 0, 1);
        const tone = 1 + 0.12 * fibre[i]! + 0.06 * cloud[i]! + 0.15 * (pick - 0.5);
        surface.dye(
          i,
          pick < 0.5 ? a : b,
          (0.55 + 0.5 * round) * tone,
          round * tuft * 0.4 + 0.5 * fibre[i]!,
          0,
        );
      });
      return { grain: 0 };
    },
  },
  felt: {
    names: ['felt', 'non-woven fabric', 'fleece', 'fibre mat'],
    paint: (surface) => {
      const { random } = surface;
      const sheets = [0, 1, 2].map((k) =>
        surface.noise(random.range(3, 6), 2, {
          angle: (k * Math.PI) / 3 + random.normal() * 0.2,
          stretch: random.range(6, 16),
          ridged: true,
        }),
      );
      const cloud = surface.noise(90, 5);
      const color = fabricColor(random);
      const amount = random.range(0.03, 0.09);
      surface.coat(color, 0, 0.9, (i) => {
        const f = Math.max(sheets[0]![i]!, sheets[1]![i]!, sheets[2]![i]!);
        return pixel(1 + amount * (f - 0.5) + 0.04 * cloud[i]!, 0.5 * f);
      });
      return { grain: random.range(0, Math.PI) };
    },
  },
};
