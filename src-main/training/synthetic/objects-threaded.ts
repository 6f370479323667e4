import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { randomColor } from './color.ts';
import { triangle } from './field.ts';
import { textShape, textWidth } from './glyphs.ts';
import type { Rgb } from './image.ts';
import { ink, metal, plastic } from './materials.ts';
import { bounds, dome, engraved, marked, slope, soft, solid } from './part.ts';
import {
  around,
  box,
  circle,
  gear,
  intersect,
  lobes,
  polygon,
  ring,
  type Shape,
  subtract,
  union,
} from './shape.ts';

const DARK: Rgb = [0.05, 0.05, 0.05];

/** Letters on a circle, tops outwards. */
function rimText(text: string, letter: number, radius: number, weight: number, turn: number): Shape {
  const line = textShape(text, letter, weight);
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  return (x, y) => {
    const u = c * x + s * y;
    const v = -s * x + c * y;
    return line(Math.atan2(u, -v) * radius, radius - Math.hypot(u, v));
  };
}

/** A hexagonal nut from above: chamfer, thread in the bore, grade stamped or painted on the face. */
function stampedNut(random: Random): Part[] {
  const material = metal(random);
  const flange = random.chance(0.35);
  const bore = random.range(0.36, 0.5) * (flange ? 0.85 : 1);
  const across = flange ? random.range(0.62, 0.7) : 0.85;
  const face = intersect(polygon(6, across), circle(across * random.range(1.06, 1.16)));
  const parts: Part[] = [];
  if (flange) {
    const teeth = random.chance(0.4)
      ? lobes(0.95, [{ k: random.int(16, 40), amplitude: 0.015, phase: 0 }])
      : circle(0.96);
    parts.push(solid(material, subtract(teeth, circle(bore)), bounds(1, 1), soft(0.08, 0.3)));
  }
  parts.push(
    solid(material, subtract(face, circle(bore)), bounds(1, 1), soft(0.12, random.range(0.04, 0.16)), {
      base: flange ? 0.16 : 0,
    }),
    // The chamfer's circle, ground into the corners.
    engraved(
      (x, y) => Math.max(face(x, y), across * 0.94 - Math.hypot(x, y)),
      bounds(1, 1),
      slope(-0.08, 0.1),
    ),
  );
  const depth = bore * random.range(0.05, 0.12);
  for (let i = 0; i < 4; i++) {
    const r = bore - i * depth;
    parts.push(
      solid(
        { ...material, color: material.color.map((v) => v * (0.75 - 0.16 * i)) as unknown as Rgb },
        ring(r - depth * 0.25, depth * 0.5),
        bounds(1, 1),
        dome(depth, depth * 0.5),
        { base: -0.05 * i },
      ),
    );
  }
  const letter = (across - bore) * random.range(0.35, 0.6);
  const radius = (across + bore) / 2;
  const marks = random.int(1, 3);
  const painted = random.chance(0.4);
  for (let i = 0; i < marks; i++) {
    const text = random.pick(['8', '10', '12', 'A2', 'A4-70', 'M8', 'M10', 'TK', 'ES', '04', 'CE']);
    const shape = rimText(
      text,
      letter,
      radius,
      random.range(0.07, 0.12),
      (2 * Math.PI * i) / marks + random.normal() * 0.15,
    );
    parts.push(
      painted
        ? marked(shape, bounds(1, 1), ink(random, random.chance(0.6)), {
            opacity: random.range(0.6, 1),
            tag: 'print',
          })
        : engraved(shape, bounds(1, 1), slope(random.sign() * letter * 0.08, letter * 0.08), {
            tag: 'print',
          }),
    );
  }
  return parts;
}

/** The recess a screwdriver or key goes into. */
function recess(random: Random): Shape {
  const w = random.range(0.05, 0.11);
  return random.pick<() => Shape>([
    () => box(random.range(0.55, 1.1), w),
    () => union(box(0.42, w * 1.1, 0.02), box(w * 1.1, 0.42, 0.02)),
    () => union(box(0.4, w, 0.02), box(w, 0.4, 0.02), around(box(0.14, 0.012, 0, 0.2, 0), 4, Math.PI / 4)),
    () => polygon(6, random.range(0.28, 0.44)),
    () => lobes(random.range(0.3, 0.42), [{ k: 6, amplitude: 0.14, phase: 0 }]),
    () => box(0.3, 0.3, 0.02),
    () => subtract(lobes(0.36, [{ k: 6, amplitude: 0.14, phase: 0 }]), circle(0.09)),
    () => union(circle(0.1, 0.35, 0), circle(0.1, -0.35, 0)),
  ])();
}

/** A screw seen on its head, sunk in or standing on a washer or flange. */
function screwHead(random: Random): Part[] {
  const material = { ...metal(random), streak: 0 };
  const radius = random.chance(0.4) ? random.range(0.66, 0.78) : 0.96;
  const parts: Part[] = [];
  if (radius < 0.9)
    parts.push(
      solid(
        random.chance(0.5) ? material : metal(random),
        circle(0.97),
        bounds(1, 1),
        slope(0.05, random.range(0.02, 0.1)),
      ),
    );
  const knurled = random.chance(0.3);
  parts.push(
    solid(
      material,
      knurled ? gear(random.int(28, 60), radius * 0.955, radius) : circle(radius),
      bounds(1, 1),
      {
        rise: random.range(0.08, 0.3),
        bevel: knurled ? 0.06 : random.range(0.05, 0.9) * radius,
        profile: random.pick(['dome', 'soft', 'bevel'] as const),
      },
      { base: 0.06, tag: 'head' },
    ),
  );
  // Turning marks of the lathe.
  const grooves = random.range(30, 110);
  if (random.chance(0.5))
    parts.push(
      engraved(circle(radius * 0.93), bounds(1, 1), {
        bumps: (x, y) => 0.0015 * Math.cos(grooves * Math.hypot(x, y)),
      }),
    );
  const turn = random.range(0, Math.PI);
  const c = Math.cos(turn);
  const s = Math.sin(turn);
  const drive = recess(random);
  const shape: Shape = (x, y) =>
    Math.max(drive((c * x + s * y) / radius, (c * y - s * x) / radius) * radius, Math.hypot(x, y) - radius);
  const wall = random.range(0.02, 0.06);
  parts.push(
    engraved((x, y) => shape(x, y) - wall * 0.4, bounds(1, 1), slope(-0.03, wall)),
    engraved(shape, bounds(1, 1), slope(-random.range(0.1, 0.22), wall), {
      material: { color: DARK },
      tag: 'recess',
    }),
  );
  if (random.chance(0.5)) {
    const text = random.pick(['8.8', '10.9', '12.9', 'A2-70', 'TK', 'ES 8.8', 'M6']);
    const letter = radius * random.range(0.13, 0.22);
    parts.push(
      engraved(
        rimText(text, letter, radius * 0.72, 0.09, random.range(0, 6)),
        bounds(1, 1),
        slope(random.sign() * letter * 0.09, letter * 0.09),
        { tag: 'print' },
      ),
    );
  }
  return parts;
}

/** A turned pin along x in sections: threads with run-out, shanks, collars, grooves, knurls. */
function threadedRod(random: Random): Part[] {
  const material = { ...metal(random), streak: 0 };
  const widest = random.range(0.16, 0.3);
  const parts: Part[] = [];
  let x0 = -0.98;
  while (x0 < 0.95) {
    const x1 = Math.min(0.98, x0 + random.range(0.12, 0.8));
    const left = x0;
    const r = widest * random.range(0.6, 0.95);
    const kind = random.next();
    const pitch = r * random.range(0.16, 0.5);
    const lean = pitch * 0.5;
    const runOut = random.range(0.02, 0.12);
    const fade = (x: number) => Math.min(1, Math.max(0, (x - left) / runOut), Math.max(0, (x1 - x) / 0.02));
    const round = (y: number, radius: number) => Math.sqrt(Math.max(0, radius * radius - y * y));
    if (kind < 0.5) {
      const deep = pitch * 0.42;
      const at = (x: number, y: number) => triangle((x + lean * (y / r)) / pitch);
      parts.push(
        solid(
          material,
          (x, y) => Math.max((Math.abs(y) - r + deep * (1 - at(x, y)) * fade(x)) * 0.8, left - x, x - x1),
          [left, -r, x1, r],
          {
            bumps: (x, y) => round(y, r) * 0.95 - deep * (1 - at(x, y)) * fade(x),
            shade: (x, y) => 1 - 0.5 * (1 - at(x, y)) * fade(x),
            tag: 'thread',
          },
        ),
      );
    } else if (kind < 0.62) {
      const knurl = r * random.range(0.12, 0.22);
      const wide = widest;
      const h = (x: number, y: number) => {
        const a = Math.asin(Math.max(-1, Math.min(1, y / wide))) * wide;
        return Math.min(triangle((a + x) / knurl), triangle((a - x) / knurl));
      };
      parts.push(
        solid(material, box((x1 - left) / 2, wide, 0.01, (left + x1) / 2, 0), [left, -wide, x1, wide], {
          bumps: (x, y) => round(y, wide) * 0.95 + knurl * 0.35 * h(x, y),
          shade: (x, y) => 0.65 + 0.4 * Math.min(1, 1.5 * h(x, y)),
          tag: 'knurl',
        }),
      );
    } else {
      const radius = kind < 0.75 ? widest : kind < 0.85 ? r * 0.75 : r;
      const end = kind < 0.85 ? Math.min(x1, left + 0.14) : x1;
      parts.push(
        solid(
          material,
          box((end - left) / 2, radius, 0.008, (left + end) / 2, 0),
          [left, -radius, end, radius],
          { bumps: (_x, y) => round(y, radius) * 0.95 },
        ),
      );
      x0 = end - 0.004;
      continue;
    }
    x0 = x1 - 0.004;
  }
  return parts;
}

/** Rows of contacts in a housing with numbers beside them. */
function pinHeader(random: Random): Part[] {
  const columns = random.int(4, 14);
  const rows = random.int(1, 2);
  const step = 1.7 / columns;
  const tall = step * (rows * 0.6 + 0.35);
  const housing = plastic(random, random.chance(0.6) ? [0.07, 0.07, 0.08] : randomColor(random, 0.3, 0.9));
  const board = random.chance(0.6);
  const parts: Part[] = [];
  if (board)
    parts.push(
      solid(
        { ...plastic(random, randomColor(random, 0.1, 0.45)), gloss: 0.08 },
        box(1, tall + 0.3, 0.03),
        bounds(1.01, tall + 0.31),
        slope(0.02, 0.02),
      ),
    );
  parts.push(
    solid(housing, box(0.92, tall, step * 0.12), bounds(0.95, tall + 0.02), slope(0.1, 0.03), { base: 0.04 }),
  );
  const pin = {
    color: random.chance(0.5) ? ([0.84, 0.68, 0.36] as Rgb) : ([0.75, 0.75, 0.74] as Rgb),
    metal: 0.9,
    rough: 0.3,
  };
  const dark = housing.color[1] > 0.4;
  for (let i = 0; i < columns; i++) {
    const x = -0.85 + (i + 0.5) * step;
    for (let j = 0; j < rows; j++) {
      const y = (j - (rows - 1) / 2) * step * 1.1;
      parts.push(
        engraved(
          box(step * 0.3, step * 0.3, step * 0.04, x, y),
          bounds(step * 0.4, step * 0.4, x, y),
          slope(-0.05, step * 0.08),
          { material: { color: DARK } },
        ),
        solid(
          pin,
          box(step * 0.15, step * 0.15, step * 0.03, x, y),
          bounds(step * 0.2, step * 0.2, x, y),
          slope(0.05, step * 0.08),
          { base: 0.1, tag: `pin ${i} ${j}` },
        ),
      );
    }
    if (board && (i === 0 || i === columns - 1 || random.chance(0.4))) {
      const text = String(i + 1);
      const letter = Math.min(0.16, (step * 0.8) / textWidth(text));
      const y = tall + 0.14;
      const line = textShape(text, letter, 0.08);
      parts.push(
        marked(
          (u, v) => line(u - x, v - y),
          bounds(step, letter, x, y),
          { color: [0.9, 0.9, 0.88], rough: 0.7 },
          { tag: 'print' },
        ),
      );
    }
  }
  if (!board && tall > 0.1) {
    const line = textShape('1', step * 0.35, 0.09);
    parts.push(
      marked(
        (u, v) => line(u + 0.85, v + tall * 0.8),
        bounds(step, step, -0.85, -tall * 0.8),
        ink(random, dark),
        { tag: 'print' },
      ),
    );
  }
  return parts;
}

export const THREADED_OBJECTS: Readonly<Record<string, ObjectKind>> = {
  'stamped nut': {
    names: ['metal nut', 'hexagonal nut', 'flange nut', 'nut'],
    extent: [1, 1],
    build: stampedNut,
  },
  'screw head': {
    names: ['screw head', 'screw', 'machine screw', 'fastener'],
    extent: [1, 1],
    build: screwHead,
  },
  'threaded rod': {
    names: ['threaded rod', 'turned part', 'threaded pin', 'spindle'],
    extent: [1, 0.3],
    build: threadedRod,
  },
  'pin header': {
    names: ['pin header', 'connector', 'plug', 'terminal strip'],
    extent: [1, 0.6],
    build: pinHeader,
  },
};
