import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { marking } from '../marking.ts';
import { anyMaterial } from '../materials.ts';
import { anyProfile, bounds, engraved, holePart, marked, slope, solid } from '../part.ts';
import {
  around,
  blend,
  box,
  circle,
  gear,
  lobes,
  outline,
  polygon,
  ring,
  rotate,
  type Shape,
  shift,
  subtract,
  superellipse,
  union,
} from '../shape.ts';
import { kind } from './kind.ts';

/** Holes, slots, ribs, rings and writing on a part whose body reaches about 0.6 around the centre. */
function details(random: Random, reach: number): Part[] {
  const parts: Part[] = [];
  for (let i = random.int(0, 4); i > 0; i--) {
    const x = random.range(-0.6, 0.6) * reach;
    const y = random.range(-0.6, 0.6) * reach;
    const r = reach * random.logRange(0.05, 0.28);
    const kind = random.int(0, 6);
    const shape: Shape =
      kind % 3 === 0
        ? circle(r, x, y)
        : kind % 3 === 1
          ? shift(rotate(box(r * 1.6, r * 0.5, r * 0.3), random.range(0, 3)), x, y)
          : shift(polygon(random.int(3, 8), r * 0.8, random.range(0, 3)), x, y);
    const area = bounds(r * 2, r * 2, x, y);
    if (kind < 2) parts.push(holePart(shape, area));
    else if (kind < 4)
      parts.push(
        engraved(shape, area, {
          rise: random.sign() * r * random.range(0.1, 0.5),
          bevel: r * random.range(0.1, 0.6),
          profile: anyProfile(random),
        }),
      );
    else if (kind < 5) parts.push(marked(shape, area, anyMaterial(random), { tag: 'print' }));
    else
      parts.push(
        solid(
          anyMaterial(random),
          shape,
          area,
          { rise: r * random.range(0.2, 0.7), bevel: r * random.range(0.2, 1), profile: anyProfile(random) },
          { base: 0.05, onTop: true, tag: `detail ${i}` },
        ),
      );
  }
  if (random.chance(0.3)) {
    const count = random.int(3, 12);
    const r = reach * random.range(0.03, 0.1);
    const ringShape = around(circle(r, reach * random.range(0.4, 0.62), 0), count, random.range(0, 2));
    if (random.chance(0.5)) parts.push(holePart(ringShape, bounds(1, 1)));
    else parts.push(engraved(ringShape, bounds(1, 1), slope(random.sign() * r * 0.6, r * 0.5)));
  }
  if (random.chance(0.35))
    parts.push(...marking(random, 0, random.range(-0.3, 0.3) * reach, reach * 0.5, reach * 0.3));
  return parts;
}

function body(random: Random, shape: Shape, reach: number): Part[] {
  const material = anyMaterial(random);
  const parts: Part[] = [
    solid(material, shape, bounds(1.25, 1.25), {
      rise: random.logRange(0.03, 0.5),
      bevel: random.logRange(0.03, 0.6),
      profile: anyProfile(random),
    }),
  ];
  const step = random.next();
  if (step < 0.3) {
    const inner = random.range(0.06, 0.25);
    parts.push(
      engraved((x, y) => shape(x, y) + inner, bounds(1.25, 1.25), {
        rise: random.sign() * random.range(0.02, 0.12),
        bevel: random.range(0.02, 0.15),
        profile: anyProfile(random),
      }),
    );
  } else if (step < 0.5) {
    const inner = random.range(0.08, 0.3);
    parts.push(
      solid(
        anyMaterial(random),
        (x, y) => shape(x, y) + inner,
        bounds(1.25, 1.25),
        { rise: random.range(0, 0.2), bevel: 0.1, profile: anyProfile(random) },
        { base: 0.02, onTop: true },
      ),
    );
  }
  return [...parts, ...details(random, reach)];
}

const polygonPart = (random: Random) => {
  const n = random.int(3, 9);
  const points: number[] = [];
  for (let i = 0; i < n; i++) {
    const angle = ((i + random.range(-0.3, 0.3)) / n) * 2 * Math.PI;
    const r = random.range(0.55, 1);
    points.push(r * Math.cos(angle), r * Math.sin(angle));
  }
  const round = random.range(0, 0.12);
  const shape = outline(points.map((p) => p * (1 - round)));
  return body(random, (x, y) => shape(x, y) - round, 0.5);
};

const blobPart = (random: Random) => {
  const harmonics = Array.from({ length: random.int(1, 5) }, (_, i) => ({
    k: i + random.int(1, 3),
    amplitude: random.range(0, 0.16) / (1 + i * 0.4),
    phase: random.range(0, 6.28),
  }));
  return body(random, lobes(0.78, harmonics), 0.55);
};

const superPart = (random: Random) =>
  body(random, superellipse(0.98, random.range(0.35, 1), random.logRange(1.4, 8)), 0.5);

const ringPart = (random: Random) => {
  const half = random.range(0.06, 0.35);
  const shape = ring(0.98 - half, half);
  const cut = random.chance(0.3);
  return body(random, cut ? subtract(shape, box(0.5, random.range(0.04, 0.3), 0, 0.9, 0)) : shape, 0.9).slice(
    0,
    2,
  );
};

const compound = (random: Random) => {
  const pick = (): Shape => {
    const x = random.range(-0.5, 0.5);
    const y = random.range(-0.5, 0.5);
    const r = random.range(0.2, 0.5);
    const kind = random.int(0, 2);
    if (kind === 0) return circle(r, x, y);
    if (kind === 1)
      return shift(
        rotate(box(r * 1.3, r * 0.6, r * random.range(0, 0.3)), random.pick([0, 0, Math.PI / 2, 0.7])),
        x,
        y,
      );
    return shift(polygon(random.int(3, 6), r * 0.8, random.range(0, 3)), x, y);
  };
  let shape: Shape = box(random.range(0.4, 0.9), random.range(0.15, 0.5), 0.04);
  for (let i = random.int(1, 4); i > 0; i--)
    shape = random.chance(0.4) ? blend(shape, pick(), 0.15) : union(shape, pick());
  return body(random, shape, 0.4);
};

const symmetric = (random: Random) => {
  const n = random.int(2, 9);
  const arm: Shape = random.chance(0.5)
    ? box(random.range(0.2, 0.4), random.range(0.06, 0.25), 0.04, 0.55, 0)
    : circle(random.range(0.12, 0.3), 0.66, 0);
  const hub = circle(random.range(0.25, 0.55));
  const shape = blend(hub, around(arm, n), random.range(0.02, 0.3));
  return body(random, shape, 0.4);
};

const gearPart = (random: Random) =>
  body(random, gear(random.int(4, 24), random.range(0.5, 0.85), 0.98), 0.5);

/** Parts of no particular kind: outlines, holes and details at random. */
export const GENERIC: Readonly<Record<string, ObjectKind>> = {
  'polygon part': kind(polygonPart, [1, 1], ['flat part', 'workpiece', 'cut part', 'part']),
  'blob part': kind(blobPart, [1, 1], ['moulded part', 'workpiece', 'part', 'object']),
  'rounded part': kind(superPart, [1, 1], ['rounded part', 'housing', 'part', 'object']),
  'ring part': kind(ringPart, [1, 1], ['ring', 'gasket', 'seal', 'O-ring']),
  'compound part': kind(compound, [1, 1], ['assembled part', 'workpiece', 'component', 'part']),
  'star part': kind(symmetric, [1, 1], ['star-shaped part', 'knob', 'component', 'part']),
  'toothed part': kind(gearPart, [1, 1], ['toothed part', 'wheel', 'component', 'part']),
};
