import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey, randomColor } from '../color.ts';
import { chipParts } from '../electronic-parts.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { metal, plastic } from '../materials.ts';
import { bounds, dome, marked, slope, solid } from '../part.ts';
import {
  around,
  box,
  circle,
  intersect,
  outline,
  polyline,
  ring,
  type Shape,
  subtract,
  union,
} from '../shape.ts';
import { kind } from './kind.ts';
import { arch } from './round.ts';
import { COPPER, WIRE_TIN } from './wire-metals.ts';

function transistor(random: Random): Part[] {
  const lead = { color: WIRE_TIN, metal: 0.85, rough: 0.35 };
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
  const color = random.pick<Rgb>([[0.78, 0.66, 0.48], [0.35, 0.55, 0.68], grey(0.08), [0.6, 0.25, 0.15]]);
  const body: Shape = union(box(0.42, r * 0.85, r * 0.3), circle(r, -0.38, 0), circle(r, 0.38, 0));
  const parts: Part[] = [
    solid({ color: WIRE_TIN, metal: 0.85, rough: 0.3 }, box(1, 0.02), bounds(1, 0.03), dome(0.02, 0.02), {
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

function battery(random: Random): Part[] {
  const r = random.range(0.25, 0.4);
  const round = (_x: number, y: number) => arch(r, y);
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

/** Electronic components, batteries and cards. */
export const ELECTRONICS: Readonly<Record<string, ObjectKind>> = {
  transistor: kind(
    transistor,
    [0.6, 1],
    ['transistor', 'electronic component', 'three-leg component', 'voltage regulator'],
    { upright: true },
  ),
  chip: kind(integratedCircuit, [1, 1], ['integrated circuit', 'chip', 'microchip', 'electronic component']),
  resistor: kind(axial, [1, 0.22], ['resistor', 'axial component', 'diode', 'electronic component']),
  battery: kind(battery, [1, 0.4], ['battery', 'cell', 'battery cell']),
  coil: kind(coil, [1, 1], ['toroidal coil', 'coil', 'inductor', 'winding'], { bare: true }),
  'memory card': kind(memoryCard, [0.77, 1], ['memory card', 'contact card', 'smart card']),
};
