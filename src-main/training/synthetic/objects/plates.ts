import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey } from '../color.ts';
import { textShape, textWidth } from '../glyphs.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { dull, ink, metal, plastic } from '../materials.ts';
import { bounds, engraved, holePart, marked, slope, soft, solid } from '../part.ts';
import {
  around,
  box,
  capsule,
  circle,
  outline,
  polygon,
  type Shape,
  shift,
  subtract,
  superellipse,
  union,
} from '../shape.ts';
import { kind } from './kind.ts';

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
    if (random.chance(0.6)) parts.push(holePart(circle(0.05, x, 0), bounds(0.06, 0.06, x, 0)));
  if (random.chance(0.4)) {
    const frame = box(0.94, tall * 0.9, 0.05);
    parts.push(engraved((x, y) => Math.abs(frame(x, y)) - 0.012, bounds(1, tall), slope(-0.02, 0.01)));
  }
  return parts;
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
    holePart(box(random.range(0.2, 0.5), 0.05, 0.05, 0, -tall * 0.2), bounds(0.6, 0.06, 0, -tall * 0.2)),
  ];
}

/** A flat seal or cover: ports, bolt holes and a raised bead along the edges. */
function gasket(random: Random): Part[] {
  const material = random.chance(0.6)
    ? {
        ...dull(
          random,
          random.pick<Rgb>([grey(0.07), [0.35, 0.2, 0.12], [0.3, 0.32, 0.3], [0.15, 0.3, 0.35]]),
        ),
        bump: 0.15,
      }
    : random.chance(0.5)
      ? metal(random)
      : plastic(random);
  const tall = random.range(0.5, 0.9);
  const body = superellipse(0.96, tall, random.range(2.5, 9));
  const ports: Shape[] = [];
  const count = random.int(1, 4);
  const port = Math.min(tall * 0.55, 0.75 / count);
  for (let i = 0; i < count; i++) ports.push(circle(port * 0.9, -0.8 + (1.6 * (i + 0.5)) / count, 0));
  const bolts: Shape[] = [];
  for (let i = 0; i <= count; i++) {
    const x = Math.max(-0.74, Math.min(0.74, -0.8 + (1.6 * i) / count));
    for (const side of [-1, 1]) bolts.push(circle(0.045, x, side * tall * 0.72));
  }
  const holes = union(...ports);
  const parts: Part[] = [
    solid(material, subtract(body, holes, ...bolts), bounds(1, 1), slope(0.04, 0.02)),
    engraved((x, y) => Math.abs(holes(x, y) - 0.05) - 0.018, bounds(1, 1), soft(0.03, 0.02)),
  ];
  if (random.chance(0.5))
    parts.push({
      shape: (x, y) => Math.abs(body(x, y) + 0.06) - 0.016,
      bounds: bounds(1, 1),
      mode: random.chance(0.5) ? 'engrave' : 'mark',
      material: { ...plastic(random), gloss: 0.1 },
      rise: 0.02,
      bevel: 0.016,
    });
  return parts;
}

/** A moulded grip or dial: pointer, scale and figures around a knob. */
function dial(random: Random): Part[] {
  const plate = random.chance(0.5) ? metal(random) : plastic(random);
  const knob = random.chance(0.6) ? plastic(random) : metal(random);
  const radius = random.range(0.4, 0.58);
  const dark = plate.color[1] > 0.4;
  const material = ink(random, dark);
  const marks = random.int(5, 12);
  const parts: Part[] = [solid(plate, circle(0.98), bounds(1, 1), slope(0.04, 0.03))];
  const letter = 0.15;
  for (let i = 0; i < marks; i++) {
    const angle = (1.7 * Math.PI * i) / marks + 0.65 * Math.PI + 0.1;
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const text = String(i);
    const line = textShape(text, letter, 0.08);
    const half = (textWidth(text) * letter) / 2 + 0.03;
    parts.push(
      marked(
        (x, y) => line(x - 0.82 * c, y - 0.82 * s),
        bounds(half, letter * 0.7, 0.82 * c, 0.82 * s),
        material,
        { tag: 'print' },
      ),
      marked(
        capsule(0.63 * c, 0.63 * s, 0.69 * c, 0.69 * s, 0.01),
        bounds(0.08, 0.08, 0.66 * c, 0.66 * s),
        material,
      ),
    );
  }
  const grip = random.int(12, 50);
  const at = random.range(0, 2 * Math.PI);
  parts.push(
    solid(
      knob,
      (x, y) => (Math.hypot(x, y) - radius * (1 + 0.025 * Math.cos(grip * Math.atan2(y, x)))) * 0.85,
      bounds(radius * 1.1, radius * 1.1),
      soft(0.15, random.range(0.04, 0.2)),
      { base: 0.1 },
    ),
    marked(
      capsule(
        radius * 0.4 * Math.cos(at),
        radius * 0.4 * Math.sin(at),
        radius * 0.85 * Math.cos(at),
        radius * 0.85 * Math.sin(at),
        0.025,
      ),
      bounds(radius, radius),
      ink(random, knob.color[1] > 0.4),
    ),
  );
  return parts;
}

/** Flat things: stamped, cut, engraved or scaled. */
export const PLATES: Readonly<Record<string, ObjectKind>> = {
  coin: kind(coin, [1, 1], ['coin', 'token', 'medal', 'embossed disc']),
  key: kind(key, [1, 0.45], ['key', 'metal key']),
  plate: kind(engravedPlate, [1, 0.7], ['name plate', 'engraved plate', 'type plate', 'sign']),
  blade: kind(blade, [1, 0.4], ['blade', 'razor blade', 'cutter']),
  gasket: kind(gasket, [1, 0.9], ['gasket', 'flat seal', 'cylinder head gasket', 'cover']),
  dial: kind(dial, [1, 1], ['dial', 'rotary knob', 'control knob', 'scale']),
};
