import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey, scaled } from '../color.ts';
import { marking } from '../marking.ts';
import { metal, plastic } from '../materials.ts';
import { bounds, dome, engraved, holePart, slope, soft, solid } from '../part.ts';
import {
  arc,
  around,
  blend,
  box,
  capsule,
  circle,
  gear,
  polyline,
  ring,
  type Shape,
  shift,
  subtract,
  union,
} from '../shape.ts';
import { kind } from './kind.ts';
import { rod } from './round.ts';

function gearWheel(random: Random): Part[] {
  const material = random.chance(0.6) ? metal(random) : plastic(random);
  const teeth = random.int(9, 40);
  const root = random.range(0.76, 0.9);
  const parts: Part[] = [
    solid(
      material,
      subtract(gear(teeth, root, 0.98), circle(random.range(0.1, 0.3))),
      bounds(1, 1),
      slope(0.08, 0.04),
    ),
    engraved(ring((root + 0.35) / 2, (root - 0.45) / 2), bounds(1, 1), soft(-0.09, 0.04)),
  ];
  if (random.chance(0.5))
    parts.push(
      holePart(around(circle(random.range(0.06, 0.13), 0.58, 0), random.int(3, 8)), bounds(0.9, 0.9)),
    );
  return parts;
}

function bracket(random: Random): Part[] {
  const material = random.chance(0.7) ? metal(random) : plastic(random);
  const thick = random.range(0.16, 0.3);
  const kind = random.int(0, 3);
  let body: Shape;
  if (kind === 0) body = union(box(1, thick, 0.06, 0, 0.7), box(thick, 0.85, 0.06, -1 + thick, 0));
  else if (kind === 1) body = union(box(1, thick, 0.08, 0, 0.6), box(thick, 0.8, 0.05, 0, 0));
  else if (kind === 2) body = subtract(box(1, 0.75, 0.12), box(0.6, 0.5, 0.08, 0, -0.35));
  else body = blend(capsule(-0.7, 0, 0.7, 0, 0.22), circle(0.4), 0.2);
  const parts: Part[] = [solid(material, body, bounds(1.05, 1.05), slope(0.06, 0.04))];
  const holes: readonly (readonly [number, number])[] =
    kind === 0
      ? [
          [-1 + thick, -0.5],
          [0.6, 0.7],
          [-0.1, 0.7],
        ]
      : kind === 1
        ? [
            [-0.7, 0.6],
            [0.7, 0.6],
            [0, -0.5],
          ]
        : kind === 2
          ? [
              [-0.8, 0.5],
              [0.8, 0.5],
              [-0.8, -0.5],
              [0.8, -0.5],
            ]
          : [
              [-0.7, 0],
              [0.7, 0],
              [0, 0],
            ];
  const r = thick * random.range(0.35, 0.6);
  for (const [x, y] of holes) {
    parts.push(engraved(circle(r * 1.5, x, y), bounds(r * 2, r * 2, x, y), slope(-0.04, r * 0.4)));
    parts.push(holePart(circle(r, x, y), bounds(r * 1.2, r * 1.2, x, y)));
  }
  if (random.chance(0.4)) parts.push(...marking(random, 0, kind === 3 ? 0.28 : 0.7, 0.25, thick * 0.8));
  return parts;
}

function bearing(random: Random): Part[] {
  const material = metal(random);
  const balls = random.int(7, 14);
  const inner = random.range(0.3, 0.42);
  const track = (0.98 + inner) / 2;
  const size = random.range(0.1, 0.15);
  const sealed = random.chance(0.35);
  const parts: Part[] = [
    solid(
      material,
      ring((0.98 + track + size * 0.7) / 2, (0.98 - track - size * 0.7) / 2),
      bounds(1, 1),
      slope(0.06, 0.04),
      { base: 0.05 },
    ),
    solid(
      material,
      ring((track - size * 0.7 + inner) / 2, (track - size * 0.7 - inner) / 2),
      bounds(1, 1),
      slope(0.06, 0.04),
      { base: 0.05 },
    ),
    {
      material: sealed ? plastic(random) : { color: grey(0.09), rough: 0.7, gloss: 0.05 },
      shape: ring(track, size * 0.75),
      bounds: bounds(1, 1),
      base: -0.02,
      ...(sealed ? { rise: 0.03, bevel: size } : {}),
    },
  ];
  if (sealed) parts.push(...marking(random, 0, -track, 0.3, size));
  else
    parts.push(
      solid(
        { ...material, rough: 0.15 },
        around(circle(size * 0.85, track, 0), balls),
        bounds(1, 1),
        dome(size * 0.85, size * 0.85),
        { tag: 'ball' },
      ),
    );
  return parts;
}

function spring(random: Random): Part[] {
  const material = metal(random);
  const turns = random.int(6, 16);
  const radius = random.range(0.25, 0.5);
  const wire = Math.min(0.07, 0.75 / turns / 1.6);
  const parts: Part[] = [];
  const step = 1.9 / turns;
  for (let i = 0; i <= turns; i++) {
    const x = -0.95 + i * step;
    if (i < turns)
      parts.push(
        solid(
          {
            ...material,
            color: scaled(material.color, 0.4),
          },
          capsule(x + step * 0.25, radius, x + step, -radius, wire),
          [x - 0.2, -radius - 0.1, x + step + 0.2, radius + 0.1],
          dome(wire * 0.6, wire),
        ),
      );
  }
  for (let i = 0; i <= turns; i++) {
    const x = -0.95 + i * step;
    parts.push(
      solid(
        material,
        capsule(x, -radius, x + step * 0.25, radius, wire),
        [x - 0.2, -radius - 0.1, x + step + 0.2, radius + 0.1],
        dome(wire, wire),
        { base: wire * 2, tag: 'winding' },
      ),
    );
  }
  return parts;
}

function tube(random: Random): Part[] {
  const material = random.chance(0.5) ? metal(random) : plastic(random);
  const radius = random.range(0.15, 0.4);
  const rings = random.int(0, 5);
  const parts: Part[] = [rod(-0.98, 0.98, () => radius, { material }, radius)];
  for (let i = 0; i < rings; i++) {
    const x = random.range(-0.85, 0.85);
    const wide = random.range(0.015, 0.08);
    parts.push(
      rod(
        x - wide,
        x + wide,
        () => radius * 1.02,
        { material: random.chance(0.5) ? material : plastic(random), base: 0.012 },
        radius * 1.1,
      ),
    );
  }
  if (random.chance(0.4)) parts.push(...marking(random, 0, 0, 0.4, radius * 0.6));
  return parts;
}

function commutator(random: Random): Part[] {
  const bars = random.int(6, 16);
  const material = { ...metal(random), metal: random.range(0.3, 0.8), rough: random.range(0.45, 0.8) };
  const step = 1.3 / bars;
  const parts: Part[] = [
    solid(plastic(random, grey(0.1)), box(0.7, 1, 0.03), bounds(0.71, 1.01), slope(0.05, 0.05), {
      bumps: (x) => Math.sqrt(Math.max(0, 0.72 * 0.72 - x * x)) * 0.4,
    }),
  ];
  for (let i = 0; i < bars; i++) {
    const x = -0.65 + (i + 0.5) * step;
    parts.push(
      solid(material, box(step * 0.44, 0.78, 0.01, x, 0), bounds(step, 0.8, x, 0), slope(0.01, 0.01), {
        base: 0.08,
        bumps: (u) => Math.sqrt(Math.max(0, 0.72 * 0.72 - u * u)) * 0.4,
      }),
    );
  }
  return parts;
}

function hook(random: Random): Part[] {
  const material = metal(random);
  const thick = random.range(0.08, 0.16);
  const bend = arc(0.45, random.range(1.6, 2.4), thick);
  return [
    solid(
      material,
      union(
        shift((x, y) => bend(y, x), 0, 0.4),
        capsule(-0.45, 0.4, -0.45, -0.6, thick),
        subtract(circle(0.3, -0.45, -0.7), circle(0.14, -0.45, -0.7)),
      ),
      bounds(1, 1.1),
      dome(thick, thick),
    ),
  ];
}

function chain(random: Random): Part[] {
  const material = metal(random);
  const links = random.int(3, 7);
  const step = 2 / links;
  const parts: Part[] = [];
  for (let i = 0; i < links; i++) {
    const x = -1 + (i + 0.5) * step;
    const thin = i % 2 === 1;
    const r = step * 0.13;
    const shape = thin
      ? capsule(x - step * 0.55, 0, x + step * 0.55, 0, r * 1.1)
      : (u: number, v: number) =>
          Math.abs(capsule(x - step * 0.3, 0, x + step * 0.3, 0, step * 0.28)(u, v)) - r;
    parts.push(
      solid(material, shape, bounds(step, step * 0.6, x, 0), dome(r, r), { base: thin ? r : 0, tag: 'link' }),
    );
  }
  return parts;
}

function wireLoop(random: Random): Part[] {
  const points: number[] = [];
  const phase = random.range(0, 6);
  for (let i = 0; i <= 24; i++) {
    const t = i / 24;
    points.push(-0.95 + 1.9 * t, 0.35 * Math.sin(t * random.range(5.9, 6.1) + phase));
  }
  const r = random.range(0.025, 0.08);
  return [solid(metal(random), polyline(points, r), bounds(1.05, 0.5), dome(r, r))];
}

/** Gears, bearings, springs, brackets and what else machines are made of. */
export const MACHINE_PARTS: Readonly<Record<string, ObjectKind>> = {
  gear: kind(gearWheel, [1, 1], ['gear wheel', 'gear', 'cog', 'sprocket']),
  bracket: kind(bracket, [1, 1], ['mounting bracket', 'bracket', 'stamped part', 'fitting']),
  bearing: kind(bearing, [1, 1], ['ball bearing', 'bearing', 'roller bearing']),
  spring: kind(spring, [1, 0.55], ['coil spring', 'spring', 'compression spring'], { bare: true }),
  tube: kind(tube, [1, 0.4], ['tube', 'pipe', 'shaft', 'cylinder']),
  commutator: kind(commutator, [0.72, 1], ['commutator', 'electrical commutator', 'slotted cylinder'], {
    bare: true,
    upright: true,
  }),
  hook: kind(hook, [0.9, 1], ['hook', 'metal hook', 'clip'], { bare: true }),
  chain: kind(chain, [1, 0.3], ['chain', 'metal chain', 'chain links'], { bare: true }),
  wire: kind(wireLoop, [1, 0.45], ['bent wire', 'wire form', 'wire'], { bare: true }),
};
