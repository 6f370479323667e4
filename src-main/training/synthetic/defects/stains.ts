import { scaled } from '../color.ts';
import { clamp, lerp, smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';
import { fractalNoise } from '../noise.ts';
import { blob, coverage, fill } from './patch.ts';
import { bell, contrastColor, type Make, onCircle, onSpot, roughness, setBody } from './tools.ts';

const STAINS: readonly Rgb[] = [
  [0.35, 0.24, 0.12],
  [0.15, 0.13, 0.1],
  [0.55, 0.42, 0.2],
  [0.75, 0.7, 0.55],
  [0.1, 0.12, 0.2],
  [0.5, 0.1, 0.1],
  [0.1, 0.25, 0.5],
];

export const stain: Make = (site, random, size) => {
  const options = { ragged: random.range(0.2, 0.9), margin: 6 };
  return onSpot(site, random, size, options, ({ patch, distance, x, y }) => {
    const cloud = roughness(patch, random, size / 2, 5);
    const ring = random.chance(0.45) ? random.range(0.3, 0.9) : 0;
    const radius = size / 2;
    const edge = Math.max(1.2, radius * random.logRange(0.06, 0.6));
    const amount = clamp(site.strength * random.range(0.25, 0.8), 0.1, 0.92);
    patch.color = contrastColor(site, random, x, y, STAINS);
    patch.through = random.range(0.4, 1);
    patch.cover = distance.map((d, p) => {
      const warped = d + cloud[p]! * radius * 0.12;
      const rim = ring * bell(warped + edge, radius * 0.12 + 1);
      const inner = coverage(warped, edge) * (0.75 + 0.2 * cloud[p]!) * (1 - ring * 0.5);
      return clamp(amount * (inner + rim), 0, 0.95);
    });
    patch.shine = random.chance(0.3) ? random.range(0.05, 0.35) : 0.03;
  });
};

export const discolouration: Make = (site, random, size) => {
  const options = { ragged: random.range(0.1, 0.7), margin: size * 0.25 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const radius = size / 2;
    const edge = radius * random.range(0.25, 1);
    const amount = random.sign() * site.strength * random.range(0.3, 0.7);
    patch.tint = random.chance(0.5)
      ? [1, 1, 1]
      : [random.range(-0.4, 1), random.range(0.2, 1), random.range(-0.4, 1)];
    const cloud = roughness(patch, random, size / 2, 4);
    patch.gain = distance.map(
      (d, p) => amount * coverage(d + cloud[p]! * radius * 0.15, edge) * (1 + 0.15 * cloud[p]!),
    );
    if (random.chance(0.3)) patch.matte = distance.map((d) => 0.7 * coverage(d, edge));
  });
};

/** Large soft-edged patches with a rough outline, as oxide scale on hot-rolled strip. */
export const oxidePatch: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  return onCircle(site, [x, y], size * 0.8 + 4, (patch) => {
    const stretch = random.logRange(1, 3.5);
    const field = fractalNoise(patch.width, patch.height, random, {
      wavelength: size * random.range(0.35, 0.9),
      octaves: 6,
      gain: random.range(0.5, 0.68),
      angle: site.grain,
      stretch,
    });
    const level = random.range(-0.5, 0.6);
    const soft = random.logRange(0.08, 0.5);
    const amount = (random.chance(0.6) ? -1 : 1) * site.strength * random.range(0.35, 0.9);
    const gain = fill(patch, (px, py, p) => {
      const window = 1 - Math.hypot(px - x, py - y) / (size * 0.75);
      const inside = smoothstep(level - soft, level + soft, field[p]! + window * 3 - 1.2);
      return amount * inside * clamp(window * 6, 0, 1);
    });
    const grit = roughness(patch, random, 5, 2);
    patch.gain = gain.map((g, p) => g * (1 + 0.1 * grit[p]!));
    patch.relief = gain.map((g) => g * 1.5);
  });
};

export const burn: Make = (site, random, size) => {
  const options = { ragged: random.range(0.2, 0.7), margin: size * 0.2 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const cloud = roughness(patch, random, size / 3, 5);
    const radius = size / 2;
    const dark = site.strength * random.range(0.6, 2);
    patch.tint = [0.75, 0.95, 1.15];
    patch.gain = distance.map(
      (d, p) => -dark * smoothstep(radius * 0.35, -radius * 0.7, d + cloud[p]! * radius * 0.18),
    );
    patch.matte = distance.map((d) => coverage(d, radius * 0.4));
    patch.relief = distance.map((d, p) => 0.8 * cloud[p]! * coverage(d + radius * 0.2, radius * 0.4));
  });
};

const CORROSION: readonly Rgb[] = [
  [0.45, 0.22, 0.1],
  [0.55, 0.33, 0.16],
  [0.3, 0.2, 0.15],
  [0.3, 0.5, 0.42],
  [0.8, 0.8, 0.78],
];

export const corrosion: Make = (site, random, size) => {
  const options = { ragged: random.range(0.4, 1), margin: 8 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const cloud = roughness(patch, random, size / 2.5, 6);
    const grit = roughness(patch, random, 4 * site.unit, 2);
    const radius = size / 2;
    const v = random.range(0.5, 1.2);
    patch.color = scaled(random.pick(CORROSION), v);
    const amount = clamp(0.45 + 0.5 * site.strength, 0.3, 0.97);
    const cover = distance.map((d, p) => {
      const eaten = smoothstep(-0.35, 0.35, -d / radius + 0.45 * cloud[p]! - 0.05);
      return clamp(amount * eaten * smoothstep(4, -2, d), 0, 1);
    });
    patch.cover = cover;
    patch.speckle = grit.map((g, p) => clamp(1 + 0.22 * g + 0.2 * cloud[p]!, 0.3, 1.8));
    patch.relief = grit.map((g, p) => (0.7 * g + 0.5) * cover[p]!);
    patch.body.fill(0);
  });
};

/** Something wiped along: streaks of foreign colour. */
export const smear: Make = (site, random, size) => {
  const angle = random.range(0, Math.PI);
  const options = { ragged: 0.35, aspect: random.logRange(1.5, 5), angle, margin: 6 };
  return onSpot(site, random, size, options, ({ patch, distance, x, y }) => {
    const wavelength = Math.max(3, size / 14);
    const shape = { wavelength, octaves: 3, gain: 0.7, angle, stretch: 14 };
    const streaks = fractalNoise(patch.width, patch.height, random, shape);
    const amount = clamp(site.strength * random.range(0.3, 0.8), 0.1, 0.9);
    patch.color = contrastColor(site, random, x, y, STAINS);
    patch.through = 0.6;
    patch.cover = distance.map((d, p) => {
      const inside = coverage(d + streaks[p]! * size * 0.03, size * 0.12 + 1);
      return clamp(amount * smoothstep(-1, 1.2, streaks[p]!) * inside, 0, 0.95);
    });
  });
};

/** Rubbed: fine parallel marks, duller than around. */
export const scuff: Make = (site, random, size) => {
  const angle = random.range(0, Math.PI);
  const options = { ragged: 0.4, aspect: random.logRange(1, 3), angle, margin: 5 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const wavelength = Math.max(2.2, 4 * site.unit);
    const shape = { wavelength, octaves: 2, gain: 0.8, angle, stretch: 25 };
    const streaks = fractalNoise(patch.width, patch.height, random, shape);
    const bias = random.normal() * 0.25;
    const amount = site.strength * random.range(0.2, 0.5);
    patch.gain = distance.map((d, p) => amount * (streaks[p]! * 0.8 + bias) * coverage(d, size * 0.25 + 1));
    patch.relief = distance.map((d, p) => amount * streaks[p]! * coverage(d, size * 0.25 + 1));
    patch.matte = distance.map((d) => 0.7 * coverage(d, size * 0.25));
  });
};

export const glue: Make = (site, random, size) => {
  const options = { ragged: random.range(0.1, 0.6), margin: 6, aspect: random.logRange(1, 3) };
  return onSpot(site, random, size, options, ({ patch, distance, x, y }) => {
    const radius = size / 2;
    const high = radius * random.range(0.12, 0.4);
    const own = site.colorAt(x, y);
    const milky = random.range(0.5, 0.95);
    patch.color = random.chance(0.6)
      ? [lerp(own[0], milky, 0.8), lerp(own[1], milky, 0.8), lerp(own[2], milky * 0.95, 0.8)]
      : [own[0] * 0.8, own[1] * 0.65, own[2] * 0.35];
    const amount = clamp(site.strength * random.range(0.2, 0.6), 0.08, 0.8);
    patch.cover = distance.map((d) => amount * coverage(d, 1.5));
    patch.through = 0.8;
    patch.shine = random.range(0.2, 0.7);
    patch.relief = distance.map((d) => {
      const t = clamp(-d / (radius * 0.6 + 1), 0, 1);
      return high * Math.sqrt(1 - (1 - t) * (1 - t));
    });
    patch.matte = distance.map((d) => -0.6 * coverage(d, 1.5));
    patch.gain = distance.map((d) => -0.3 * site.strength * bell(d, radius * 0.06 + 1));
    patch.loose = true;
  });
};

export const brightSpot: Make = (site, random, size) => {
  const options = { ragged: random.range(0, 0.4), margin: size * 0.15 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const edge = size * random.range(0.08, 0.5) + 1;
    const amount = site.strength * random.range(0.35, 0.9);
    patch.gain = distance.map((d) => amount * coverage(d, edge));
  });
};

/** One or several grains of something foreign that lie on the surface. */
export const contamination: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  return onCircle(site, [x, y], size * 0.7 + 6, (patch) => {
    const count = random.chance(0.4) ? 1 : random.int(2, 14);
    const biggest = count === 1 ? size / 2 : size / 5;
    const grains = Array.from({ length: count }, (_, i) => {
      const turn = random.range(0, 2 * Math.PI);
      const r = count === 1 ? 0 : (size / 2) * Math.sqrt(random.next());
      const radius = Math.max(0.9 * site.unit, biggest * (i === 0 ? 1 : random.logRange(0.15, 1)));
      const outline = { ragged: random.range(0.4, 1), aspect: random.logRange(1, 3) };
      return blob(random, x + r * Math.cos(turn), y + r * Math.sin(turn), radius, outline);
    });
    const distance = fill(patch, (px, py) => Math.min(...grains.map((grain) => grain(px, py))));
    const rough = roughness(patch, random, biggest + 2, 3);
    patch.color = contrastColor(site, random, x, y);
    patch.cover = distance.map((d) => clamp(0.55 + 0.45 * site.strength, 0, 1) * coverage(d, 1));
    patch.speckle = rough.map((r) => clamp(1 + 0.2 * r, 0.4, 1.7));
    patch.relief = distance.map(
      (d, p) => biggest * 0.5 * smoothstep(0.5, -biggest, d) * (1 + 0.2 * rough[p]!),
    );
    patch.gain = distance.map((d) => (d > 0 ? -0.45 * site.strength * bell(d, 2.2) : 0));
    patch.loose = random.chance(0.5);
    setBody(patch, distance);
  });
};

export const peeled: Make = (site, random, size) => {
  const options = { ragged: random.range(0.4, 1), margin: 6 };
  return onSpot(site, random, size, options, ({ patch, distance, x, y }) => {
    const rough = roughness(patch, random, size / 5, 4);
    patch.color = contrastColor(site, random, x, y);
    const torn = distance.map((d, p) => d + rough[p]! * Math.min(4, size * 0.04));
    patch.cover = torn.map((d) => clamp(0.5 + 0.5 * site.strength, 0, 1) * coverage(d, 1));
    patch.speckle = rough.map((r) => 1 + 0.08 * r);
    const deep = random.range(0.8, 2.5);
    patch.relief = torn.map((d) => -deep * coverage(d, 2) + deep * 0.6 * bell(d - 1.5, 1.5));
    patch.matte = torn.map((d) => 0.6 * coverage(d, 1));
  });
};
