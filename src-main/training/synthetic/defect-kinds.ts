import type { Random } from '../../../src-shared/random.ts';
import { brightened, hsv } from './color.ts';
import {
  type Blob,
  blob,
  coverage,
  crackPaths,
  fill,
  type Patch,
  type Path,
  patchAround,
  patchForPaths,
  pathDistance,
  wander,
} from './defect-patch.ts';
import type { Site } from './defect-site.ts';
import { clamp, smoothstep } from './field.ts';
import type { Rgb } from './image.ts';
import { fractalNoise } from './noise.ts';

/** How one kind of defect is made. */
export interface DefectKind {
  /** Smallest and largest diameter (for lines: length) relative to the object's span. */
  readonly size: readonly [number, number];
  /** Needs an outline: an object in front of a backdrop. */
  readonly outline?: boolean;
  readonly make: (site: Site, random: Random, size: number) => Patch[];
}

const list = (patch: Patch | null, edit: (patch: Patch) => void): Patch[] => {
  if (!patch) return [];
  edit(patch);
  return [patch];
};

/** A patch around an irregular spot with its signed distance. */
function spot(
  site: Site,
  random: Random,
  size: number,
  options: {
    aspect?: number;
    angle?: number;
    ragged?: number;
    margin?: number;
    at?: readonly [number, number];
  } = {},
): { patch: Patch; distance: Float32Array; x: number; y: number; shape: Blob } | null {
  const [x, y] = options.at ?? site.pointInside(random);
  const radius = size / 2;
  const aspect = options.aspect ?? random.logRange(1, 2);
  const reach = radius * Math.sqrt(aspect) * (1.35 + 0.5 * (options.ragged ?? 0.4)) + (options.margin ?? 4);
  const patch = patchAround(x, y, reach, site.width, site.height);
  if (!patch) return null;
  const shape = blob(random, x, y, radius, {
    aspect,
    ragged: options.ragged ?? random.range(0.1, 0.8),
    ...(options.angle === undefined ? {} : { angle: options.angle }),
  });
  const distance = fill(patch, shape);
  patch.body.set(distance.map((d) => (d < 0 ? 1 : 0)));
  return { patch, distance, x, y, shape };
}

function roughness(patch: Patch, random: Random, wavelength: number, octaves = 4): Float32Array {
  return fractalNoise(patch.width, patch.height, random, {
    wavelength: Math.max(2, wavelength),
    octaves,
    gain: 0.6,
  });
}

/** A colour that differs from the surface: darker, brighter, or of a stated hue. */
function contrastColor(site: Site, random: Random, x: number, y: number, hues?: readonly Rgb[]): Rgb {
  const own = site.colorAt(x, y);
  const level = (own[0] + own[1] + own[2]) / 3;
  if (hues && random.chance(0.7)) {
    const hue = random.pick(hues);
    const v = random.range(0.6, 1.3);
    return brightened(hue, v);
  }
  if (random.chance(0.25)) return hsv(random.next(), random.range(0.3, 0.9), random.range(0.2, 0.9));
  const target =
    level > 0.35 && random.chance(0.65)
      ? level * random.range(0.1, 0.6)
      : Math.min(0.98, level + random.range(0.2, 0.6));
  return [
    clamp(target * (own[0] / (level + 0.01)) ** 0.4, 0, 1),
    clamp(target * (own[1] / (level + 0.01)) ** 0.4, 0, 1),
    clamp(target * (own[2] / (level + 0.01)) ** 0.4, 0, 1),
  ];
}

const thin = (site: Site, random: Random, from: number, to: number) =>
  Math.max(0.45, random.logRange(from, to) * site.unit);

function scratch(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const count = random.chance(0.55) ? 1 : random.int(2, 6);
  const angle = random.chance(0.3) ? site.grain + Math.PI / 2 : random.range(0, 2 * Math.PI);
  const half = thin(site, random, 0.4, 1.8);
  const paths: Path[] = [];
  for (let i = 0; i < count; i++) {
    const turn = angle + random.normal() * 0.12;
    const length = size * random.range(0.5, 1);
    const px = x + random.normal() * size * 0.08 * (count - 1);
    const py = y + random.normal() * size * 0.08 * (count - 1);
    paths.push(
      wander(
        random,
        px - (Math.cos(turn) * length) / 2,
        py - (Math.sin(turn) * length) / 2,
        turn,
        length,
        half,
        {
          bend: random.normal() * 0.35,
          jitter: random.range(0, 0.03),
          step: Math.max(3, length / 40),
        },
      ),
    );
  }
  return list(patchForPaths(paths, half * 3 + 4, site.width, site.height), (patch) => {
    const far = half * 2.5 + 3;
    const distance = pathDistance(patch, paths, far);
    const skips = random.chance(0.4) ? roughness(patch, random, size / 6, 3) : null;
    const bright = random.chance(0.6);
    const power = site.strength * random.range(0.35, 1);
    const strength = (p: number) => (skips ? smoothstep(-0.9, 0.5, skips[p]!) : 1) * power;
    patch.gain = distance.map((d, p) => (bright ? 0.8 : -1) * strength(p) * coverage(d, 1.2));
    const deep = half * random.range(0.6, 1.6);
    patch.relief = distance.map((d, p) => {
      const burr = Math.exp(-(((d - half * 0.8) / (half + 0.4)) ** 2));
      return strength(p) * deep * (0.45 * burr - coverage(d, half * 1.5 + 0.8));
    });
    if (random.chance(0.5)) patch.matte = distance.map((d, p) => 0.8 * strength(p) * coverage(d, 1.2));
  });
}

function crack(site: Site, random: Random, size: number): Patch[] {
  const edge = random.chance(0.35) ? site.pointOnOutline(random) : null;
  const [x, y] = edge ? [edge.x, edge.y] : site.pointInside(random);
  const angle = edge ? Math.atan2(-edge.ny, -edge.nx) + random.normal() * 0.5 : random.range(0, 2 * Math.PI);
  const half = Math.min(thin(site, random, 0.4, 2.4), size * 0.04 + 0.4);
  const start = edge ? 0 : 0.5;
  const paths = crackPaths(
    random,
    x - Math.cos(angle) * size * start,
    y - Math.sin(angle) * size * start,
    angle,
    size,
    half,
    random.chance(0.5) ? random.int(1, 5) : 0,
  );
  return list(patchForPaths(paths, half * 3 + 4, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, paths, half * 3 + 3);
    const fade = roughness(patch, random, size / 4, 3);
    const power = site.strength * random.range(0.5, 1.6);
    const strength = (p: number) => power * smoothstep(-2.4, -0.2, fade[p]!);
    const soft = random.range(0.9, 1.8);
    patch.gain = distance.map((d, p) => -strength(p) * coverage(d, soft));
    if (random.chance(0.6)) {
      const lip = random.range(0.3, 1.2) * site.strength;
      patch.relief = distance.map((d) => -lip * coverage(d, half * 2 + 1.5));
    }
    if (random.chance(0.25)) {
      // A wet or dirty crack: a faint darker zone along it.
      const reach = half * 3 + 3;
      const gain = patch.gain;
      patch.gain = gain.map((g, p) => g - 0.2 * strength(p) * clamp(1 - distance[p]! / reach, 0, 1));
    }
  });
}

function pressed(site: Site, random: Random, size: number, direction: 1 | -1): Patch[] {
  const made = spot(site, random, size, {
    ragged: random.range(0, 0.35),
    aspect: random.logRange(1, 2.5),
    margin: 6,
  });
  if (!made) return [];
  const { patch, distance } = made;
  const radius = size / 2;
  const deep = direction * radius * random.range(0.12, 0.5) * (0.4 + 0.8 * site.strength);
  const sharp = random.range(0.4, 1);
  patch.relief = distance.map((d) => {
    const t = clamp(-d / (radius * sharp) + 0.05, 0, 1);
    const rim = direction < 0 ? 0.15 * Math.exp(-((d / (radius * 0.25 + 1)) ** 2)) : 0;
    return deep * (t * t * (3 - 2 * t) - rim);
  });
  if (random.chance(0.5)) {
    const tone = random.normal() * 0.25 * site.strength;
    patch.gain = distance.map((d) => tone * coverage(d, radius * 0.3 + 1));
  }
  if (random.chance(0.3)) patch.matte = distance.map((d) => 0.6 * coverage(d, 2));
  return [patch];
}

/** Material broken out: at the outline the backdrop shows, in the middle a rough pit. */
function chip(site: Site, random: Random, size: number): Patch[] {
  const rim = random.chance(0.8) ? site.pointOnOutline(random) : null;
  const inward = rim ? random.range(-0.15, 0.3) * size : 0;
  const made = spot(site, random, size, {
    ragged: random.range(0.35, 0.9),
    aspect: random.logRange(1, 2.2),
    margin: 8,
    ...(rim ? { at: [rim.x - rim.nx * inward, rim.y - rim.ny * inward] as const } : {}),
  });
  if (!made) return [];
  const { patch, distance } = made;
  const rough = roughness(patch, random, size / 4);
  const wall = Math.max(1.5, size * random.range(0.04, 0.25));
  const steps = distance.map((d, p) => d + rough[p]! * Math.min(3, size * 0.03));
  if (rim) patch.erase = steps.map((d) => coverage(d + wall, 1));
  const deep = size * random.range(0.08, 0.25);
  patch.relief = steps.map(
    (d, p) => -deep * smoothstep(wall, -wall, d + wall) + coverage(d, 2) * rough[p]! * random.range(0.6, 0.6),
  );
  const tone = random.normal() * 0.35 * site.strength;
  patch.gain = steps.map((d, p) => (tone + 0.14 * rough[p]!) * coverage(d, 1.4));
  patch.matte = steps.map((d) => 0.8 * coverage(d, 1.5));
  patch.body.set(steps.map((d) => (d < 0 ? 1 : 0)));
  return [patch];
}

function missingPart(site: Site, random: Random, size: number): Patch[] {
  const rim = site.pointOnOutline(random);
  if (!rim) return chip(site, random, size);
  const made = spot(site, random, size, {
    ragged: random.range(0.05, 0.5),
    margin: 6,
    at: [rim.x - rim.nx * size * 0.15, rim.y - rim.ny * size * 0.15],
  });
  if (!made) return [];
  const { patch, distance } = made;
  patch.erase = distance.map((d) => coverage(d, 1));
  const wall = Math.max(2, size * random.range(0.02, 0.1));
  patch.relief = distance.map((d) => -wall * smoothstep(wall, 0, d));
  const tone = random.normal() * 0.3;
  patch.gain = distance.map((d) => tone * coverage(d - wall, 1.5));
  return [patch];
}

function brokenEdge(site: Site, random: Random, size: number): Patch[] {
  const rim = site.pointOnOutline(random);
  if (!rim) return chip(site, random, size);
  const out: Patch[] = [];
  const bites = random.int(2, 6);
  const tangent = [-rim.ny, rim.nx] as const;
  const reach = size * 0.7;
  const patch = patchAround(rim.x, rim.y, reach + 4, site.width, site.height);
  if (!patch) return out;
  const blobs: Blob[] = [];
  for (let i = 0; i < bites; i++) {
    const along = ((i + 0.5) / bites - 0.5) * size * random.range(0.7, 1);
    const radius = (size / bites) * random.range(0.3, 0.8);
    blobs.push(
      blob(random, rim.x + tangent[0] * along, rim.y + tangent[1] * along, radius, {
        ragged: random.range(0.4, 1),
      }),
    );
  }
  const distance = fill(patch, (x, y) => Math.min(...blobs.map((b) => b(x, y))));
  patch.erase = distance.map((d) => coverage(d, 1));
  const wall = Math.max(1.5, size * 0.04);
  patch.relief = distance.map((d) => -wall * smoothstep(wall, -wall, d));
  const tone = random.range(-0.5, 0.6) * site.strength;
  patch.gain = distance.map((d) => tone * coverage(d - wall * 0.7, wall));
  patch.body.set(distance.map((d) => (d < wall ? 1 : 0)));
  return [patch];
}

function hole(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.05, 0.5), aspect: random.logRange(1, 1.7) });
  if (!made) return [];
  const { patch, distance } = made;
  const radius = size / 2;
  const dark = site.strength * random.range(0.7, 2);
  const wall = Math.max(1, radius * random.range(0.2, 0.7));
  patch.gain = distance.map((d) => -dark * smoothstep(wall * 0.3, -wall, d));
  const deep = clamp(radius * random.range(0.4, 1.1), 1, 7 * site.unit);
  patch.relief = distance.map(
    (d) => -deep * smoothstep(0.5, -wall, d) + 0.12 * deep * Math.exp(-(((d - 1) / (wall + 0.5)) ** 2)),
  );
  return [patch];
}

function pores(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const patch = patchAround(x, y, size * 0.65 + 3, site.width, site.height);
  if (!patch) return [];
  const count = random.int(4, 22);
  const centres = Array.from({ length: count }, () => {
    const turn = random.range(0, 2 * Math.PI);
    const r = (size / 2) * Math.sqrt(random.next());
    const radius = Math.max(0.8 * site.unit, (size / 9) * random.logRange(0.25, 1));
    return {
      shape: blob(random, x + r * Math.cos(turn), y + r * Math.sin(turn), radius, { ragged: 0.4 }),
      radius,
    };
  });
  const distance = fill(patch, (px, py) => Math.min(...centres.map((c) => c.shape(px, py))));
  const dark = site.strength * random.range(0.6, 1.8);
  patch.gain = distance.map((d) => -dark * coverage(d, 1.6));
  patch.relief = distance.map((d) => -1.8 * site.strength * smoothstep(1, -2, d));
  return [patch];
}

const STAINS: readonly Rgb[] = [
  [0.35, 0.24, 0.12],
  [0.15, 0.13, 0.1],
  [0.55, 0.42, 0.2],
  [0.75, 0.7, 0.55],
  [0.1, 0.12, 0.2],
  [0.5, 0.1, 0.1],
  [0.1, 0.25, 0.5],
];

function stain(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.2, 0.9), margin: 6 });
  if (!made) return [];
  const { patch, distance, x, y } = made;
  const cloud = roughness(patch, random, size / 2, 5);
  const ring = random.chance(0.45) ? random.range(0.3, 0.9) : 0;
  const radius = size / 2;
  const edge = Math.max(1.2, radius * random.logRange(0.06, 0.6));
  const amount = clamp(site.strength * random.range(0.25, 0.8), 0.1, 0.92);
  patch.color = contrastColor(site, random, x, y, STAINS);
  patch.through = random.range(0.4, 1);
  patch.cover = distance.map((d, p) => {
    const warped = d + cloud[p]! * radius * 0.12;
    const rim = ring * Math.exp(-(((warped + edge) / (radius * 0.12 + 1)) ** 2));
    return clamp(
      amount * (coverage(warped, edge) * (0.75 + 0.2 * cloud[p]!) * (1 - ring * 0.5) + rim),
      0,
      0.95,
    );
  });
  patch.shine = random.chance(0.3) ? random.range(0.05, 0.35) : 0.03;
  return [patch];
}

function discolouration(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.1, 0.7), margin: size * 0.25 });
  if (!made) return [];
  const { patch, distance } = made;
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
  return [patch];
}

/** Large soft-edged patches with a rough outline, as oxide scale on hot-rolled strip. */
function oxidePatches(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const patch = patchAround(x, y, size * 0.8 + 4, site.width, site.height);
  if (!patch) return [];
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
  patch.gain = fill(patch, (px, py, p) => {
    const window = 1 - Math.hypot(px - x, py - y) / (size * 0.75);
    return (
      amount * smoothstep(level - soft, level + soft, field[p]! + window * 3 - 1.2) * clamp(window * 6, 0, 1)
    );
  });
  const grit = roughness(patch, random, 5, 2);
  const gain = patch.gain;
  patch.gain = gain.map((g, p) => g * (1 + 0.1 * grit[p]!));
  patch.relief = gain.map((g) => g * 1.5);
  return [patch];
}

function inclusion(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const angle = random.chance(0.75) ? site.grain + random.normal() * 0.06 : random.range(0, Math.PI);
  const paths: Path[] = [];
  const half = thin(site, random, 0.7, 4);
  for (let i = random.int(1, 7); i > 0; i--) {
    const length = size * random.logRange(0.15, 1);
    const along = random.normal() * size * 0.25;
    const across = random.normal() * half * 3;
    const px = x + Math.cos(angle) * along - Math.sin(angle) * across;
    const py = y + Math.sin(angle) * along + Math.cos(angle) * across;
    paths.push(
      wander(
        random,
        px - (Math.cos(angle) * length) / 2,
        py - (Math.sin(angle) * length) / 2,
        angle,
        length,
        half * random.range(0.4, 1.2),
        {
          jitter: 0.08,
          bend: random.normal() * 0.1,
        },
      ),
    );
  }
  return list(patchForPaths(paths, half * 2 + 5, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, paths, half * 2 + 4);
    const rough = roughness(patch, random, half * 4 + 3, 3);
    const amount = (random.chance(0.8) ? -1 : 0.8) * site.strength * random.range(0.5, 1.4);
    const soft = random.range(1, half + 2);
    patch.gain = distance.map(
      (d, p) => amount * coverage(d + rough[p]! * half * 0.6, soft) * (1 + 0.2 * rough[p]!),
    );
    patch.relief = distance.map((d) => -0.6 * coverage(d, 2));
  });
}

function fray(site: Site, random: Random, size: number): Patch[] {
  const rim = random.chance(0.5) ? site.pointOnOutline(random) : null;
  const [x, y] = rim ? [rim.x, rim.y] : site.pointInside(random);
  const own = site.colorAt(rim ? x - rim.nx * 6 : x, rim ? y - rim.ny * 6 : y);
  const half = thin(site, random, 0.4, 1.3);
  const paths: Path[] = [];
  const base = rim ? Math.atan2(rim.ny, rim.nx) : random.range(0, 2 * Math.PI);
  for (let i = random.int(3, 14); i > 0; i--) {
    const turn = base + random.normal() * 0.7;
    const px = x + random.normal() * size * 0.12;
    const py = y + random.normal() * size * 0.12;
    paths.push(
      wander(random, px, py, turn, size * random.range(0.3, 1), half, {
        bend: random.normal() * 2,
        jitter: 0.06,
      }),
    );
  }
  return list(patchForPaths(paths, half * 2 + 5, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, paths, half * 3 + 3);
    const lift = random.range(0.75, 1.5);
    patch.color = brightened(own, lift);
    patch.cover = distance.map((d) => 0.92 * coverage(d, 1));
    patch.relief = distance.map((d) => (half + 0.8) * coverage(d, half * 2 + 1));
    patch.gain = distance.map(
      (d) => -0.5 * site.strength * Math.exp(-(((d - 1.5) / (half + 1.2)) ** 2)) * (d > 0 ? 1 : 0),
    );
    patch.loose = true;
  });
}

function threadPull(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, {
    ragged: 0.3,
    aspect: random.logRange(1.5, 5),
    angle: site.grain,
    margin: 4,
  });
  if (!made) return [];
  const { patch, distance } = made;
  const radius = size / 2;
  const wave = roughness(patch, random, size / 3, 3);
  const pull = radius * random.range(0.25, 0.6);
  const turn = random.range(0, 2 * Math.PI);
  const push = (p: number) => pull * smoothstep(0, radius * 0.8, -distance[p]!) * (0.7 + 0.5 * wave[p]!);
  patch.moveX = distance.map((_, p) => Math.cos(turn) * push(p));
  patch.moveY = distance.map((_, p) => Math.sin(turn) * push(p));
  patch.gain = distance.map((d, p) => 0.25 * site.strength * wave[p]! * coverage(d, 3));
  return [patch];
}

function cut(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const angle = random.range(0, Math.PI);
  const half = thin(site, random, 0.7, 2.6);
  const path = wander(
    random,
    x - (Math.cos(angle) * size) / 2,
    y - (Math.sin(angle) * size) / 2,
    angle,
    size,
    half,
    {
      bend: random.normal() * 0.2,
      jitter: 0.015,
      step: Math.max(3, size / 30),
    },
  );
  return list(patchForPaths([path], half * 4 + 5, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, [path], half * 4 + 4);
    const dark = site.strength * random.range(0.7, 1.8);
    patch.gain = distance.map(
      (d) => -dark * coverage(d, 1) + 0.2 * site.strength * Math.exp(-(((d - half) / (half + 0.5)) ** 2)),
    );
    patch.relief = distance.map(
      (d) => half * (0.8 * Math.exp(-(((d - half) / (half + 0.6)) ** 2)) - 1.2 * coverage(d, 1.5)),
    );
  });
}

function fold(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const angle = random.range(0, Math.PI);
  const paths: Path[] = [];
  const half = thin(site, random, 1.2, 6);
  for (let i = random.int(1, 3); i > 0; i--) {
    const turn = angle + random.normal() * 0.25;
    const px = x + random.normal() * half * 5;
    const py = y + random.normal() * half * 5;
    paths.push(
      wander(random, px - (Math.cos(turn) * size) / 2, py - (Math.sin(turn) * size) / 2, turn, size, half, {
        bend: random.normal() * 0.8,
        jitter: 0.05,
        step: Math.max(4, size / 20),
      }),
    );
  }
  return list(patchForPaths(paths, half * 3 + 6, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, paths, half * 3 + 6);
    const high = random.sign() * half * random.range(0.5, 1.5) * site.strength;
    patch.relief = distance.map((d) => high * Math.exp(-((Math.max(0, d + half) / (half * 1.3 + 0.6)) ** 2)));
    patch.gain = distance.map(
      (d) => -0.35 * site.strength * Math.exp(-(((d + half) / (half * 0.5 + 0.6)) ** 2)),
    );
    patch.body.set(distance.map((d) => (d < half ? 1 : 0)));
  });
}

function fibre(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const half = thin(site, random, 0.35, 1.4);
  const paths = Array.from({ length: random.chance(0.8) ? 1 : random.int(2, 3) }, () =>
    wander(
      random,
      x + random.normal() * size * 0.1,
      y + random.normal() * size * 0.1,
      random.range(0, 2 * Math.PI),
      size,
      half,
      {
        bend: random.normal() * 3,
        jitter: 0.07,
        step: Math.max(2, size / 50),
        taper: false,
      },
    ),
  );
  return list(patchForPaths(paths, half * 3 + 6, site.width, site.height), (patch) => {
    const distance = pathDistance(patch, paths, half * 3 + 5);
    patch.color = contrastColor(site, random, x, y);
    patch.cover = distance.map((d) => clamp(0.5 + 0.5 * site.strength, 0, 0.95) * coverage(d, 1));
    patch.relief = distance.map((d) => half * 1.5 * coverage(d, half * 2 + 0.5));
    patch.gain = distance.map((d) => (d > 0 ? -0.3 * Math.exp(-((d / (half * 2 + 1)) ** 2)) : 0));
    patch.loose = true;
  });
}

function burn(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.2, 0.7), margin: size * 0.2 });
  if (!made) return [];
  const { patch, distance } = made;
  const cloud = roughness(patch, random, size / 3, 5);
  const radius = size / 2;
  const dark = site.strength * random.range(0.6, 2);
  patch.tint = [0.75, 0.95, 1.15];
  patch.gain = distance.map(
    (d, p) => -dark * smoothstep(radius * 0.35, -radius * 0.7, d + cloud[p]! * radius * 0.18),
  );
  patch.matte = distance.map((d) => coverage(d, radius * 0.4));
  patch.relief = distance.map((d, p) => 0.8 * cloud[p]! * coverage(d + radius * 0.2, radius * 0.4));
  return [patch];
}

function corrosion(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.4, 1), margin: 8 });
  if (!made) return [];
  const { patch, distance } = made;
  const cloud = roughness(patch, random, size / 2.5, 6);
  const grit = roughness(patch, random, 4 * site.unit, 2);
  const radius = size / 2;
  const v = random.range(0.5, 1.2);
  patch.color = random.pick<Rgb>([
    [0.45 * v, 0.22 * v, 0.1 * v],
    [0.55 * v, 0.33 * v, 0.16 * v],
    [0.3 * v, 0.2 * v, 0.15 * v],
    [0.3 * v, 0.5 * v, 0.42 * v],
    [0.8 * v, 0.8 * v, 0.78 * v],
  ]);
  const amount = clamp(0.45 + 0.5 * site.strength, 0.3, 0.97);
  patch.cover = distance.map((d, p) =>
    clamp(
      amount * smoothstep(-0.35, 0.35, -d / radius + 0.45 * cloud[p]! - 0.05) * smoothstep(4, -2, d),
      0,
      1,
    ),
  );
  patch.speckle = grit.map((g, p) => clamp(1 + 0.22 * g + 0.2 * cloud[p]!, 0.3, 1.8));
  patch.relief = grit.map((g, p) => (0.7 * g + 0.5) * patch.cover![p]!);
  patch.body.fill(0);
  return [patch];
}

function smear(site: Site, random: Random, size: number): Patch[] {
  const angle = random.range(0, Math.PI);
  const made = spot(site, random, size, { ragged: 0.35, aspect: random.logRange(1.5, 5), angle, margin: 6 });
  if (!made) return [];
  const { patch, distance, x, y } = made;
  const streaks = fractalNoise(patch.width, patch.height, random, {
    wavelength: Math.max(3, size / 14),
    octaves: 3,
    gain: 0.7,
    angle,
    stretch: 14,
  });
  const amount = clamp(site.strength * random.range(0.3, 0.8), 0.1, 0.9);
  patch.color = contrastColor(site, random, x, y, STAINS);
  patch.through = 0.6;
  patch.cover = distance.map((d, p) =>
    clamp(
      amount * smoothstep(-1, 1.2, streaks[p]!) * coverage(d + streaks[p]! * size * 0.03, size * 0.12 + 1),
      0,
      0.95,
    ),
  );
  return [patch];
}

function scuff(site: Site, random: Random, size: number): Patch[] {
  const angle = random.range(0, Math.PI);
  const made = spot(site, random, size, { ragged: 0.4, aspect: random.logRange(1, 3), angle, margin: 5 });
  if (!made) return [];
  const { patch, distance } = made;
  const streaks = fractalNoise(patch.width, patch.height, random, {
    wavelength: Math.max(2.2, 4 * site.unit),
    octaves: 2,
    gain: 0.8,
    angle,
    stretch: 25,
  });
  const bias = random.normal() * 0.25;
  const amount = site.strength * random.range(0.2, 0.5);
  patch.gain = distance.map((d, p) => amount * (streaks[p]! * 0.8 + bias) * coverage(d, size * 0.25 + 1));
  patch.relief = distance.map((d, p) => amount * streaks[p]! * coverage(d, size * 0.25 + 1));
  patch.matte = distance.map((d) => 0.7 * coverage(d, size * 0.25));
  return [patch];
}

function poke(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size * 0.6, { ragged: random.range(0.2, 0.7), margin: size * 0.6 });
  if (!made) return [];
  const { patch, distance, x, y } = made;
  const radius = size * 0.3;
  const rays = random.int(2, 6);
  const phase = random.range(0, 6);
  const torn = roughness(patch, random, radius, 3);
  const dark = site.strength * random.range(0.6, 1.8);
  patch.gain = distance.map((d) => -dark * coverage(d + radius * 0.3, radius * 0.5 + 1));
  const deep = radius * random.range(0.5, 1.1);
  patch.relief = fill(patch, (px, py, p) => {
    const d = distance[p]!;
    const ray = 0.6 + 0.25 * Math.cos(rays * Math.atan2(py - y, px - x) + phase) + 0.3 * torn[p]!;
    return (
      deep *
      (0.4 * ray * Math.exp(-(((d - radius * 0.3) / (radius * 0.6 + 0.5)) ** 2)) - smoothstep(0, -radius, d))
    );
  });
  return [patch];
}

/** The surface drawn together or pushed aside: what was there is displaced. */
function displaced(site: Site, random: Random, size: number): Patch[] {
  const rim = random.chance(0.6) ? site.pointOnOutline(random) : null;
  const [x, y] = rim ? [rim.x, rim.y] : site.pointInside(random);
  const reach = size * 0.75;
  const patch = patchAround(x, y, reach, site.width, site.height);
  if (!patch) return [];
  const angle = rim ? Math.atan2(rim.ny, rim.nx) + random.normal() * 0.4 : random.range(0, 2 * Math.PI);
  const push = size * random.range(0.12, 0.3) * random.sign() * (0.6 + 0.5 * site.strength);
  const window = fill(patch, (px, py) => {
    const r = Math.hypot(px - x, py - y) / reach;
    return r >= 1 ? 0 : (1 - r * r) ** 2;
  });
  patch.moveX = window.map((w) => -Math.cos(angle) * push * w);
  patch.moveY = window.map((w) => -Math.sin(angle) * push * w);
  const tone = random.normal() * 0.15 * site.strength;
  patch.gain = window.map((w) => tone * w);
  patch.body.set(window.map((w) => (Math.abs(push) * w > 2 ? 1 : 0)));
  return [patch];
}

function melt(site: Site, random: Random, size: number): Patch[] {
  const patches = displaced(site, random, size);
  const patch = patches[0];
  if (!patch) return [];
  const lumps = roughness(patch, random, size / 4, 3);
  const reach = patch.moveX!.map((dx, p) => clamp(Math.hypot(dx, patch.moveY![p]!) / (size * 0.12), 0, 1));
  patch.relief = reach.map(
    (r, p) => r * lumps[p]! * Math.min(2.5 * site.unit, size * 0.008) * (0.4 + site.strength),
  );
  patch.matte = reach.map((r) => -0.5 * r);
  patch.gain = reach.map((r, p) => 0.15 * site.strength * r * lumps[p]!);
  return patches;
}

function glue(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, {
    ragged: random.range(0.1, 0.6),
    margin: 6,
    aspect: random.logRange(1, 3),
  });
  if (!made) return [];
  const { patch, distance, x, y } = made;
  const radius = size / 2;
  const high = radius * random.range(0.12, 0.4);
  const own = site.colorAt(x, y);
  const milky = random.range(0.5, 0.95);
  patch.color = random.chance(0.6)
    ? [lerpTo(own[0], milky), lerpTo(own[1], milky), lerpTo(own[2], milky * 0.95)]
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
  patch.gain = distance.map((d) => -0.3 * site.strength * Math.exp(-((d / (radius * 0.06 + 1)) ** 2)));
  patch.loose = true;
  return [patch];
}

const lerpTo = (own: number, target: number) => own + (target - own) * 0.8;

function brightSpot(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0, 0.4), margin: size * 0.15 });
  if (!made) return [];
  const { patch, distance } = made;
  const edge = size * random.range(0.08, 0.5) + 1;
  const amount = site.strength * random.range(0.35, 0.9);
  patch.gain = distance.map((d) => amount * coverage(d, edge));
  return [patch];
}

function contamination(site: Site, random: Random, size: number): Patch[] {
  const [x, y] = site.pointInside(random);
  const patch = patchAround(x, y, size * 0.7 + 6, site.width, site.height);
  if (!patch) return [];
  const count = random.chance(0.4) ? 1 : random.int(2, 14);
  const biggest = count === 1 ? size / 2 : size / 5;
  const grains = Array.from({ length: count }, (_, i) => {
    const turn = random.range(0, 2 * Math.PI);
    const r = count === 1 ? 0 : (size / 2) * Math.sqrt(random.next());
    const radius = Math.max(0.9 * site.unit, biggest * (i === 0 ? 1 : random.logRange(0.15, 1)));
    return blob(random, x + r * Math.cos(turn), y + r * Math.sin(turn), radius, {
      ragged: random.range(0.4, 1),
      aspect: random.logRange(1, 3),
    });
  });
  const distance = fill(patch, (px, py) => Math.min(...grains.map((grain) => grain(px, py))));
  const rough = roughness(patch, random, biggest + 2, 3);
  patch.color = contrastColor(site, random, x, y);
  patch.cover = distance.map((d) => clamp(0.55 + 0.45 * site.strength, 0, 1) * coverage(d, 1));
  patch.speckle = rough.map((r) => clamp(1 + 0.2 * r, 0.4, 1.7));
  patch.relief = distance.map((d, p) => biggest * 0.5 * smoothstep(0.5, -biggest, d) * (1 + 0.2 * rough[p]!));
  patch.gain = distance.map((d) => (d > 0 ? -0.45 * site.strength * Math.exp(-((d / 2.2) ** 2)) : 0));
  patch.loose = random.chance(0.5);
  patch.body.set(distance.map((d) => (d < 0 ? 1 : 0)));
  return [patch];
}

/** A worn or scraped stretch of the outline: rough, brighter or darker, slightly eaten. */
function edgeDamage(site: Site, random: Random, size: number): Patch[] {
  const rim = site.pointOnOutline(random);
  if (!rim) return scuff(site, random, size);
  const made = spot(site, random, size, {
    at: [rim.x - rim.nx * size * 0.1, rim.y - rim.ny * size * 0.1],
    aspect: random.logRange(1.2, 4),
    angle: Math.atan2(rim.nx, -rim.ny),
    ragged: 0.4,
    margin: 5,
  });
  if (!made) return [];
  const { patch, distance } = made;
  const rough = roughness(patch, random, 5 * site.unit, 3);
  const amount = site.strength * random.range(0.3, 0.8);
  const bias = random.normal() * 0.8;
  patch.gain = distance.map((d, p) => amount * (bias + 0.6 * rough[p]!) * coverage(d, size * 0.15 + 1));
  patch.relief = distance.map((d, p) => (rough[p]! * 1.4 - 1.5) * coverage(d, size * 0.15 + 1));
  const shallow = Math.max(1.5, size * random.range(0.02, 0.08));
  patch.erase = fill(patch, (px, py, p) => {
    const depth = (px - rim.x) * rim.nx + (py - rim.y) * rim.ny;
    return distance[p]! < 0 ? coverage(-depth - shallow * (0.6 + 0.8 * rough[p]!), 1) : 0;
  });
  return [patch];
}

function peeled(site: Site, random: Random, size: number): Patch[] {
  const made = spot(site, random, size, { ragged: random.range(0.4, 1), margin: 6 });
  if (!made) return [];
  const { patch, distance, x, y } = made;
  const rough = roughness(patch, random, size / 5, 4);
  patch.color = contrastColor(site, random, x, y);
  const torn = distance.map((d, p) => d + rough[p]! * Math.min(4, size * 0.04));
  patch.cover = torn.map((d) => clamp(0.5 + 0.5 * site.strength, 0, 1) * coverage(d, 1));
  patch.speckle = rough.map((r) => 1 + 0.08 * r);
  const deep = random.range(0.8, 2.5);
  patch.relief = torn.map((d) => -deep * coverage(d, 2) + deep * 0.6 * Math.exp(-(((d - 1.5) / 1.5) ** 2)));
  patch.matte = torn.map((d) => 0.6 * coverage(d, 1));
  return [patch];
}

/** Every kind of defect by its name. */
export const DEFECT_KINDS: Readonly<Record<string, DefectKind>> = {
  scratch: { size: [0.06, 0.9], make: scratch },
  crack: { size: [0.05, 1.5], make: crack },
  dent: { size: [0.03, 0.35], make: (site, random, size) => pressed(site, random, size, -1) },
  bump: { size: [0.025, 0.3], make: (site, random, size) => pressed(site, random, size, 1) },
  chip: { size: [0.03, 0.35], make: chip },
  'missing part': { size: [0.06, 0.6], outline: true, make: missingPart },
  'broken edge': { size: [0.05, 0.5], outline: true, make: brokenEdge },
  'bent part': { size: [0.08, 0.5], make: displaced },
  hole: { size: [0.012, 0.2], make: hole },
  pores: { size: [0.04, 0.4], make: pores },
  stain: { size: [0.03, 0.6], make: stain },
  discolouration: { size: [0.06, 0.8], make: discolouration },
  'frayed edge': { size: [0.05, 0.3], make: fray },
  'pulled thread': { size: [0.05, 0.35], make: threadPull },
  inclusion: { size: [0.04, 0.6], make: inclusion },
  'oxide patch': { size: [0.12, 1], make: oxidePatches },
  cut: { size: [0.05, 0.5], make: cut },
  fold: { size: [0.1, 0.8], make: fold },
  'foreign fibre': { size: [0.06, 0.6], make: fibre },
  burn: { size: [0.04, 0.45], make: burn },
  corrosion: { size: [0.04, 0.6], make: corrosion },
  smear: { size: [0.05, 0.5], make: smear },
  scuff: { size: [0.05, 0.5], make: scuff },
  puncture: { size: [0.02, 0.16], make: poke },
  'melted area': { size: [0.08, 0.4], make: melt },
  glue: { size: [0.04, 0.4], make: glue },
  'bright spot': { size: [0.02, 0.35], make: brightSpot },
  contamination: { size: [0.015, 0.3], make: contamination },
  'edge damage': { size: [0.05, 0.4], outline: true, make: edgeDamage },
  'peeled coating': { size: [0.04, 0.4], make: peeled },
};
