import type { Random } from '../../../../src-shared/random.ts';
import { clamp, smoothstep } from '../field.ts';
import { type Blob, blob, coverage, fill } from './patch.ts';
import type { Site } from './site.ts';
import { scuff } from './stains.ts';
import { bell, type Make, onCircle, onSpot, roughness, setBody } from './tools.ts';

function pressed(site: Site, random: Random, size: number, direction: 1 | -1) {
  const options = { ragged: random.range(0, 0.35), aspect: random.logRange(1, 2.5), margin: 6 };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const radius = size / 2;
    const deep = direction * radius * random.range(0.12, 0.5) * (0.4 + 0.8 * site.strength);
    const sharp = random.range(0.4, 1);
    patch.relief = distance.map((d) => {
      const t = clamp(-d / (radius * sharp) + 0.05, 0, 1);
      const rim = direction < 0 ? 0.15 * bell(d, radius * 0.25 + 1) : 0;
      return deep * (t * t * (3 - 2 * t) - rim);
    });
    if (random.chance(0.5)) {
      const tone = random.normal() * 0.25 * site.strength;
      patch.gain = distance.map((d) => tone * coverage(d, radius * 0.3 + 1));
    }
    if (random.chance(0.3)) patch.matte = distance.map((d) => 0.6 * coverage(d, 2));
  });
}

export const dent: Make = (site, random, size) => pressed(site, random, size, -1);
export const bump: Make = (site, random, size) => pressed(site, random, size, 1);

/** Material broken out: at the outline the backdrop shows, in the middle a rough pit. */
export const chip: Make = (site, random, size) => {
  const rim = random.chance(0.8) ? site.pointOnOutline(random) : null;
  const inward = rim ? random.range(-0.15, 0.3) * size : 0;
  const options = {
    ragged: random.range(0.35, 0.9),
    aspect: random.logRange(1, 2.2),
    margin: 8,
    ...(rim ? { at: [rim.x - rim.nx * inward, rim.y - rim.ny * inward] as const } : {}),
  };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const rough = roughness(patch, random, size / 4);
    const wall = Math.max(1.5, size * random.range(0.04, 0.25));
    const steps = distance.map((d, p) => d + rough[p]! * Math.min(3, size * 0.03));
    if (rim) patch.erase = steps.map((d) => coverage(d + wall, 1));
    const deep = size * random.range(0.08, 0.25);
    patch.relief = steps.map(
      (d, p) =>
        -deep * smoothstep(wall, -wall, d + wall) + coverage(d, 2) * rough[p]! * random.range(0.6, 0.6),
    );
    const tone = random.normal() * 0.35 * site.strength;
    patch.gain = steps.map((d, p) => (tone + 0.14 * rough[p]!) * coverage(d, 1.4));
    patch.matte = steps.map((d) => 0.8 * coverage(d, 1.5));
    setBody(patch, steps);
  });
};

export const missingPart: Make = (site, random, size) => {
  const rim = site.pointOnOutline(random);
  if (!rim) return chip(site, random, size);
  const at = [rim.x - rim.nx * size * 0.15, rim.y - rim.ny * size * 0.15] as const;
  const options = { ragged: random.range(0.05, 0.5), margin: 6, at };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    patch.erase = distance.map((d) => coverage(d, 1));
    const wall = Math.max(2, size * random.range(0.02, 0.1));
    patch.relief = distance.map((d) => -wall * smoothstep(wall, 0, d));
    const tone = random.normal() * 0.3;
    patch.gain = distance.map((d) => tone * coverage(d - wall, 1.5));
  });
};

/** Several bites out of a stretch of the outline. */
export const brokenEdge: Make = (site, random, size) => {
  const rim = site.pointOnOutline(random);
  if (!rim) return chip(site, random, size);
  const bites = random.int(2, 6);
  return onCircle(site, [rim.x, rim.y], size * 0.7 + 4, (patch) => {
    const blobs: Blob[] = [];
    for (let i = 0; i < bites; i++) {
      const along = ((i + 0.5) / bites - 0.5) * size * random.range(0.7, 1);
      const radius = (size / bites) * random.range(0.3, 0.8);
      const ragged = random.range(0.4, 1);
      blobs.push(blob(random, rim.x - rim.ny * along, rim.y + rim.nx * along, radius, { ragged }));
    }
    const distance = fill(patch, (x, y) => Math.min(...blobs.map((b) => b(x, y))));
    patch.erase = distance.map((d) => coverage(d, 1));
    const wall = Math.max(1.5, size * 0.04);
    patch.relief = distance.map((d) => -wall * smoothstep(wall, -wall, d));
    const tone = random.range(-0.5, 0.6) * site.strength;
    patch.gain = distance.map((d) => tone * coverage(d - wall * 0.7, wall));
    setBody(patch, distance, wall);
  });
};

export const hole: Make = (site, random, size) => {
  const options = { ragged: random.range(0.05, 0.5), aspect: random.logRange(1, 1.7) };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
    const radius = size / 2;
    const dark = site.strength * random.range(0.7, 2);
    const wall = Math.max(1, radius * random.range(0.2, 0.7));
    patch.gain = distance.map((d) => -dark * smoothstep(wall * 0.3, -wall, d));
    const deep = clamp(radius * random.range(0.4, 1.1), 1, 7 * site.unit);
    patch.relief = distance.map(
      (d) => -deep * smoothstep(0.5, -wall, d) + 0.12 * deep * bell(d - 1, wall + 0.5),
    );
  });
};

export const pores: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  return onCircle(site, [x, y], size * 0.65 + 3, (patch) => {
    const pits = Array.from({ length: random.int(4, 22) }, () => {
      const turn = random.range(0, 2 * Math.PI);
      const r = (size / 2) * Math.sqrt(random.next());
      const radius = Math.max(0.8 * site.unit, (size / 9) * random.logRange(0.25, 1));
      return blob(random, x + r * Math.cos(turn), y + r * Math.sin(turn), radius, { ragged: 0.4 });
    });
    const distance = fill(patch, (px, py) => Math.min(...pits.map((pit) => pit(px, py))));
    const dark = site.strength * random.range(0.6, 1.8);
    patch.gain = distance.map((d) => -dark * coverage(d, 1.6));
    patch.relief = distance.map((d) => -1.8 * site.strength * smoothstep(1, -2, d));
  });
};

/** Pierced: a dark hole whose torn rim stands up in rays. */
export const puncture: Make = (site, random, size) => {
  const options = { ragged: random.range(0.2, 0.7), margin: size * 0.6 };
  return onSpot(site, random, size * 0.6, options, ({ patch, distance, x, y }) => {
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
      return deep * (0.4 * ray * bell(d - radius * 0.3, radius * 0.6 + 0.5) - smoothstep(0, -radius, d));
    });
  });
};

/** A worn or scraped stretch of the outline: rough, brighter or darker, slightly eaten. */
export const edgeDamage: Make = (site, random, size) => {
  const rim = site.pointOnOutline(random);
  if (!rim) return scuff(site, random, size);
  const options = {
    at: [rim.x - rim.nx * size * 0.1, rim.y - rim.ny * size * 0.1] as const,
    aspect: random.logRange(1.2, 4),
    angle: Math.atan2(rim.nx, -rim.ny),
    ragged: 0.4,
    margin: 5,
  };
  return onSpot(site, random, size, options, ({ patch, distance }) => {
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
  });
};
