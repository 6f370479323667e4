import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { hsv, randomColor, scaled } from './color.ts';
import { smoothstep } from './field.ts';
import type { Rgb } from './image.ts';
import { dull, ink, plastic } from './materials.ts';
import { marking } from './objects-hardware.ts';
import { bounds, dome, engraved, marked, slope, soft, solid } from './part.ts';
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
    solid(material, shape, bounds(1, 1), {
      rise: random.range(0.15, 0.4),
      bevel: random.range(0.15, 0.95),
      profile: random.chance(0.6) ? 'dome' : 'soft',
    }),
  ];
  if (speckled) parts.push(marked(specks, bounds(1, 1), { color: [0.55, 0.35, 0.2] }, { opacity: 0.6 }));
  if (random.chance(0.45))
    parts.push(
      engraved(box(0.95, 0.02, 0), bounds(0.95, 0.05), slope(-0.06, 0.03), {
        material: { color: scaled(material.color, 0.7) },
      }),
    );
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
    solid({ ...b, gloss, rough }, edge, bounds(1, r), dome(r, r)),
    solid({ ...a, gloss, rough }, (x, y) => Math.max(edge(x, y) - 0.012, x - seam), bounds(1.02, r + 0.02), {
      bumps: (x, y) => {
        // The round of the whole capsule, so that the seam makes no slope.
        const t = Math.min(1, Math.max(0, -edge(x, y) / r));
        return r * Math.sqrt(1 - (1 - t) * (1 - t));
      },
      base: 0.012,
    }),
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
    solid(
      { color, gloss: random.range(0.3, 0.6), rough: random.range(0.03, 0.2) },
      edge,
      bounds(1, 0.7),
      dome(r * 0.9, r),
      {
        shade: (x, y) => 0.75 + 0.6 * smoothstep(-r, 0, edge(x, y)),
        second: {
          color: [color[0] * 0.4 + 0.1, color[1] * 0.35, color[2] * 0.3],
          mix: (x, y) => 0.6 * smoothstep(0, r * 0.8, -edge(x, y)),
        },
      },
    ),
    engraved(box(0.9, 0.008, 0), bounds(0.9, 0.02), slope(0.012, 0.01)),
  ];
}

/** A bottle seen from above: concentric glossy rims around a dark mouth. */
function bottleTop(random: Random): Part[] {
  const glass = hsv(random.range(0.02, 0.45), random.range(0.1, 0.8), random.range(0.08, 0.5));
  const parts: Part[] = [];
  let radius = 0.98;
  parts.push(
    solid({ color: glass, gloss: 0.35, rough: 0.15 }, circle(radius), bounds(1, 1), dome(0.12, 0.15)),
  );
  for (let i = random.int(1, 4); i > 0; i--) {
    const half = random.range(0.02, 0.1);
    radius -= half + random.range(0, 0.05);
    if (radius < 0.35) break;
    const v = random.range(0.4, 2.2);
    parts.push(
      solid(
        {
          color: scaled(glass, v),
          gloss: random.range(0.2, 0.7),
          rough: random.range(0.05, 0.4),
        },
        ring(radius, half),
        bounds(1, 1),
        dome(half, half),
        { base: 0.05 + 0.04 * i },
      ),
    );
    radius -= half;
  }
  parts.push(
    solid(
      {
        color: random.chance(0.8) ? [0.015, 0.015, 0.02] : [0.85, 0.8, 0.6],
        gloss: 0.05,
        rough: 0.3,
      },
      circle(Math.max(0.25, radius)),
      bounds(1, 1),
      slope(-0.1, 0.2),
      { base: -0.15 },
    ),
  );
  return parts;
}

function cap(random: Random): Part[] {
  const material = plastic(random);
  const ribs = random.int(24, 90);
  return [
    solid(
      material,
      lobes(0.95, [{ k: ribs, amplitude: 0.018, phase: 0 }]),
      bounds(1, 1),
      soft(0.2, random.range(0.08, 0.3)),
    ),
    engraved(circle(random.range(0.6, 0.8)), bounds(0.85, 0.85), slope(random.sign() * 0.03, 0.04)),
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
    solid(material, (x, y) => Math.max(Math.abs(x) - profile(y), Math.abs(y) - 0.98) * 0.9, bounds(0.5, 1), {
      bumps: (x, y) => Math.sqrt(Math.max(0, profile(y) ** 2 - x * x)),
    }),
    solid(plastic(random), box(neck * 1.25, 0.12, 0.02, 0, -0.88), bounds(0.4, 0.14, 0, -0.88), {
      bumps: (x) => Math.sqrt(Math.max(0, neck * neck * 1.6 - x * x)),
      base: 0.02,
      tag: 'cap',
    }),
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
          solid(plastic(random, [0.06, 0.06, 0.06]), ring(0.88, 0.1), bounds(1, 1), slope(0.08, 0.05), {
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

function pen(random: Random): Part[] {
  const r = random.range(0.06, 0.1);
  return [
    solid(
      plastic(random),
      (x, y) =>
        Math.max(Math.abs(y) - (x > 0.75 ? r * Math.max(0.12, (1 - x) / 0.25) : r), Math.abs(x) - 0.99),
      bounds(1, 0.12),
      { bumps: (_x, y) => Math.sqrt(Math.max(0, r * r - y * y)) },
    ),
    solid(plastic(random), box(0.15, r * 1.15, 0.01, -0.82, 0), bounds(0.16, r * 1.3, -0.82, 0), {
      bumps: (_x, y) => Math.sqrt(Math.max(0, r * r * 1.3 - y * y)),
      tag: 'cap',
    }),
    solid(
      { color: [0.7, 0.7, 0.7], metal: 0.9, rough: 0.3 },
      capsule(-0.9, -r, -0.45, -r, 0.018),
      [-1, -r - 0.03, -0.4, -r + 0.03],
      { base: r, tag: 'clip' },
    ),
    ...marking(random, 0.05, 0, 0.3, r * 0.9),
  ];
}

function printedBox(random: Random): Part[] {
  const tall = random.range(0.5, 0.9);
  const color = randomColor(random, 0.3, 0.95);
  const parts: Part[] = [
    solid(
      { ...plastic(random, color), bump: 0.05 },
      box(1, tall, 0.02),
      bounds(1.01, tall + 0.01),
      slope(0.03, 0.02),
    ),
  ];
  for (let i = random.int(1, 4); i > 0; i--) {
    const cy = random.range(-0.7, 0.7) * tall;
    const hh = random.range(0.03, 0.2);
    parts.push(
      marked(
        box(random.range(0.3, 0.95), hh, 0.01, 0, cy),
        bounds(1, hh + 0.02, 0, cy),
        ink(random, random.chance(0.5)),
      ),
    );
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
