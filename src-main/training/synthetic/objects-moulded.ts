import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { hsv, randomColor } from './color.ts';
import { smoothstep } from './field.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { Rgb } from './image.ts';
import { dull, ink, metal, plastic } from './materials.ts';
import { bounds, dome, engraved, marked, slope, soft, solid } from './part.ts';
import { capsule, circle, outline, ring, type Shape, subtract, superellipse, union } from './shape.ts';

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
        color: full ? hsv(random.range(0, 0.2), 0.5, 0.25) : [0.02, 0.02, 0.02],
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

/** A hard capsule: an opaque and a clear or coloured half that overlap at the seam, printed along or around. */
function twoToneCapsule(random: Random): Part[] {
  const r = random.range(0.28, 0.4);
  const whole: Shape = capsule(-1 + r, 0, 1 - r, 0, r);
  const gloss = random.range(0.12, 0.45);
  const rough = random.range(0.08, 0.4);
  const clear = random.chance(0.5);
  const first = random.chance(0.3) ? ([0.06, 0.05, 0.05] as Rgb) : randomColor(random, 0.2, 0.9);
  const second = hsv(random.next(), random.range(0.3, 0.95), random.range(0.5, 0.95));
  const seam = random.range(-0.15, 0.2);
  const round = (d: number, radius: number) => {
    const t = Math.min(1, Math.max(0, -d / radius));
    return radius * Math.sqrt(1 - (1 - t) * (1 - t));
  };
  const level = random.range(-0.1, 0.5);
  const parts: Part[] = [
    {
      material: { color: second, gloss, rough, ...(clear ? {} : { grain: 0.01 }) },
      shape: whole,
      bounds: bounds(1, r),
      bumps: (x, y) => round(whole(x, y), r),
      // The filling shows through the clear half: darker, with a level; light gathers at the rim.
      ...(clear
        ? {
            shade: (x: number, y: number) => 0.75 + 0.5 * smoothstep(-r * 0.6, 0, whole(x, y)),
            second: {
              color: [second[0] * 0.55 + 0.1, second[1] * 0.5 + 0.08, second[2] * 0.45 + 0.06] as Rgb,
              mix: (x: number, y: number) =>
                0.8 *
                smoothstep(0.03, r * 0.5, -whole(x, y)) *
                smoothstep(level + 0.5, level + 0.35, x + 0.1 * y),
            },
          }
        : {}),
    },
    solid(
      { color: first, gloss, rough },
      (x, y) => Math.max(whole(x, y) - 0.012, x - seam),
      bounds(1.02, r + 0.02),
      { bumps: (x, y) => round(whole(x, y) - 0.012, r), base: 0.012 },
    ),
    // The locking groove.
    engraved(
      (x, y) => Math.max(Math.abs(x - seam + 0.12) - 0.014, whole(x, y)),
      bounds(0.03, r, seam - 0.12, 0),
      slope(-0.012, 0.012),
    ),
  ];
  const dark = first[0] * 0.3 + first[1] * 0.6 + first[2] * 0.1 > 0.4;
  const text = random.chance(0.5)
    ? String(random.pick([100, 200, 250, 400, 500, 850]))
    : randomText(random, 6);
  const across = random.chance(0.3);
  const write = (word: string, cx: number, room: number, contrast: boolean) => {
    const letter = Math.min(r * random.range(0.45, 0.9), (across ? 1.5 * r : room) / textWidth(word));
    const line = textShape(word, letter, random.range(0.05, 0.11));
    const half = (textWidth(word) * letter) / 2 + letter * 0.2;
    parts.push(
      marked(
        across ? (x, y) => line(y, cx - x) : (x, y) => line(x - cx, y),
        across ? bounds(letter * 0.7, half, cx, 0) : bounds(half, letter * 0.7, cx, 0),
        ink(random, contrast),
        { opacity: random.range(0.7, 1), tag: 'print' },
      ),
    );
  };
  if (random.chance(0.85)) write(text, (seam - 0.12 - 1 + r * 0.4) / 2, 0.7, dark);
  if (random.chance(0.5))
    write(
      random.pick(['mg', randomText(random, 4), 'TK', 'Nova']),
      (seam + 1 - r * 0.4) / 2,
      0.5,
      second[1] > 0.4,
    );
  return parts;
}

/** A flat seal or cover: ports, bolt holes and a raised bead along the edges. */
function gasket(random: Random): Part[] {
  const material = random.chance(0.6)
    ? {
        ...dull(
          random,
          random.pick<Rgb>([
            [0.07, 0.07, 0.07],
            [0.35, 0.2, 0.12],
            [0.3, 0.32, 0.3],
            [0.15, 0.3, 0.35],
          ]),
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

export const MOULDED_OBJECTS: Readonly<Record<string, ObjectKind>> = {
  'bottle mouth': {
    names: ['glass bottle', 'bottle', 'bottle mouth', 'jar'],
    extent: [1, 1],
    build: bottleMouth,
    bare: true,
  },
  'two-tone capsule': {
    names: ['capsule', 'hard capsule', 'two-colour capsule', 'pill'],
    extent: [1, 0.42],
    build: twoToneCapsule,
    bare: true,
  },
  gasket: {
    names: ['gasket', 'flat seal', 'cylinder head gasket', 'cover'],
    extent: [1, 0.9],
    build: gasket,
  },
  dial: { names: ['dial', 'rotary knob', 'control knob', 'scale'], extent: [1, 1], build: dial },
  'carton blank': {
    names: ['carton', 'folding carton', 'cardboard', 'packaging'],
    extent: [0.95, 0.85],
    build: blank,
  },
};
