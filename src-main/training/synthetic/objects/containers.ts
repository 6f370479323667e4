import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey, hsv, pale, randomColor, scaled } from '../color.ts';
import { smoothstep } from '../field.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { dull, ink, plastic } from '../materials.ts';
import { bounds, dome, engraved, marked, slope, soft, solid } from '../part.ts';
import { box, circle, lobes, outline, ring, type Shape } from '../shape.ts';
import { kind } from './kind.ts';

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

/** Glass looked into from above: wall, lip and throat as rings, with the lamps mirrored as arcs. */
function bottleMouth(random: Random): Part[] {
  const glass = hsv(random.range(0.03, 0.42), random.range(0.1, 0.75), random.range(0.05, 0.4));
  const lip = random.range(0.55, 0.85);
  const bore = lip * random.range(0.55, 0.78);
  const steps = 64;
  // Refraction through the wall: brightness by radius, with jumps at the rings.
  const tone = new Float32Array(steps + 2);
  let level = random.range(0.3, 1.5);
  for (let i = 0; i <= steps + 1; i++) {
    if (random.chance(0.2)) level = random.logRange(0.15, 3);
    tone[i] = level * random.range(0.92, 1.08);
  }
  const radial = (r: number) => {
    const t = Math.min(steps, r * steps);
    const k = Math.floor(t);
    return tone[k]! + (tone[k + 1]! - tone[k]!) * (t - k);
  };
  const arcs = Array.from({ length: random.int(3, 12) }, () => ({
    r: random.range(bore * 0.6, 0.97),
    w: random.logRange(0.006, 0.04),
    at: random.range(-Math.PI, Math.PI),
    half: random.logRange(0.15, 3.4),
    power: random.range(0.3, 1.2),
  }));
  const glare = (x: number, y: number) => {
    const r = Math.hypot(x, y);
    const angle = Math.atan2(y, x);
    let sum = 0;
    for (const a of arcs) {
      const d = (r - a.r) / a.w;
      if (d * d > 9) continue;
      let turn = Math.abs(angle - a.at);
      if (turn > Math.PI) turn = 2 * Math.PI - turn;
      sum += a.power * Math.exp(-d * d) * smoothstep(a.half, a.half * 0.6, turn);
    }
    return Math.min(1, sum);
  };
  const shine: Rgb = [0.95, 0.96, 0.98];
  const full = random.chance(0.12);
  const knurls = random.chance(0.4) ? random.int(30, 80) : 0;
  return [
    solid({ color: glass, gloss: 0.3, rough: 0.12 }, circle(0.98), bounds(1, 1), dome(0.12, 0.12), {
      shade: (x, y) => {
        const r = Math.hypot(x, y);
        const dots = knurls > 0 && r > 0.9 ? 0.75 + 0.35 * Math.cos(knurls * Math.atan2(y, x)) : 1;
        return radial(r) * dots;
      },
      second: { color: shine, mix: glare },
    }),
    solid(
      { color: glass, gloss: random.range(0.3, 0.7), rough: random.range(0.05, 0.25) },
      ring((lip + bore) / 2, (lip - bore) / 2),
      bounds(1, 1),
      dome((lip - bore) * random.range(0.3, 0.5), (lip - bore) / 2),
      {
        base: 0.1,
        shade: (x, y) => 0.6 + 0.8 * radial(Math.hypot(x, y) * 0.6),
        second: { color: shine, mix: glare },
      },
    ),
    solid(
      {
        color: full ? hsv(random.range(0, 0.2), 0.5, 0.25) : grey(0.02),
        gloss: 0.12,
        rough: 0.15,
      },
      circle(bore),
      bounds(1, 1),
      soft(-0.12, bore * 0.5),
      {
        base: -0.15,
        shade: (x, y) => 0.6 + 1.6 * radial(Math.hypot(x, y)),
        second: { color: [0.8, 0.8, 0.78], mix: (x, y) => 0.8 * glare(x, y) },
      },
    ),
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

/** A carton blank or leaf with an irregular outline, flaps and creases. */
function blank(random: Random): Part[] {
  const color = random.chance(0.6)
    ? hsv(0.09, random.range(0.05, 0.45), random.range(0.55, 0.95))
    : randomColor(random, 0.4, 0.95);
  const w = random.range(0.55, 0.75);
  const h = random.range(0.45, 0.65);
  const flap = random.range(0.1, 0.2);
  const cut = flap * random.range(0.2, 0.6);
  const shape = outline([
    -w,
    -h,
    -w + cut,
    -h - flap,
    w - cut,
    -h - flap,
    w,
    -h,
    w + flap,
    -h + cut,
    w + flap,
    h - cut,
    w,
    h,
    w - cut,
    h + flap,
    -w + cut,
    h + flap,
    -w,
    h,
    -w - flap,
    h - cut,
    -w - flap,
    -h + cut,
  ]);
  const crease = (line: Shape): Part => engraved(line, bounds(1, 1), soft(-0.012, 0.012));
  return [
    solid({ ...dull(random, color), bump: 0.1, mottle: 0.03 }, shape, bounds(1, 1), slope(0.015, 0.015)),
    crease((x, y) => Math.max(Math.abs(Math.abs(y) - h) - 0.01, shape(x, y))),
    crease((x, y) => Math.max(Math.abs(Math.abs(x) - w) - 0.01, shape(x, y))),
  ];
}

/** Bottles, caps and boxes. */
export const CONTAINERS: Readonly<Record<string, ObjectKind>> = {
  'bottle top': kind(bottleTop, [1, 1], ['bottle', 'bottle mouth', 'glass bottle', 'container'], {
    bare: true,
  }),
  'screw cap': kind(cap, [1, 1], ['screw cap', 'lid', 'plastic cap', 'closure']),
  'bottle side': kind(bottleSide, [0.45, 1], ['plastic bottle', 'bottle', 'flask', 'container'], {
    upright: true,
  }),
  'bottle mouth': kind(bottleMouth, [1, 1], ['glass bottle', 'bottle', 'bottle mouth', 'jar'], {
    bare: true,
  }),
  package: kind(printedBox, [1, 0.9], ['printed box', 'package', 'carton', 'folding box']),
  'carton blank': kind(blank, [0.95, 0.85], ['carton', 'folding carton', 'cardboard', 'packaging']),
};
