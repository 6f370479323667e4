import type { Random } from '../../../src-shared/random.ts';
import { brightened, hsv, metalColor, randomColor } from './color.ts';
import type { Rgb } from './image.ts';
import type { Material } from './planes.ts';

/** Bare metal, from polished to blasted. */
export function metal(random: Random): Material {
  return {
    color: metalColor(random),
    metal: random.range(0.6, 0.97),
    gloss: 0.1,
    rough: random.range(0.2, 0.85),
    grain: random.chance(0.5) ? random.range(0.01, 0.06) : 0,
    mottle: random.chance(0.4) ? random.range(0.01, 0.06) : 0,
    streak: random.chance(0.35) ? random.range(0.02, 0.09) : 0,
    bump: random.chance(0.4) ? random.range(0.02, 0.2) : 0,
  };
}

/** Moulded or painted: coloured, more or less shiny. */
export function plastic(random: Random, color: Rgb = randomColor(random, 0.08, 0.95)): Material {
  return {
    color,
    gloss: random.chance(0.6) ? random.range(0.05, 0.35) : 0.02,
    rough: random.range(0.1, 0.9),
    grain: random.chance(0.4) ? random.range(0.01, 0.05) : 0,
    mottle: random.chance(0.3) ? random.range(0.01, 0.05) : 0,
    bump: random.chance(0.4) ? random.range(0.02, 0.15) : 0,
  };
}

/** Baked, pressed or grown: dull and mottled. */
export function dull(random: Random, color: Rgb): Material {
  return {
    color: brightened(color, random.range(0.8, 1.15)),
    gloss: random.chance(0.3) ? random.range(0.02, 0.12) : 0,
    rough: random.range(0.5, 0.95),
    grain: random.range(0.01, 0.08),
    mottle: random.range(0.02, 0.12),
    bump: random.range(0.05, 0.5),
  };
}

/** Metal, plastic or something dull. */
export function anyMaterial(random: Random): Material {
  const kind = random.next();
  if (kind < 0.4) return metal(random);
  if (kind < 0.8) return plastic(random);
  return dull(random, hsv(random.range(0.03, 0.15), random.range(0.1, 0.7), random.range(0.3, 0.9)));
}

/** Ink that stands out from what is below. */
export function ink(random: Random, dark: boolean): Material {
  const color: Rgb = dark
    ? random.chance(0.7)
      ? [0.05, 0.05, 0.06]
      : hsv(random.next(), 0.8, 0.35)
    : random.chance(0.7)
      ? [0.92, 0.92, 0.9]
      : hsv(random.next(), 0.4, 0.95);
  return { color, gloss: 0.03, rough: 0.7 };
}
