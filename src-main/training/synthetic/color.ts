import type { Random } from '../../../src-shared/random.ts';
import { clamp, lerp } from './field.ts';
import type { Rgb } from './image.ts';

/** The colour times a factor. */
export function scaled(color: Rgb, factor: number): Rgb {
  return [color[0] * factor, color[1] * factor, color[2] * factor];
}

/** The colour times a factor, kept within `least` and 1. */
export function brightened(color: Rgb, factor: number, least = 0): Rgb {
  return [
    clamp(color[0] * factor, least, 1),
    clamp(color[1] * factor, least, 1),
    clamp(color[2] * factor, least, 1),
  ];
}

/** From one colour (0) to another (1). */
export function mixed(from: Rgb, to: Rgb, amount: number): Rgb {
  return [lerp(from[0], to[0], amount), lerp(from[1], to[1], amount), lerp(from[2], to[2], amount)];
}

/** Perceived brightness, 0..1. */
export function luma([red, green, blue]: Rgb): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

export function grey(level: number): Rgb {
  return [level, level, level];
}

/** A colour by hue 0..1, saturation and value 0..1. */
export function hsv(hue: number, saturation: number, value: number): Rgb {
  const channel = (n: number) => {
    const k = (n + hue * 6) % 6;
    return value - value * saturation * Math.max(0, Math.min(k, 4 - k, 1));
  };
  return [channel(5), channel(3), channel(1)];
}

/** A colour as inks and plastics come: any hue, mostly muted, sometimes grey. */
export function randomColor(random: Random, dark = 0.1, bright = 0.9): Rgb {
  const saturation = random.chance(0.3) ? random.range(0, 0.08) : random.range(0.15, 0.9);
  return hsv(random.next(), saturation, random.range(dark, bright));
}

const METALS: readonly Rgb[] = [
  [0.62, 0.62, 0.63],
  [0.75, 0.75, 0.76],
  [0.5, 0.5, 0.52],
  [0.36, 0.36, 0.38],
  [0.8, 0.68, 0.42],
  [0.78, 0.5, 0.36],
  [0.58, 0.56, 0.5],
];

/** A bare metal's colour: mostly steel or aluminium. */
export function metalColor(random: Random): Rgb {
  const base = random.chance(0.75) ? METALS[random.int(0, 3)]! : random.pick(METALS);
  return brightened(base, random.range(0.75, 1.15));
}

/** White, or a pastel colour. */
export const pale = (random: Random): Rgb =>
  random.chance(0.5) ? [0.9, 0.9, 0.88] : hsv(random.next(), random.range(0.1, 0.6), random.range(0.7, 0.95));
