import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { hsv, randomColor } from '../color.ts';
import { smoothstep } from '../field.ts';
import { marking } from '../marking.ts';
import { dull } from '../materials.ts';
import { bounds, dome, engraved, marked, slope, solid } from '../part.ts';
import {
  arc,
  around,
  blend,
  box,
  circle,
  lobes,
  type Shape,
  shift,
  subtract,
  superellipse,
  union,
} from '../shape.ts';
import { kind } from './kind.ts';

function macaroni(random: Random): Part[] {
  const color = hsv(random.range(0.07, 0.14), random.range(0.45, 0.85), random.range(0.7, 0.97));
  const r = random.range(0.18, 0.3);
  const mid = random.range(0.45, 0.68);
  const half = random.range(0.8, 1.5);
  const bend = arc(mid, half, r);
  const ridges = random.chance(0.5) ? random.range(0.005, 0.02) : 0;
  return [
    solid(
      { ...dull(random, color), gloss: random.range(0.02, 0.2) },
      shift((x, y) => bend(-y, x), 0, 0.4),
      bounds(1.1, 0.9),
      dome(r, r),
      { bumps: (x, y) => ridges * Math.cos(120 * Math.hypot(x, y - 0.4)) },
    ),
  ];
}

/** Nuts, beans, seeds, potatoes: smooth lobed blobs with a mottled skin. */
function seed(random: Random): Part[] {
  const color = random.chance(0.8)
    ? hsv(random.range(0.03, 0.13), random.range(0.2, 0.75), random.range(0.3, 0.9))
    : randomColor(random, 0.2, 0.9);
  const shape = lobes(0.8, [
    { k: 1, amplitude: random.range(0, 0.08), phase: random.range(0, 6) },
    { k: 2, amplitude: random.range(0, 0.2), phase: random.range(0, 6) },
    { k: 3, amplitude: random.range(0, 0.06), phase: random.range(0, 6) },
    { k: 5, amplitude: random.range(0, 0.025), phase: random.range(0, 6) },
  ]);
  const parts: Part[] = [
    solid(
      { ...dull(random, color), mottle: random.range(0.04, 0.16), gloss: random.range(0, 0.2) },
      shape,
      bounds(1.1, 1.1),
      dome(random.range(0.4, 0.75), random.range(0.5, 0.8)),
    ),
  ];
  if (random.chance(0.5)) {
    const cx = random.range(-0.2, 0.2);
    const cy = random.range(0.2, 0.5);
    const pale = superellipse(random.range(0.2, 0.45), random.range(0.15, 0.3), 2);
    parts.push(
      marked(
        shift(pale, cx, cy),
        bounds(0.6, 0.5, cx, cy),
        { color: [color[0] * 0.7 + 0.25, color[1] * 0.7 + 0.22, color[2] * 0.7 + 0.15], grain: 0.1 },
        { opacity: 0.7 },
      ),
    );
  }
  if (random.chance(0.4))
    parts.push(
      engraved(
        around(box(0.3, 0.006, 0, 0.5, 0), random.int(6, 20)),
        bounds(0.85, 0.85),
        slope(-0.015, 0.012),
      ),
    );
  return parts;
}

function biscuit(random: Random): Part[] {
  const color = hsv(random.range(0.06, 0.1), random.range(0.4, 0.7), random.range(0.5, 0.85));
  const scallops = random.int(12, 40);
  const shape = random.chance(0.5)
    ? lobes(0.92, [{ k: scallops, amplitude: 0.025, phase: 0 }])
    : subtract(superellipse(0.95, 0.7, 6), around(circle(0.02, 1, 0), 1));
  const holes: Shape = (x, y) =>
    Math.hypot(x - Math.round(x / 0.3) * 0.3, y - Math.round(y / 0.3) * 0.3) - 0.03;
  return [
    solid({ ...dull(random, color), bump: random.range(0.3, 1.1) }, shape, bounds(1, 1), dome(0.15, 0.2), {
      second: {
        color: [color[0] * 0.6, color[1] * 0.5, color[2] * 0.4],
        mix: (x, y) => 0.5 * smoothstep(0.2, 0, -shape(x, y)),
      },
    }),
    engraved((x, y) => Math.max(holes(x, y), shape(x, y) + 0.15), bounds(0.9, 0.9), slope(-0.05, 0.02), {
      material: { color: [0.3, 0.2, 0.1] },
    }),
    ...(random.chance(0.3) ? marking(random, 0, 0.05, 0.5, 0.2) : []),
  ];
}

function gummy(random: Random): Part[] {
  const color = randomColor(random, 0.3, 0.95);
  const shape = blend(
    blend(circle(0.45, 0, -0.5), circle(0.55, 0, 0.3), 0.3),
    union(circle(0.2, -0.5, 0.1), circle(0.2, 0.5, 0.1), circle(0.22, -0.4, 0.8), circle(0.22, 0.4, 0.8)),
    0.25,
  );
  return [
    solid(
      { color, gloss: random.range(0.15, 0.5), rough: random.range(0.05, 0.4) },
      shape,
      bounds(0.8, 1.1),
      dome(0.35, 0.4),
      { shade: (x, y) => 0.8 + 0.4 * smoothstep(-0.3, 0, shape(x, y)) },
    ),
  ];
}

/** Sweets, pasta, biscuits and seeds. */
export const FOOD: Readonly<Record<string, ObjectKind>> = {
  macaroni: kind(macaroni, [0.95, 0.75], ['macaroni', 'pasta', 'noodle', 'snack'], { bare: true }),
  seed: kind(seed, [0.95, 0.95], ['nut', 'hazelnut', 'almond', 'bean'], { bare: true }),
  biscuit: kind(biscuit, [1, 1], ['biscuit', 'cookie', 'cracker', 'bakery product']),
  gummy: kind(gummy, [0.8, 1.1], ['gummy', 'sweet', 'jelly candy', 'candy'], { bare: true }),
};
