import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey } from '../color.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { ink, metal, plastic } from '../materials.ts';
import { anyProfile, bounds, dome, engraved, marked, slope, soft, solid } from '../part.ts';
import { around, blend, box, circle, intersect, lobes, polygon, ring, subtract, union } from '../shape.ts';
import { kind } from './kind.ts';
import { rimText } from './rim-text.ts';

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
      { material: { color: grey(0.3) } },
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
      profile: anyProfile(random),
    }),
  ];
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

/** Nuts and washers. */
export const NUTS: Readonly<Record<string, ObjectKind>> = {
  nut: kind(nut, [1, 1], ['hexagonal nut', 'nut', 'metal nut', 'fastener']),
  'wing nut': kind(wingNut, [1.05, 1.05], ['metal nut', 'star nut', 'flange nut', 'metal part']),
  washer: kind(washer, [1, 1], ['washer', 'metal ring', 'flat ring', 'spacer']),
  'stamped nut': kind(stampedNut, [1, 1], ['metal nut', 'hexagonal nut', 'flange nut', 'nut']),
};
