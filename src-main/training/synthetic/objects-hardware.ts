import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { scaled } from './color.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { Rgb } from './image.ts';
import { ink, metal, plastic } from './materials.ts';
import { bounds, dome, engraved, hole, marked, slope, soft, solid } from './part.ts';
import {
  arc,
  around,
  blend,
  box,
  capsule,
  circle,
  gear,
  intersect,
  outline,
  polygon,
  polyline,
  ring,
  type Shape,
  shift,
  subtract,
  superellipse,
  union,
} from './shape.ts';

const HOLE: Rgb = [0.04, 0.04, 0.04];

/** Text on a part: engraved, embossed or printed. */
export function marking(
  random: Random,
  cx: number,
  cy: number,
  halfWidth: number,
  most: number,
  dark = true,
): Part[] {
  const text = randomText(random);
  const letter = Math.min(most, (2 * halfWidth) / textWidth(text));
  const shape = shift(textShape(text, letter, random.range(0.06, 0.1)), cx, cy);
  const reach = bounds((textWidth(text) * letter) / 2 + letter * 0.2, letter * 0.7, cx, cy);
  if (random.chance(0.5)) {
    return [engraved(shape, reach, slope(random.sign() * letter * 0.07, letter * 0.08), { tag: 'print' })];
  }
  return [marked(shape, reach, ink(random, dark), { opacity: random.range(0.6, 1), tag: 'print' })];
}

/** A cylinder seen from the side lies along x; height follows the circle. */
function rod(
  x0: number,
  x1: number,
  radius: (x: number) => number,
  extra: Omit<Part, 'shape' | 'bounds'>,
  widest: number,
): Part {
  const own = extra.bumps;
  return {
    ...extra,
    shape: (x, y) => Math.max(Math.abs(y) - radius(x), x0 - x, x - x1),
    bounds: [x0, -widest, x1, widest],
    bumps: (x, y) => {
      const r = radius(x);
      return Math.sqrt(Math.max(0, r * r - y * y)) + (own ? own(x, y) : 0);
    },
  };
}

function screw(random: Random): Part[] {
  const material = { ...metal(random), streak: 0 };
  const shaft = random.range(0.09, 0.2);
  const pitch = shaft * random.range(0.3, 0.75);
  const depth = pitch * random.range(0.25, 0.55);
  const head = shaft * random.range(1.6, 2.4);
  const length = random.range(0.14, 0.28);
  const neck = random.chance(0.6) ? random.range(0.05, 0.5) : 0.02;
  const tip = random.chance(0.6) ? random.range(0.1, 0.35) : 0.03;
  const style = random.int(0, 3);
  const headEnd = -1 + length;
  const threadStart = headEnd + neck;
  const lean = pitch * 0.5;
  const tooth = (t: number) => Math.abs(t - Math.floor(t) - 0.5) * 2;
  const silhouette = (x: number) => {
    const taper = x > 1 - tip ? Math.max(0.04, (1 - x) / tip) : 1;
    return (
      (shaft - depth * 0.5) * (tip > 0.05 ? taper : Math.min(1, taper * 4)) +
      depth * tooth(x / pitch) * Math.min(1, taper * 1.5)
    );
  };
  const parts: Part[] = [
    rod(headEnd - 0.03, threadStart + 0.02, () => shaft * (neck > 0.1 ? 0.92 : 0.85), { material }, shaft),
    solid(
      material,
      (x, y) => {
        const side = y > 0 ? lean : 0;
        return Math.max(Math.abs(y) - silhouette(x + side), threadStart - x, x - 1) * 0.8;
      },
      [threadStart - 0.02, -shaft - depth, 1.01, shaft + depth],
      {
        bumps: (x, y) => {
          // The thread runs slanted across the visible half.
          const slant = x + lean * (y / shaft + 1) * 0.5;
          const r = silhouette(slant) + 0.02;
          return Math.sqrt(Math.max(0, r * r - y * y)) * 0.9 + depth * 0.9 * tooth(slant / pitch);
        },
        shade: (x, y) => 0.55 + 0.45 * tooth((x + lean * (y / shaft + 1) * 0.5) / pitch),
        tag: 'thread',
      },
    ),
  ];
  const headShape: Record<number, (x: number) => number> = {
    0: () => head,
    1: (x) => shaft + (head - shaft) * Math.min(1, Math.max(0, (headEnd - x) / length)) ** 0.8,
    2: (x) => head * Math.sqrt(Math.max(0.02, 1 - ((headEnd - x) / length) ** 2)),
    3: (x) => head * (x > headEnd - length * 0.25 ? 1.25 : 0.95),
  };
  parts.push(
    rod(
      -1,
      headEnd,
      headShape[style]!,
      {
        material,
        ...(style === 0
          ? { shade: (_x: number, y: number) => (Math.abs(y) < head * 0.45 ? 1.08 : 0.82) }
          : {}),
      },
      head * 1.3,
    ),
  );
  if (random.chance(0.4))
    parts.push(
      engraved(
        box(length * 0.25, head * 0.12, 0.01, -1 + length * 0.2, 0),
        bounds(length * 0.3, head * 0.2, -1 + length * 0.2, 0),
        slope(-0.05, 0.02),
        { material: { color: HOLE } },
      ),
    );
  return parts;
}

function nut(random: Random): Part[] {
  const material = metal(random);
  const hole = random.range(0.42, 0.58);
  const outer = intersect(polygon(6, 0.86), circle(0.97));
  return [
    solid(material, subtract(outer, circle(hole)), bounds(1, 1), soft(0.12, random.range(0.06, 0.2))),
    engraved(
      (x, y) => Math.abs(Math.hypot(x, y) - hole - 0.05) - 0.05,
      bounds(0.8, 0.8),
      slope(-0.06, 0.05),
      { material: { color: [0.3, 0.3, 0.3] } },
    ),
    ...(random.chance(0.4) ? marking(random, 0, -0.72, 0.18, 0.12) : []),
  ];
}

function wingNut(random: Random): Part[] {
  const material = metal(random);
  const arms = random.int(3, 6);
  const body = blend(
    circle(random.range(0.5, 0.62)),
    around(box(random.range(0.14, 0.3), random.range(0.12, 0.2), 0.06, 0.75, 0), arms),
    0.15,
  );
  const hole = random.range(0.22, 0.36);
  return [
    solid(material, subtract(body, circle(hole)), bounds(1.1, 1.1), soft(0.1, 0.08)),
    engraved(
      (x, y) => Math.abs(Math.hypot(x, y) - hole - 0.08) - 0.05,
      bounds(0.6, 0.6),
      slope(random.sign() * 0.05, 0.04),
    ),
  ];
}

function washer(random: Random): Part[] {
  const material = random.chance(0.75) ? metal(random) : plastic(random);
  const half = random.range(0.15, 0.33);
  const body = ring(0.98 - half, half);
  const teeth = random.chance(0.25) ? around(box(0.06, 0.03, 0.01, 0.98, 0), random.int(8, 16)) : null;
  return [
    solid(material, teeth ? union(body, teeth) : body, bounds(1.1, 1.1), {
      rise: 0.06,
      bevel: random.range(0.03, half),
      profile: random.pick(['dome', 'bevel', 'soft'] as const),
    }),
  ];
}

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
    parts.push(hole(around(circle(random.range(0.06, 0.13), 0.58, 0), random.int(3, 8)), bounds(0.9, 0.9)));
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
    parts.push(hole(circle(r, x, y), bounds(r * 1.2, r * 1.2, x, y)));
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
      material: sealed ? plastic(random) : { color: [0.09, 0.09, 0.09], rough: 0.7, gloss: 0.05 },
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

function coin(random: Random): Part[] {
  const material = metal(random);
  const lobed = random.int(3, 9);
  const motif = random.chance(0.5)
    ? polygon(lobed, 0.3)
    : subtract(circle(0.38), around(circle(0.13, 0.3, 0), lobed));
  return [
    solid(material, circle(0.98), bounds(1, 1), slope(0.04, 0.03)),
    engraved(circle(0.86), bounds(0.9, 0.9), slope(-0.025, 0.03)),
    engraved(motif, bounds(0.6, 0.6), soft(0.03, 0.05)),
    ...marking(random, 0, 0.62, 0.32, 0.16),
    ...(random.chance(0.6)
      ? [engraved(around(circle(0.018, 0.9, 0), 40), bounds(1, 1), slope(0.02, 0.02))]
      : []),
  ];
}

function key(random: Random): Part[] {
  const material = metal(random);
  const points = [-0.35, -0.13, 0.95, -0.13, 1, 0, 0.95, 0.12];
  for (let x = 0.88; x > -0.2; x -= random.range(0.07, 0.13)) points.push(x, random.range(0.02, 0.16));
  points.push(-0.35, 0.15);
  const bow = superellipse(0.33, 0.4, random.range(2, 4));
  return [
    solid(
      material,
      subtract(union(outline(points), shift(bow, -0.66, 0)), circle(0.1, -0.82, 0)),
      bounds(1.05, 0.5),
      slope(0.05, 0.03),
      { tag: 'teeth' },
    ),
    engraved(box(0.6, 0.025, 0.01, 0.3, -0.05), bounds(0.62, 0.05, 0.3, -0.05), slope(-0.03, 0.02)),
    ...marking(random, -0.62, 0.02, 0.2, 0.14),
  ];
}

function boltHead(random: Random): Part[] {
  const material = metal(random);
  const shape = random.chance(0.6) ? polygon(6, 0.8) : circle(0.9);
  const drive = random.pick<() => Shape>([
    () => union(box(0.45, 0.09, 0.02), box(0.09, 0.45, 0.02)),
    () => polygon(6, 0.36),
    () => box(0.7, 0.09, 0.01),
    () => union(circle(0.25), around(circle(0.1, 0.27, 0), 6)),
  ])();
  const plain = random.chance(0.3);
  return [
    ...(random.chance(0.5) ? [solid(material, circle(0.98), bounds(1, 1), slope(0.03, 0.03))] : []),
    solid(
      material,
      shape,
      bounds(0.97, 0.97),
      { rise: 0.15, bevel: random.range(0.08, 0.4), profile: random.chance(0.5) ? 'dome' : 'soft' },
      { base: 0.06 },
    ),
    ...(plain
      ? marking(random, 0, 0, 0.4, 0.3)
      : [engraved(drive, bounds(0.75, 0.75), slope(-0.16, 0.05), { material: { color: HOLE } })]),
  ];
}

function engravedPlate(random: Random): Part[] {
  const material = random.chance(0.6) ? metal(random) : plastic(random);
  const tall = random.range(0.35, 0.75);
  const parts: Part[] = [
    solid(material, box(1, tall, random.range(0, 0.15)), bounds(1.02, tall + 0.02), slope(0.03, 0.03)),
  ];
  const lines = random.int(1, 4);
  for (let i = 0; i < lines; i++)
    parts.push(
      ...marking(
        random,
        0,
        ((i + 0.5) / lines - 0.5) * 1.5 * tall,
        random.range(0.4, 0.75),
        (1.1 * tall) / lines,
      ),
    );
  for (const x of [-0.9, 0.9])
    if (random.chance(0.6)) parts.push(hole(circle(0.05, x, 0), bounds(0.06, 0.06, x, 0)));
  if (random.chance(0.4)) {
    const frame = box(0.94, tall * 0.9, 0.05);
    parts.push(engraved((x, y) => Math.abs(frame(x, y)) - 0.012, bounds(1, tall), slope(-0.02, 0.01)));
  }
  return parts;
}

function commutator(random: Random): Part[] {
  const bars = random.int(6, 16);
  const material = { ...metal(random), metal: random.range(0.3, 0.8), rough: random.range(0.45, 0.8) };
  const step = 1.3 / bars;
  const parts: Part[] = [
    solid(plastic(random, [0.1, 0.1, 0.1]), box(0.7, 1, 0.03), bounds(0.71, 1.01), slope(0.05, 0.05), {
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

function blade(random: Random): Part[] {
  const material = { ...metal(random), rough: random.range(0.1, 0.4) };
  const tall = random.range(0.2, 0.4);
  return [
    solid(
      material,
      outline([-1, -tall, 1, -tall, random.range(0.6, 1), tall, -random.range(0.6, 1), tall]),
      bounds(1.02, tall + 0.02),
      slope(0.02, 0.02),
    ),
    engraved(
      box(1, tall * 0.22, 0, 0, tall * 0.8),
      bounds(1, tall * 0.25, 0, tall * 0.8),
      slope(-0.06, tall * 0.4),
    ),
    hole(box(random.range(0.2, 0.5), 0.05, 0.05, 0, -tall * 0.2), bounds(0.6, 0.06, 0, -tall * 0.2)),
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

export const HARDWARE_OBJECTS: Readonly<Record<string, ObjectKind>> = {
  screw: { names: ['screw', 'metal screw', 'bolt', 'fastener'], extent: [1, 0.5], build: screw, bare: true },
  nut: { names: ['hexagonal nut', 'nut', 'metal nut', 'fastener'], extent: [1, 1], build: nut },
  'wing nut': {
    names: ['metal nut', 'star nut', 'flange nut', 'metal part'],
    extent: [1.05, 1.05],
    build: wingNut,
  },
  washer: { names: ['washer', 'metal ring', 'flat ring', 'spacer'], extent: [1, 1], build: washer },
  gear: { names: ['gear wheel', 'gear', 'cog', 'sprocket'], extent: [1, 1], build: gearWheel },
  bracket: {
    names: ['mounting bracket', 'bracket', 'stamped part', 'fitting'],
    extent: [1, 1],
    build: bracket,
  },
  bearing: { names: ['ball bearing', 'bearing', 'roller bearing'], extent: [1, 1], build: bearing },
  spring: {
    names: ['coil spring', 'spring', 'compression spring'],
    extent: [1, 0.55],
    build: spring,
    bare: true,
  },
  tube: { names: ['tube', 'pipe', 'shaft', 'cylinder'], extent: [1, 0.4], build: tube },
  coin: { names: ['coin', 'token', 'medal', 'embossed disc'], extent: [1, 1], build: coin },
  key: { names: ['key', 'metal key'], extent: [1, 0.45], build: key },
  'bolt head': { names: ['bolt head', 'screw head', 'bolt', 'fastener'], extent: [1, 1], build: boltHead },
  plate: {
    names: ['name plate', 'engraved plate', 'type plate', 'sign'],
    extent: [1, 0.7],
    build: engravedPlate,
  },
  commutator: {
    names: ['commutator', 'electrical commutator', 'slotted cylinder'],
    extent: [0.72, 1],
    build: commutator,
    bare: true,
    upright: true,
  },
  hook: { names: ['hook', 'metal hook', 'clip'], extent: [0.9, 1], build: hook, bare: true },
  blade: { names: ['blade', 'razor blade', 'cutter'], extent: [1, 0.4], build: blade },
  chain: { names: ['chain', 'metal chain', 'chain links'], extent: [1, 0.3], build: chain, bare: true },
  wire: { names: ['bent wire', 'wire form', 'wire'], extent: [1, 0.45], build: wireLoop, bare: true },
};
