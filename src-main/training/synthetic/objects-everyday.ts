import type { Random } from '../../../src-shared/random.ts';
import { bounds, dull, ink, type ObjectKind, type Part, plastic } from './blueprint.ts';
import { smoothstep } from './field.ts';
import type { Rgb } from './image.ts';
import { hsv, randomColor } from './lighting.ts';
import { marking } from './objects-hardware.ts';
import {
  arc,
  around,
  blend,
  box,
  capsule,
  circle,
  lobes,
  ring,
  type Shape,
  shift,
  subtract,
  superellipse,
  union,
} from './shape.ts';

const pale = (random: Random): Rgb =>
  random.chance(0.5) ? [0.9, 0.9, 0.88] : hsv(random.next(), random.range(0.1, 0.6), random.range(0.7, 0.95));

function tablet(random: Random): Part[] {
  const material = {
    ...dull(random, pale(random)),
    mottle: 0.02,
    grain: random.range(0.005, 0.03),
    bump: random.range(0.02, 0.2),
  };
  const shape = random.chance(0.6)
    ? circle(0.98)
    : superellipse(0.98, random.range(0.5, 0.8), random.range(2, 3.5));
  const speckled = random.chance(0.3);
  const specks = around(circle(0.02, random.range(0.2, 0.8), 0), random.int(3, 17));
  const parts: Part[] = [
    {
      material,
      shape,
      bounds: bounds(1, 1),
      rise: random.range(0.15, 0.4),
      bevel: random.range(0.15, 0.95),
      profile: random.chance(0.6) ? 'dome' : 'soft',
    },
  ];
  if (speckled)
    parts.push({
      shape: specks,
      bounds: bounds(1, 1),
      mode: 'mark',
      material: { color: [0.55, 0.35, 0.2] },
      opacity: 0.6,
    });
  if (random.chance(0.45))
    parts.push({
      shape: box(0.95, 0.02, 0),
      bounds: bounds(0.95, 0.05),
      mode: 'engrave',
      rise: -0.06,
      bevel: 0.03,
      material: { color: [material.color[0] * 0.7, material.color[1] * 0.7, material.color[2] * 0.7] },
    });
  if (random.chance(0.6)) parts.push(...marking(random, 0, random.chance(0.5) ? 0 : -0.35, 0.5, 0.32));
  return parts;
}

function capsulePill(random: Random): Part[] {
  const r = random.range(0.28, 0.42);
  const a = plastic(random, randomColor(random, 0.25, 0.95));
  const b = random.chance(0.75) ? plastic(random, pale(random)) : a;
  const gloss = random.range(0.1, 0.45);
  const rough = random.range(0.1, 0.5);
  const seam = random.range(-0.1, 0.2);
  const edge: Shape = capsule(-1 + r, 0, 1 - r, 0, r);
  return [
    {
      material: { ...b, gloss, rough },
      shape: edge,
      bounds: bounds(1, r),
      rise: r,
      bevel: r,
      profile: 'dome',
    },
    {
      material: { ...a, gloss, rough },
      shape: (x, y) => Math.max(edge(x, y) - 0.012, x - seam),
      bounds: bounds(1.02, r + 0.02),
      bumps: (x, y) => {
        // The round of the whole capsule, so that the seam makes no slope.
        const t = Math.min(1, Math.max(0, -edge(x, y) / r));
        return r * Math.sqrt(1 - (1 - t) * (1 - t));
      },
      base: 0.012,
    },
    ...(random.chance(0.6) ? marking(random, -0.45, 0, 0.32, r * 0.8, a.color[1] > 0.4) : []),
    ...(random.chance(0.5) ? marking(random, 0.5, 0, 0.28, r * 0.7, b.color[1] > 0.4) : []),
  ];
}

/** A translucent capsule: bright rim and highlight, darker core. */
function softgel(random: Random): Part[] {
  const r = random.range(0.3, 0.5);
  const color = hsv(random.next(), random.range(0.5, 1), random.range(0.4, 0.9));
  const edge = random.chance(0.6) ? capsule(-1 + r, 0, 1 - r, 0, r) : superellipse(0.98, r * 1.3, 2.2);
  return [
    {
      material: { color, gloss: random.range(0.3, 0.6), rough: random.range(0.03, 0.2) },
      shape: edge,
      bounds: bounds(1, 0.7),
      rise: r * 0.9,
      bevel: r,
      profile: 'dome',
      shade: (x, y) => 0.75 + 0.6 * smoothstep(-r, 0, edge(x, y)),
      second: {
        color: [color[0] * 0.4 + 0.1, color[1] * 0.35, color[2] * 0.3],
        mix: (x, y) => 0.6 * smoothstep(0, r * 0.8, -edge(x, y)),
      },
    },
    { shape: box(0.9, 0.008, 0), bounds: bounds(0.9, 0.02), mode: 'engrave', rise: 0.012, bevel: 0.01 },
  ];
}

/** A bottle seen from above: concentric glossy rims around a dark mouth. */
function bottleTop(random: Random): Part[] {
  const glass = hsv(random.range(0.02, 0.45), random.range(0.1, 0.8), random.range(0.08, 0.5));
  const parts: Part[] = [];
  let radius = 0.98;
  parts.push({
    material: { color: glass, gloss: 0.35, rough: 0.15 },
    shape: circle(radius),
    bounds: bounds(1, 1),
    rise: 0.12,
    bevel: 0.15,
    profile: 'dome',
  });
  for (let i = random.int(1, 4); i > 0; i--) {
    const half = random.range(0.02, 0.1);
    radius -= half + random.range(0, 0.05);
    if (radius < 0.35) break;
    const v = random.range(0.4, 2.2);
    parts.push({
      material: {
        color: [glass[0] * v, glass[1] * v, glass[2] * v],
        gloss: random.range(0.2, 0.7),
        rough: random.range(0.05, 0.4),
      },
      shape: ring(radius, half),
      bounds: bounds(1, 1),
      base: 0.05 + 0.04 * i,
      rise: half,
      bevel: half,
      profile: 'dome',
    });
    radius -= half;
  }
  parts.push({
    material: {
      color: random.chance(0.8) ? [0.015, 0.015, 0.02] : [0.85, 0.8, 0.6],
      gloss: 0.05,
      rough: 0.3,
    },
    shape: circle(Math.max(0.25, radius)),
    bounds: bounds(1, 1),
    base: -0.15,
    rise: -0.1,
    bevel: 0.2,
  });
  return parts;
}

function cap(random: Random): Part[] {
  const material = plastic(random);
  const ribs = random.int(24, 90);
  return [
    {
      material,
      shape: lobes(0.95, [{ k: ribs, amplitude: 0.018, phase: 0 }]),
      bounds: bounds(1, 1),
      rise: 0.2,
      bevel: random.range(0.08, 0.3),
      profile: 'soft',
    },
    {
      shape: circle(random.range(0.6, 0.8)),
      bounds: bounds(0.85, 0.85),
      mode: 'engrave',
      rise: random.sign() * 0.03,
      bevel: 0.04,
    },
    ...(random.chance(0.7) ? marking(random, 0, 0, 0.5, 0.35, material.color[1] > 0.4) : []),
  ];
}

function bottleSide(random: Random): Part[] {
  const material = { ...plastic(random), gloss: random.range(0.1, 0.5), rough: random.range(0.05, 0.5) };
  const body = random.range(0.28, 0.42);
  const neck = body * random.range(0.3, 0.5);
  const profile = (y: number) => {
    if (y < -0.8) return neck * 1.15;
    return neck + (body - neck) * smoothstep(-0.75, -0.35, y);
  };
  const parts: Part[] = [
    {
      material,
      shape: (x, y) => Math.max(Math.abs(x) - profile(y), Math.abs(y) - 0.98) * 0.9,
      bounds: bounds(0.5, 1),
      bumps: (x, y) => Math.sqrt(Math.max(0, profile(y) ** 2 - x * x)),
    },
    {
      material: plastic(random),
      shape: box(neck * 1.25, 0.12, 0.02, 0, -0.88),
      bounds: bounds(0.4, 0.14, 0, -0.88),
      bumps: (x) => Math.sqrt(Math.max(0, neck * neck * 1.6 - x * x)),
      base: 0.02,
      tag: 'cap',
    },
    {
      material: plastic(random, pale(random)),
      shape: box(body, random.range(0.2, 0.4), 0.01, 0, 0.35),
      bounds: bounds(body, 0.45, 0, 0.35),
      mode: 'mark',
      tag: 'label',
    },
    ...marking(random, 0, 0.25, body * 0.75, 0.2),
    ...marking(random, 0, 0.5, body * 0.7, 0.12),
  ];
  return parts;
}

function toothbrush(random: Random): Part[] {
  const parts: Part[] = [
    {
      material: plastic(random),
      shape: superellipse(0.98, 0.42, 3),
      bounds: bounds(1, 0.45),
      rise: 0.1,
      bevel: 0.2,
      profile: 'dome',
    },
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
      parts.push({
        material: { color, gloss: 0.06, rough: 0.6, grain: 0.08, bump: 0.6 },
        shape: lobes(r, [{ k: 5, amplitude: 0.06, phase: twist }]),
        bounds: bounds(r * 1.1, r * 1.1),
        base: 0.15,
        rise: r * 0.5,
        bevel: r * 0.5,
        shade: (u, v) => 0.86 + 0.14 * Math.cos((26 * (u * Math.cos(twist) + v * Math.sin(twist))) / r / 3),
        tag: `tuft ${i} ${j}`,
      });
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
    {
      material: { ...tape, grain: 0.08, bump: 0.5, gloss: 0.01 },
      shape: box(0.98, 0.42, 0.01),
      bounds: bounds(1, 0.45),
      rise: 0.02,
      bevel: 0.02,
      bumps: (x, y) => 0.004 * Math.sin(160 * y) * Math.sin(160 * x),
    },
  ];
  for (let i = 0; i < count; i++) {
    const x = -0.95 + (1.9 * (i + 0.5)) / count;
    const y = i % 2 === 0 ? -0.045 : 0.045;
    parts.push({
      material: tooth,
      shape: union(box(0.62 / count, 0.1, 0.01, x, y), circle(0.75 / count, x, y * -0.4)),
      bounds: bounds(0.06, 0.14, x, y),
      base: 0.04,
      rise: 0.03,
      bevel: 0.02,
      profile: 'soft',
      tag: `tooth ${i}`,
    });
  }
  return parts;
}

function macaroni(random: Random): Part[] {
  const color = hsv(random.range(0.07, 0.14), random.range(0.45, 0.85), random.range(0.7, 0.97));
  const r = random.range(0.18, 0.3);
  const mid = random.range(0.45, 0.68);
  const half = random.range(0.8, 1.5);
  const bend = arc(mid, half, r);
  const ridges = random.chance(0.5) ? random.range(0.005, 0.02) : 0;
  return [
    {
      material: { ...dull(random, color), gloss: random.range(0.02, 0.2) },
      shape: shift((x, y) => bend(-y, x), 0, 0.4),
      bounds: bounds(1.1, 0.9),
      rise: r,
      bevel: r,
      profile: 'dome',
      bumps: (x, y) => ridges * Math.cos(120 * Math.hypot(x, y - 0.4)),
    },
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
    {
      material: { ...dull(random, color), mottle: random.range(0.04, 0.16), gloss: random.range(0, 0.2) },
      shape,
      bounds: bounds(1.1, 1.1),
      rise: random.range(0.4, 0.75),
      bevel: random.range(0.5, 0.8),
      profile: 'dome',
    },
  ];
  if (random.chance(0.5)) {
    const cx = random.range(-0.2, 0.2);
    const cy = random.range(0.2, 0.5);
    const pale = superellipse(random.range(0.2, 0.45), random.range(0.15, 0.3), 2);
    parts.push({
      shape: shift(pale, cx, cy),
      bounds: bounds(0.6, 0.5, cx, cy),
      mode: 'mark',
      material: { color: [color[0] * 0.7 + 0.25, color[1] * 0.7 + 0.22, color[2] * 0.7 + 0.15], grain: 0.1 },
      opacity: 0.7,
    });
  }
  if (random.chance(0.4))
    parts.push({
      shape: around(box(0.3, 0.006, 0, 0.5, 0), random.int(6, 20)),
      bounds: bounds(0.85, 0.85),
      mode: 'engrave',
      rise: -0.015,
      bevel: 0.012,
    });
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
    {
      material: { ...dull(random, color), bump: random.range(0.3, 1.1) },
      shape,
      bounds: bounds(1, 1),
      rise: 0.15,
      bevel: 0.2,
      profile: 'dome',
      second: {
        color: [color[0] * 0.6, color[1] * 0.5, color[2] * 0.4],
        mix: (x, y) => 0.5 * smoothstep(0.2, 0, -shape(x, y)),
      },
    },
    {
      shape: (x, y) => Math.max(holes(x, y), shape(x, y) + 0.15),
      bounds: bounds(0.9, 0.9),
      mode: 'engrave',
      rise: -0.05,
      bevel: 0.02,
      material: { color: [0.3, 0.2, 0.1] },
    },
    ...(random.chance(0.3) ? marking(random, 0, 0.05, 0.5, 0.2) : []),
  ];
}

function button(random: Random): Part[] {
  const material = plastic(random);
  const holes = around(circle(0.1, 0.22, 0), random.pick([2, 4]), 0.4);
  return [
    {
      material,
      shape: subtract(circle(0.96), holes),
      bounds: bounds(1, 1),
      rise: 0.1,
      bevel: 0.15,
      profile: 'dome',
    },
    {
      shape: circle(0.66),
      bounds: bounds(0.7, 0.7),
      mode: 'engrave',
      rise: -0.07,
      bevel: 0.1,
      profile: 'soft',
    },
  ];
}

function lens(random: Random): Part[] {
  const coating = hsv(random.range(0.3, 0.9), random.range(0.1, 0.7), random.range(0.08, 0.4));
  const rim = random.chance(0.6);
  return [
    ...(rim
      ? [
          {
            material: plastic(random, [0.06, 0.06, 0.06]),
            shape: ring(0.88, 0.1),
            bounds: bounds(1, 1),
            base: 0.05,
            rise: 0.08,
            bevel: 0.05,
          } satisfies Part,
        ]
      : []),
    {
      material: { color: coating, gloss: random.range(0.3, 0.7), rough: 0.03 },
      shape: circle(rim ? 0.79 : 0.97),
      bounds: bounds(1, 1),
      rise: random.range(0.15, 0.4),
      bevel: 0.79,
      profile: 'dome',
      second: {
        color: [coating[0] * 0.3, coating[1] * 0.3, coating[2] * 0.4],
        mix: (x, y) => smoothstep(0.2, 0.75, Math.hypot(x, y)),
      },
    },
  ];
}

function candle(random: Random): Part[] {
  const color = hsv(random.next(), random.range(0.05, 0.5), random.range(0.75, 0.95));
  return [
    {
      material: { color: [0.75, 0.75, 0.76], metal: 0.9, rough: 0.35 },
      shape: lobes(0.97, [{ k: random.int(1, 40), amplitude: 0.004, phase: 0 }]),
      bounds: bounds(1, 1),
      rise: 0.05,
      bevel: 0.04,
    },
    {
      material: { ...dull(random, color), grain: 0.015, mottle: 0.03, gloss: 0.1 },
      shape: circle(0.91),
      bounds: bounds(0.95, 0.95),
      base: -0.02,
      rise: 0.03,
      bevel: 0.5,
      profile: 'soft',
    },
    {
      material: { color: [0.92, 0.9, 0.85], rough: 0.9 },
      shape: capsule(0, 0, random.normal() * 0.15, random.normal() * 0.15, 0.045),
      bounds: bounds(0.5, 0.5),
      base: 0.1,
      rise: 0.05,
      bevel: 0.04,
      profile: 'dome',
    },
  ];
}

function cork(random: Random): Part[] {
  const color = hsv(0.09, random.range(0.3, 0.5), random.range(0.5, 0.75));
  return [
    {
      material: { ...dull(random, color), grain: 0.12, bump: 0.9 },
      shape: box(0.95, random.range(0.45, 0.6), 0.08),
      bounds: bounds(1, 0.65),
      bumps: (_x, y) => Math.sqrt(Math.max(0, 0.6 * 0.6 - y * y)),
    },
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
    {
      material: { color, gloss: random.range(0.15, 0.5), rough: random.range(0.05, 0.4) },
      shape,
      bounds: bounds(0.8, 1.1),
      rise: 0.35,
      bevel: 0.4,
      profile: 'dome',
      shade: (x, y) => 0.8 + 0.4 * smoothstep(-0.3, 0, shape(x, y)),
    },
  ];
}

function pen(random: Random): Part[] {
  const r = random.range(0.06, 0.1);
  return [
    {
      material: plastic(random),
      shape: (x, y) =>
        Math.max(Math.abs(y) - (x > 0.75 ? r * Math.max(0.12, (1 - x) / 0.25) : r), Math.abs(x) - 0.99),
      bounds: bounds(1, 0.12),
      bumps: (_x, y) => Math.sqrt(Math.max(0, r * r - y * y)),
    },
    {
      material: plastic(random),
      shape: box(0.15, r * 1.15, 0.01, -0.82, 0),
      bounds: bounds(0.16, r * 1.3, -0.82, 0),
      bumps: (_x, y) => Math.sqrt(Math.max(0, r * r * 1.3 - y * y)),
      tag: 'cap',
    },
    {
      material: { color: [0.7, 0.7, 0.7], metal: 0.9, rough: 0.3 },
      shape: capsule(-0.9, -r, -0.45, -r, 0.018),
      bounds: [-1, -r - 0.03, -0.4, -r + 0.03],
      base: r,
      tag: 'clip',
    },
    ...marking(random, 0.05, 0, 0.3, r * 0.9),
  ];
}

function printedBox(random: Random): Part[] {
  const tall = random.range(0.5, 0.9);
  const color = randomColor(random, 0.3, 0.95);
  const parts: Part[] = [
    {
      material: { ...plastic(random, color), bump: 0.05 },
      shape: box(1, tall, 0.02),
      bounds: bounds(1.01, tall + 0.01),
      rise: 0.03,
      bevel: 0.02,
    },
  ];
  for (let i = random.int(1, 4); i > 0; i--) {
    const cy = random.range(-0.7, 0.7) * tall;
    const hh = random.range(0.03, 0.2);
    parts.push({
      shape: box(random.range(0.3, 0.95), hh, 0.01, 0, cy),
      bounds: bounds(1, hh + 0.02, 0, cy),
      mode: 'mark',
      material: ink(random, random.chance(0.5)),
    });
  }
  for (let i = random.int(1, 4); i > 0; i--)
    parts.push(
      ...marking(
        random,
        random.range(-0.3, 0.3),
        random.range(-0.7, 0.7) * tall,
        0.5,
        random.range(0.08, 0.22),
        random.chance(0.5),
      ),
    );
  return parts;
}

export const EVERYDAY_OBJECTS: Readonly<Record<string, ObjectKind>> = {
  tablet: { names: ['tablet', 'pill', 'pharmaceutical tablet', 'medicine'], extent: [1, 1], build: tablet },
  capsule: {
    names: ['capsule', 'pill', 'medicine capsule', 'drug capsule'],
    extent: [1, 0.45],
    build: capsulePill,
  },
  softgel: {
    names: ['softgel capsule', 'gel capsule', 'capsule', 'translucent pill'],
    extent: [1, 0.6],
    build: softgel,
  },
  'bottle top': {
    names: ['bottle', 'bottle mouth', 'glass bottle', 'container'],
    extent: [1, 1],
    build: bottleTop,
    bare: true,
  },
  'screw cap': { names: ['screw cap', 'lid', 'plastic cap', 'closure'], extent: [1, 1], build: cap },
  'bottle side': {
    names: ['plastic bottle', 'bottle', 'flask', 'container'],
    extent: [0.45, 1],
    build: bottleSide,
    upright: true,
  },
  toothbrush: {
    names: ['toothbrush head', 'toothbrush', 'brush', 'bristles'],
    extent: [1, 0.45],
    build: toothbrush,
    bare: true,
  },
  zipper: { names: ['zipper', 'zip fastener', 'zip'], extent: [1, 0.45], build: zipper, bare: true },
  macaroni: {
    names: ['macaroni', 'pasta', 'noodle', 'snack'],
    extent: [0.95, 0.75],
    build: macaroni,
    bare: true,
  },
  seed: { names: ['nut', 'hazelnut', 'almond', 'bean'], extent: [0.95, 0.95], build: seed, bare: true },
  biscuit: { names: ['biscuit', 'cookie', 'cracker', 'bakery product'], extent: [1, 1], build: biscuit },
  button: { names: ['button', 'shirt button', 'plastic disc'], extent: [1, 1], build: button },
  lens: {
    names: ['lens', 'optical lens', 'glass disc', 'camera lens'],
    extent: [1, 1],
    build: lens,
    bare: true,
  },
  candle: { names: ['candle', 'tea light', 'wax candle'], extent: [1, 1], build: candle, bare: true },
  cork: { names: ['cork', 'stopper', 'bottle cork'], extent: [1, 0.65], build: cork },
  gummy: { names: ['gummy', 'sweet', 'jelly candy', 'candy'], extent: [0.8, 1.1], build: gummy, bare: true },
  pen: { names: ['pen', 'ballpoint pen', 'marker'], extent: [1, 0.14], build: pen },
  package: {
    names: ['printed box', 'package', 'carton', 'folding box'],
    extent: [1, 0.9],
    build: printedBox,
  },
};
