import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey, hsv, pale, randomColor } from '../color.ts';
import { smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { dull, plastic } from '../materials.ts';
import { bounds, dome, engraved, slope, soft, solid } from '../part.ts';
import { around, box, capsule, circle, lobes, ring, shift, subtract, superellipse, union } from '../shape.ts';
import { kind } from './kind.ts';
import { arch } from './round.ts';

function toothbrush(random: Random): Part[] {
  const parts: Part[] = [
    solid(plastic(random), superellipse(0.98, 0.42, 3), bounds(1, 0.45), dome(0.1, 0.2)),
  ];
  const columns = random.int(7, 12);
  const rows = random.int(3, 4);
  const colors = [pale(random), randomColor(random, 0.4, 0.9), pale(random)];
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const x = -0.8 + (1.6 * (i + 0.5)) / columns;
      const y = -0.3 + (0.6 * (j + 0.5)) / rows + random.normal() * 0.01;
      const r = Math.min(0.8 / columns, 0.3 / rows) * random.range(0.82, 0.98);
      const color = colors[(i + j) % 3]!;
      const twist = random.range(0, 6);
      parts.push(
        solid(
          { color, gloss: 0.06, rough: 0.6, grain: 0.08, bump: 0.6 },
          lobes(r, [{ k: 5, amplitude: 0.06, phase: twist }]),
          bounds(r * 1.1, r * 1.1),
          slope(r * 0.5, r * 0.5),
          {
            base: 0.15,
            shade: (u, v) =>
              0.86 + 0.14 * Math.cos((26 * (u * Math.cos(twist) + v * Math.sin(twist))) / r / 3),
            tag: `tuft ${i} ${j}`,
          },
        ),
      );
      const part = parts[parts.length - 1]!;
      const shape = part.shape;
      const shade = part.shade!;
      parts[parts.length - 1] = {
        ...part,
        shape: shift(shape, x, y),
        shade: (u, v) => shade(u - x, v - y),
        bounds: bounds(r * 1.15, r * 1.15, x, y),
      };
    }
  }
  return parts;
}

function zipper(random: Random): Part[] {
  const tape = plastic(random, randomColor(random, 0.05, 0.6));
  const tooth = random.chance(0.5)
    ? { color: [0.7, 0.68, 0.6] as Rgb, metal: 0.8, rough: 0.4 }
    : plastic(random);
  const count = random.int(16, 30);
  const parts: Part[] = [
    solid(
      { ...tape, grain: 0.08, bump: 0.5, gloss: 0.01 },
      box(0.98, 0.42, 0.01),
      bounds(1, 0.45),
      slope(0.02, 0.02),
      { bumps: (x, y) => 0.004 * Math.sin(160 * y) * Math.sin(160 * x) },
    ),
  ];
  for (let i = 0; i < count; i++) {
    const x = -0.95 + (1.9 * (i + 0.5)) / count;
    const y = i % 2 === 0 ? -0.045 : 0.045;
    parts.push(
      solid(
        tooth,
        union(box(0.62 / count, 0.1, 0.01, x, y), circle(0.75 / count, x, y * -0.4)),
        bounds(0.06, 0.14, x, y),
        soft(0.03, 0.02),
        { base: 0.04, tag: `tooth ${i}` },
      ),
    );
  }
  return parts;
}

function button(random: Random): Part[] {
  const material = plastic(random);
  const holes = around(circle(0.1, 0.22, 0), random.pick([2, 4]), 0.4);
  return [
    solid(material, subtract(circle(0.96), holes), bounds(1, 1), dome(0.1, 0.15)),
    engraved(circle(0.66), bounds(0.7, 0.7), soft(-0.07, 0.1)),
  ];
}

function lens(random: Random): Part[] {
  const coating = hsv(random.range(0.3, 0.9), random.range(0.1, 0.7), random.range(0.08, 0.4));
  const rim = random.chance(0.6);
  return [
    ...(rim
      ? [
          solid(plastic(random, grey(0.06)), ring(0.88, 0.1), bounds(1, 1), slope(0.08, 0.05), {
            base: 0.05,
          }),
        ]
      : []),
    solid(
      { color: coating, gloss: random.range(0.3, 0.7), rough: 0.03 },
      circle(rim ? 0.79 : 0.97),
      bounds(1, 1),
      dome(random.range(0.15, 0.4), 0.79),
      {
        second: {
          color: [coating[0] * 0.3, coating[1] * 0.3, coating[2] * 0.4],
          mix: (x, y) => smoothstep(0.2, 0.75, Math.hypot(x, y)),
        },
      },
    ),
  ];
}

function candle(random: Random): Part[] {
  const color = hsv(random.next(), random.range(0.05, 0.5), random.range(0.75, 0.95));
  return [
    solid(
      { color: [0.75, 0.75, 0.76], metal: 0.9, rough: 0.35 },
      lobes(0.97, [{ k: random.int(1, 40), amplitude: 0.004, phase: 0 }]),
      bounds(1, 1),
      slope(0.05, 0.04),
    ),
    solid(
      { ...dull(random, color), grain: 0.015, mottle: 0.03, gloss: 0.1 },
      circle(0.91),
      bounds(0.95, 0.95),
      soft(0.03, 0.5),
      { base: -0.02 },
    ),
    solid(
      { color: [0.92, 0.9, 0.85], rough: 0.9 },
      capsule(0, 0, random.normal() * 0.15, random.normal() * 0.15, 0.045),
      bounds(0.5, 0.5),
      dome(0.05, 0.04),
      { base: 0.1 },
    ),
  ];
}

function cork(random: Random): Part[] {
  const color = hsv(0.09, random.range(0.3, 0.5), random.range(0.5, 0.75));
  return [
    solid(
      { ...dull(random, color), grain: 0.12, bump: 0.9 },
      box(0.95, random.range(0.45, 0.6), 0.08),
      bounds(1, 0.65),
      { bumps: (_x, y) => Math.sqrt(Math.max(0, 0.6 * 0.6 - y * y)) },
    ),
  ];
}

function pen(random: Random): Part[] {
  const r = random.range(0.06, 0.1);
  return [
    solid(
      plastic(random),
      (x, y) =>
        Math.max(Math.abs(y) - (x > 0.75 ? r * Math.max(0.12, (1 - x) / 0.25) : r), Math.abs(x) - 0.99),
      bounds(1, 0.12),
      { bumps: (_x, y) => arch(r, y) },
    ),
    solid(plastic(random), box(0.15, r * 1.15, 0.01, -0.82, 0), bounds(0.16, r * 1.3, -0.82, 0), {
      bumps: (_x, y) => Math.sqrt(Math.max(0, r * r * 1.3 - y * y)),
      tag: 'cap',
    }),
    solid(
      { color: grey(0.7), metal: 0.9, rough: 0.3 },
      capsule(-0.9, -r, -0.45, -r, 0.018),
      [-1, -r - 0.03, -0.4, -r + 0.03],
      { base: r, tag: 'clip' },
    ),
    ...marking(random, 0.05, 0, 0.3, r * 0.9),
  ];
}

/** Small household articles. */
export const HOUSEHOLD: Readonly<Record<string, ObjectKind>> = {
  toothbrush: kind(toothbrush, [1, 0.45], ['toothbrush head', 'toothbrush', 'brush', 'bristles'], {
    bare: true,
  }),
  zipper: kind(zipper, [1, 0.45], ['zipper', 'zip fastener', 'zip'], { bare: true }),
  button: kind(button, [1, 1], ['button', 'shirt button', 'plastic disc']),
  lens: kind(lens, [1, 1], ['lens', 'optical lens', 'glass disc', 'camera lens'], { bare: true }),
  candle: kind(candle, [1, 1], ['candle', 'tea light', 'wax candle'], { bare: true }),
  cork: kind(cork, [1, 0.65], ['cork', 'stopper', 'bottle cork']),
  pen: kind(pen, [1, 0.14], ['pen', 'ballpoint pen', 'marker']),
};
