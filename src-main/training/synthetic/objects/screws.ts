import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey } from '../color.ts';
import { triangle } from '../field.ts';
import { marking } from '../marking.ts';
import { metal } from '../materials.ts';
import { bounds, engraved, slope, solid } from '../part.ts';
import { around, box, circle, gear, lobes, polygon, type Shape, subtract, union } from '../shape.ts';
import { kind } from './kind.ts';
import { rimText } from './rim-text.ts';
import { arch, rod } from './round.ts';

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
          return arch(r, y) * 0.9 + depth * 0.9 * tooth(slant / pitch);
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
        { material: { color: grey(0.04) } },
      ),
    );
  return parts;
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
      : [engraved(drive, bounds(0.75, 0.75), slope(-0.16, 0.05), { material: { color: grey(0.04) } })]),
  ];
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
      material: { color: grey(0.05) },
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
    const round = (y: number, radius: number) => arch(radius, y);
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

/** Screws, bolts and threaded rods. */
export const SCREWS: Readonly<Record<string, ObjectKind>> = {
  screw: kind(screw, [1, 0.5], ['screw', 'metal screw', 'bolt', 'fastener'], { bare: true }),
  'bolt head': kind(boltHead, [1, 1], ['bolt head', 'screw head', 'bolt', 'fastener']),
  'screw head': kind(screwHead, [1, 1], ['screw head', 'screw', 'machine screw', 'fastener']),
  'threaded rod': kind(threadedRod, [1, 0.3], ['threaded rod', 'turned part', 'threaded pin', 'spindle']),
};
