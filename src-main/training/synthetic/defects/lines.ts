import { brightened } from '../color.ts';
import { clamp, smoothstep } from '../field.ts';
import { coverage } from './patch.ts';
import { crackPaths, type Path, wander } from './paths.ts';
import { bell, contrastColor, lineThrough, type Make, onPaths, roughness, setBody, thin } from './tools.ts';

export const scratch: Make = (site, random, size) => {
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
      lineThrough(random, px, py, turn, length, half, {
        bend: random.normal() * 0.35,
        jitter: random.range(0, 0.03),
        step: Math.max(3, length / 40),
      }),
    );
  }
  return onPaths(site, paths, half * 3 + 4, half * 2.5 + 3, (patch, distance) => {
    const skips = random.chance(0.4) ? roughness(patch, random, size / 6, 3) : null;
    const bright = random.chance(0.6);
    const power = site.strength * random.range(0.35, 1);
    const strength = (p: number) => (skips ? smoothstep(-0.9, 0.5, skips[p]!) : 1) * power;
    patch.gain = distance.map((d, p) => (bright ? 0.8 : -1) * strength(p) * coverage(d, 1.2));
    const deep = half * random.range(0.6, 1.6);
    patch.relief = distance.map((d, p) => {
      const burr = bell(d - half * 0.8, half + 0.4);
      return strength(p) * deep * (0.45 * burr - coverage(d, half * 1.5 + 0.8));
    });
    if (random.chance(0.5)) patch.matte = distance.map((d, p) => 0.8 * strength(p) * coverage(d, 1.2));
  });
};

export const crack: Make = (site, random, size) => {
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
  return onPaths(site, paths, half * 3 + 4, half * 3 + 3, (patch, distance) => {
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
      patch.gain = patch.gain.map((g, p) => g - 0.2 * strength(p) * clamp(1 - distance[p]! / reach, 0, 1));
    }
  });
};

/** Streaks of slag or scale, mostly along the grain. */
export const inclusion: Make = (site, random, size) => {
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
    const own = half * random.range(0.4, 1.2);
    paths.push(
      lineThrough(random, px, py, angle, length, own, { jitter: 0.08, bend: random.normal() * 0.1 }),
    );
  }
  return onPaths(site, paths, half * 2 + 5, half * 2 + 4, (patch, distance) => {
    const rough = roughness(patch, random, half * 4 + 3, 3);
    const amount = (random.chance(0.8) ? -1 : 0.8) * site.strength * random.range(0.5, 1.4);
    const soft = random.range(1, half + 2);
    patch.gain = distance.map(
      (d, p) => amount * coverage(d + rough[p]! * half * 0.6, soft) * (1 + 0.2 * rough[p]!),
    );
    patch.relief = distance.map((d) => -0.6 * coverage(d, 2));
  });
};

/** Loose threads of the surface's own colour that stand out from an edge or a hole. */
export const fray: Make = (site, random, size) => {
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
    const length = size * random.range(0.3, 1);
    paths.push(wander(random, px, py, turn, length, half, { bend: random.normal() * 2, jitter: 0.06 }));
  }
  return onPaths(site, paths, half * 2 + 5, half * 3 + 3, (patch, distance) => {
    patch.color = brightened(own, random.range(0.75, 1.5));
    patch.cover = distance.map((d) => 0.92 * coverage(d, 1));
    patch.relief = distance.map((d) => (half + 0.8) * coverage(d, half * 2 + 1));
    patch.gain = distance.map((d) => -0.5 * site.strength * bell(d - 1.5, half + 1.2) * (d > 0 ? 1 : 0));
    patch.loose = true;
  });
};

export const cut: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  const angle = random.range(0, Math.PI);
  const half = thin(site, random, 0.7, 2.6);
  const path = lineThrough(random, x, y, angle, size, half, {
    bend: random.normal() * 0.2,
    jitter: 0.015,
    step: Math.max(3, size / 30),
  });
  return onPaths(site, [path], half * 4 + 5, half * 4 + 4, (patch, distance) => {
    const dark = site.strength * random.range(0.7, 1.8);
    patch.gain = distance.map(
      (d) => -dark * coverage(d, 1) + 0.2 * site.strength * bell(d - half, half + 0.5),
    );
    patch.relief = distance.map((d) => half * (0.8 * bell(d - half, half + 0.6) - 1.2 * coverage(d, 1.5)));
  });
};

export const fold: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  const angle = random.range(0, Math.PI);
  const paths: Path[] = [];
  const half = thin(site, random, 1.2, 6);
  for (let i = random.int(1, 3); i > 0; i--) {
    const turn = angle + random.normal() * 0.25;
    const px = x + random.normal() * half * 5;
    const py = y + random.normal() * half * 5;
    paths.push(
      lineThrough(random, px, py, turn, size, half, {
        bend: random.normal() * 0.8,
        jitter: 0.05,
        step: Math.max(4, size / 20),
      }),
    );
  }
  return onPaths(site, paths, half * 3 + 6, half * 3 + 6, (patch, distance) => {
    const high = random.sign() * half * random.range(0.5, 1.5) * site.strength;
    patch.relief = distance.map((d) => high * bell(Math.max(0, d + half), half * 1.3 + 0.6));
    patch.gain = distance.map((d) => -0.35 * site.strength * bell(d + half, half * 0.5 + 0.6));
    setBody(patch, distance, half);
  });
};

/** A hair or thread that lies on the surface. */
export const fibre: Make = (site, random, size) => {
  const [x, y] = site.pointInside(random);
  const half = thin(site, random, 0.35, 1.4);
  const paths = Array.from({ length: random.chance(0.8) ? 1 : random.int(2, 3) }, () => {
    const px = x + random.normal() * size * 0.1;
    const py = y + random.normal() * size * 0.1;
    return wander(random, px, py, random.range(0, 2 * Math.PI), size, half, {
      bend: random.normal() * 3,
      jitter: 0.07,
      step: Math.max(2, size / 50),
      taper: false,
    });
  });
  return onPaths(site, paths, half * 3 + 6, half * 3 + 5, (patch, distance) => {
    patch.color = contrastColor(site, random, x, y);
    patch.cover = distance.map((d) => clamp(0.5 + 0.5 * site.strength, 0, 0.95) * coverage(d, 1));
    patch.relief = distance.map((d) => half * 1.5 * coverage(d, half * 2 + 0.5));
    patch.gain = distance.map((d) => (d > 0 ? -0.3 * bell(d, half * 2 + 1) : 0));
    patch.loose = true;
  });
};
