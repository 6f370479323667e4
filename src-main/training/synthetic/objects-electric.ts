import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { hsv, randomColor, scaled } from './color.ts';
import { chipParts } from './electronic-parts.ts';
import type { Rgb } from './image.ts';
import { metal, plastic } from './materials.ts';
import { marking } from './objects-hardware.ts';
import { bounds, dome, engraved, marked, slope, solid } from './part.ts';
import {
  around,
  box,
  capsule,
  circle,
  intersect,
  outline,
  polyline,
  ring,
  type Shape,
  subtract,
  union,
} from './shape.ts';

const COPPER: Rgb = [0.78, 0.48, 0.32];
const TIN: Rgb = [0.75, 0.75, 0.74];

function transistor(random: Random): Part[] {
  const lead = { color: TIN, metal: 0.85, rough: 0.35 };
  const parts: Part[] = [];
  const legs = random.pick([2, 3, 3, 3, 5]);
  const pitch = random.range(0.22, 0.3) * (legs > 3 ? 0.6 : 1);
  for (let i = 0; i < legs; i++) {
    const x = (i - (legs - 1) / 2) * pitch;
    const bend = (i - (legs - 1) / 2) * random.range(-0.02, 0.06);
    parts.push(
      solid(
        lead,
        polyline([x, 0, x, 0.4, x + bend, 0.55, x + bend, 1], 0.035),
        [x - 0.2, 0, x + 0.2, 1.05],
        slope(0.03, 0.03),
        { tag: `lead ${i}` },
      ),
    );
  }
  if (random.chance(0.5)) {
    parts.push(
      solid(
        metal(random),
        subtract(box(0.5, 0.4, 0.03, 0, -0.6), circle(0.14, 0, -0.75)),
        bounds(0.52, 0.42, 0, -0.6),
        slope(0.04, 0.02),
        { tag: 'tab' },
      ),
    );
  }
  parts.push(
    solid(
      { color: [0.06, 0.06, 0.065], gloss: 0.06, rough: 0.65, bump: 0.1 },
      box(0.52, 0.42, 0.04, 0, -0.12),
      bounds(0.55, 0.45, 0, -0.12),
      slope(0.08, 0.06),
      { base: 0.06, tag: 'case' },
    ),
  );
  parts.push(...marking(random, 0, -0.22, 0.36, 0.16, false), ...marking(random, 0, 0.04, 0.3, 0.12, false));
  return parts;
}

function integratedCircuit(random: Random): Part[] {
  const scale = 1 / 60;
  return chipParts(random, 44, random.range(22, 44), random.chance(0.5)).map((part) => ({
    ...part,
    shape: (x: number, y: number) => part.shape(x / scale, y / scale) * scale,
    bounds: [
      part.bounds[0] * scale,
      part.bounds[1] * scale,
      part.bounds[2] * scale,
      part.bounds[3] * scale,
    ] as const,
    base: (part.base ?? 0) * scale,
    rise: (part.rise ?? 0) * scale,
    bevel: (part.bevel ?? 3) * scale,
  }));
}

function axial(random: Random): Part[] {
  const r = random.range(0.13, 0.2);
  const color = random.pick<Rgb>([
    [0.78, 0.66, 0.48],
    [0.35, 0.55, 0.68],
    [0.08, 0.08, 0.08],
    [0.6, 0.25, 0.15],
  ]);
  const body: Shape = union(box(0.42, r * 0.85, r * 0.3), circle(r, -0.38, 0), circle(r, 0.38, 0));
  const parts: Part[] = [
    solid({ color: TIN, metal: 0.85, rough: 0.3 }, box(1, 0.02), bounds(1, 0.03), dome(0.02, 0.02), {
      tag: 'lead',
    }),
    solid({ ...plastic(random, color), gloss: 0.15, rough: 0.4 }, body, bounds(0.62, r + 0.02), dome(r, r)),
  ];
  const bands = random.int(1, 5);
  for (let i = 0; i < bands; i++) {
    const x = -0.3 + (0.6 * i) / Math.max(1, bands - 1) + (i === bands - 1 ? 0.06 : 0);
    parts.push(
      marked(
        intersect(box(0.03, 0.3, 0, x, 0), body),
        bounds(0.04, r + 0.02, x, 0),
        { color: randomColor(random, 0.02, 0.9), gloss: 0.12, rough: 0.4 },
        { tag: `band ${i}` },
      ),
    );
  }
  return parts;
}

function connector(random: Random): Part[] {
  const tall = random.range(0.3, 0.6);
  const material = plastic(random, random.chance(0.5) ? [0.08, 0.08, 0.08] : randomColor(random, 0.2, 0.95));
  const columns = random.int(3, 11);
  const rows = random.int(1, 3);
  const parts: Part[] = [
    solid(
      material,
      union(box(0.98, tall, 0.04), box(0.2, 0.1, 0.02, random.range(-0.5, 0.5), -tall - 0.04)),
      bounds(1, tall + 0.18),
      slope(0.12, 0.04),
    ),
    engraved(box(0.9, tall * 0.78, 0.03), bounds(0.92, tall), slope(-0.08, 0.03)),
  ];
  const male = random.chance(0.5);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const x = -0.8 + (1.6 * (i + 0.5)) / columns;
      const y = tall * 0.7 * ((2 * (j + 0.5)) / rows - 1);
      const r = Math.min(0.5 / columns, (tall * 0.35) / rows);
      if (!male) {
        parts.push(
          engraved(box(r, r, r * 0.15, x, y), bounds(r * 1.2, r * 1.2, x, y), slope(-0.15, r * 0.2), {
            material: { color: [0.02, 0.02, 0.02] },
          }),
        );
      }
      parts.push(
        solid(
          { color: random.chance(0.5) ? TIN : [0.82, 0.66, 0.35], metal: 0.85, rough: 0.35 },
          box(r * 0.5, r * 0.5, r * 0.1, x, y),
          bounds(r, r, x, y),
          slope(0.08, r * 0.2),
          { base: 0.06, tag: `pin ${i} ${j}` },
        ),
      );
    }
  }
  return parts;
}

/** A round cable, cut: sheath, coloured cores, stranded copper. */
function cableEnd(random: Random): Part[] {
  const cores = random.pick([1, 2, 3, 3, 3, 4, 5, 7]);
  const sheath = plastic(
    random,
    random.chance(0.6)
      ? hsv(random.range(0.05, 0.6), random.range(0, 0.25), random.range(0.15, 0.9))
      : randomColor(random, 0.1, 0.9),
  );
  const parts: Part[] = [
    solid({ ...sheath, gloss: 0.06, bump: 0.12, grain: 0.02 }, circle(0.97), bounds(1, 1), slope(0.06, 0.05)),
    solid(
      { color: [0.3, 0.29, 0.27], rough: 0.9, bump: 0.6, grain: 0.12 },
      circle(random.range(0.8, 0.86)),
      bounds(0.9, 0.9),
      { base: -0.05 },
    ),
  ];
  const ringRadius = cores === 1 ? 0 : cores === 2 ? 0.4 : cores === 7 ? 0.54 : 0.43 + 0.02 * cores;
  const coreRadius =
    cores === 1 ? 0.68 : cores === 7 ? 0.25 : Math.min(0.39, ringRadius * Math.sin(Math.PI / cores) * 0.96);
  const phase = random.range(0, 6);
  const palette: Rgb[] = [
    hsv(0.6, 0.65, 0.55),
    hsv(0.06, 0.6, 0.4),
    hsv(0.28, 0.6, 0.5),
    [0.12, 0.12, 0.12],
    [0.65, 0.64, 0.62],
    hsv(0.13, 0.7, 0.75),
    hsv(0, 0.7, 0.55),
  ];
  for (let i = 0; i < cores; i++) {
    const hub = cores === 7 && i === 6;
    const angle = phase + (2 * Math.PI * i) / (cores === 7 ? 6 : cores);
    const x = hub ? 0 : ringRadius * Math.cos(angle);
    const y = hub ? 0 : ringRadius * Math.sin(angle);
    const shape: Shape = (u, v) =>
      Math.hypot(u - x, v - y) * (1 + 0.02 * Math.cos(3 * Math.atan2(v - y, u - x) + i)) - coreRadius;
    parts.push(
      solid(
        {
          ...plastic(random, palette[(i + random.int(0, 1)) % palette.length]!),
          gloss: 0.08,
          bump: 0.15,
          grain: 0.02,
        },
        shape,
        bounds(coreRadius * 1.05, coreRadius * 1.05, x, y),
        slope(0.05, 0.05),
        { base: 0.02, tag: `core ${i}` },
      ),
    );
    const copper = coreRadius * random.range(0.6, 0.7);
    parts.push(
      solid(
        { color: [0.2, 0.11, 0.07], metal: 0.3, rough: 0.7 },
        circle(copper, x, y),
        bounds(copper, copper, x, y),
        { base: 0, tag: `core ${i}` },
      ),
    );
    const strand = copper / random.range(4.2, 7);
    for (let s = 0; s < 90; s++) {
      // Sunflower spacing packs the strands of a bundle as tightly as they really lie.
      const rr = strand * 0.98 * Math.sqrt(s + 0.3);
      if (rr > copper - strand * 0.7) break;
      const turn = s * 2.39996 + i;
      const sx = x + rr * Math.cos(turn) + random.normal() * strand * 0.08;
      const sy = y + rr * Math.sin(turn) + random.normal() * strand * 0.08;
      const v = random.range(0.75, 1.12);
      const own = strand * random.range(0.93, 1.05);
      parts.push(
        solid(
          {
            color: scaled(COPPER, v),
            metal: 0.75,
            rough: random.range(0.35, 0.6),
            bump: 0.15,
            grain: 0.05,
          },
          circle(own, sx, sy),
          bounds(own, own, sx, sy),
          dome(own * 0.22, own * 0.6),
          { base: 0.02 + random.range(0, 0.015), tag: `core ${i}` },
        ),
      );
    }
  }
  return parts;
}

/** A cable seen from the side: smooth, ribbed or twisted. */
function cableSide(random: Random): Part[] {
  const material = random.chance(0.25) ? { ...metal(random), streak: 0 } : plastic(random);
  const r = random.range(0.07, 0.2);
  const bow = random.normal() * 0.15;
  const phase = random.range(0, 6);
  const axis = (x: number) => bow * Math.sin(2.2 * x + phase);
  const twist = random.chance(0.5) ? random.range(0.8, 3) * r : 0;
  const parts: Part[] = [
    {
      material,
      shape: (x, y) =>
        Math.abs(y - axis(x)) - r + (twist > 0 ? 0.05 * r * Math.cos((2 * Math.PI * x) / twist) : 0),
      bounds: [-1.6, -0.6, 1.6, 0.6],
      bumps: (x, y) => {
        const v = y - axis(x);
        const round = Math.sqrt(Math.max(0, r * r - v * v));
        return round + (twist > 0 ? 0.14 * r * Math.cos((2 * Math.PI * (x + v * 0.8)) / twist) : 0);
      },
      ...(twist > 0
        ? {
            shade: (x: number, y: number) =>
              0.75 + 0.25 * Math.cos((2 * Math.PI * (x + (y - axis(x)) * 0.8)) / twist),
          }
        : {}),
    },
  ];
  if (random.chance(0.4))
    parts.push(
      marked((x, y) => Math.abs(y - axis(x) - r * 0.3) - r * 0.08, [-1.6, -0.6, 1.6, 0.6], {
        color: randomColor(random, 0.1, 0.95),
        gloss: 0.05,
      }),
    );
  return parts;
}

/** Insulated wires side by side, ends stripped. */
function wires(random: Random): Part[] {
  const count = random.int(2, 6);
  const pitch = 1 / count;
  const r = pitch * random.range(0.28, 0.46);
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) {
    const y = (i - (count - 1) / 2) * pitch;
    const strip = random.range(0.68, 0.74);
    parts.push(
      solid(
        { color: COPPER, metal: 0.8, rough: 0.4 },
        capsule(0.4, y, 0.95, y, r * 0.55),
        bounds(0.6, r, 0.5, y),
        {
          bumps: (u, v) =>
            Math.sqrt(Math.max(0, r * r * 0.3 - (v - y) ** 2)) + 0.1 * r * Math.cos(40 * (u + (v - y) * 1.5)),
          tag: `wire ${i}`,
        },
      ),
    );
    parts.push(
      solid(
        { ...plastic(random, randomColor(random, 0.15, 0.95)), gloss: 0.12 },
        box(strip, r, 0.01, strip - 1 + 0.02, y),
        bounds(strip + 0.02, r * 1.1, strip - 1, y),
        { bumps: (_u, v) => Math.sqrt(Math.max(0, r * r - (v - y) ** 2)), base: 0.005, tag: `wire ${i}` },
      ),
    );
  }
  return parts;
}

function battery(random: Random): Part[] {
  const r = random.range(0.25, 0.4);
  const round = (_x: number, y: number) => Math.sqrt(Math.max(0, r * r - y * y));
  return [
    solid(
      { color: [0.75, 0.75, 0.76], metal: 0.9, rough: 0.3 },
      box(0.06, r * 0.4, 0.01, 0.95, 0),
      bounds(0.08, r, 0.95, 0),
      { bumps: (_x, y) => Math.sqrt(Math.max(0, r * r * 0.16 - y * y)) },
    ),
    solid(
      { ...plastic(random), gloss: 0.2, rough: 0.3 },
      box(0.93, r, 0.03, -0.03, 0),
      bounds(0.95, r, -0.03, 0),
      { bumps: round },
    ),
    marked(box(0.25, r, 0, 0.6, 0), bounds(0.28, r, 0.62, 0), { ...plastic(random), gloss: 0.2, rough: 0.3 }),
    ...marking(random, -0.2, 0, 0.5, r * 0.9),
  ];
}

function coil(random: Random): Part[] {
  const turns = random.int(18, 44);
  const wire = {
    color: random.chance(0.7) ? COPPER : randomColor(random, 0.2, 0.7),
    metal: 0.6,
    rough: 0.35,
  };
  const hole = random.range(0.3, 0.45);
  return [
    solid(plastic(random), ring((0.9 + hole) / 2, (0.9 - hole) / 2 - 0.04), bounds(1, 1), dome(0.2, 0.25)),
    solid(
      wire,
      around(
        intersect(box(0.4, 0.5 / turns, 0, (0.95 + hole) / 2, 0), ring((0.96 + hole) / 2, (0.97 - hole) / 2)),
        turns,
      ),
      bounds(1, 1),
      dome(0.2, 0.28),
      { base: 0.08, shade: (x, y) => 0.7 + 0.3 * Math.cos(turns * Math.atan2(y, x)), tag: 'winding' },
    ),
  ];
}

function memoryCard(random: Random): Part[] {
  const parts: Part[] = [
    solid(
      plastic(random, random.chance(0.6) ? [0.08, 0.08, 0.1] : randomColor(random, 0.1, 0.8)),
      outline([-0.75, -0.98, 0.45, -0.98, 0.75, -0.68, 0.75, 0.98, -0.75, 0.98]),
      bounds(0.77, 1),
      slope(0.04, 0.03),
    ),
  ];
  const contacts = random.int(5, 9);
  for (let i = 0; i < contacts; i++) {
    const x = -0.62 + (1.2 * (i + 0.5)) / contacts;
    parts.push(
      solid(
        { color: [0.84, 0.68, 0.36], metal: 0.85, rough: 0.3 },
        box(0.44 / contacts, 0.2, 0.02, x, -0.68 + (x > 0.42 ? 0.14 : 0)),
        bounds(0.1, 0.24, x, -0.65),
        { tag: `contact ${i}` },
      ),
    );
  }
  parts.push(...marking(random, 0, 0.25, 0.5, 0.3, false), ...marking(random, 0, 0.65, 0.4, 0.16, false));
  return parts;
}

export const ELECTRIC_OBJECTS: Readonly<Record<string, ObjectKind>> = {
  transistor: {
    names: ['transistor', 'electronic component', 'three-leg component', 'voltage regulator'],
    extent: [0.6, 1],
    build: transistor,
    upright: true,
  },
  chip: {
    names: ['integrated circuit', 'chip', 'microchip', 'electronic component'],
    extent: [1, 1],
    build: integratedCircuit,
  },
  resistor: {
    names: ['resistor', 'axial component', 'diode', 'electronic component'],
    extent: [1, 0.22],
    build: axial,
  },
  connector: { names: ['connector', 'plug', 'pin header', 'socket'], extent: [1, 0.7], build: connector },
  'cable end': {
    names: ['cable cross-section', 'cable', 'three-core cable', 'stranded cable'],
    extent: [1, 1],
    build: cableEnd,
    bare: true,
    alone: true,
  },
  'cable side': {
    names: ['cable', 'cord', 'wire', 'hose'],
    extent: [1.2, 0.35],
    build: cableSide,
    bare: true,
  },
  wires: {
    names: ['wires', 'wire harness', 'insulated wires', 'cable ends'],
    extent: [1, 0.55],
    build: wires,
    bare: true,
  },
  battery: { names: ['battery', 'cell', 'battery cell'], extent: [1, 0.4], build: battery },
  coil: { names: ['toroidal coil', 'coil', 'inductor', 'winding'], extent: [1, 1], build: coil, bare: true },
  'memory card': {
    names: ['memory card', 'contact card', 'smart card'],
    extent: [0.77, 1],
    build: memoryCard,
  },
};
