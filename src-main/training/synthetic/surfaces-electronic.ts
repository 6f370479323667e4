import type { Random } from '../../../src-shared/random.ts';
import { type Part, PIXELS, type SurfaceKind } from './blueprint.ts';
import { grey, hsv, randomColor } from './color.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { Rgb } from './image.ts';
import { ink } from './materials.ts';
import { fractalNoise } from './noise.ts';
import { bounds, dome, engraved, marked, slope, solid } from './part.ts';
import { type Layer, makePose, type Planes } from './planes.ts';
import { box, circle, polyline, ring, subtract } from './shape.ts';

const unitOf = (planes: Planes) => Math.max(planes.width, planes.height) / 640;

const TIN: Rgb = [0.72, 0.72, 0.7];

/** A chip with legs on two or four sides, in pixels around its centre. */
export function chipParts(random: Random, halfWidth: number, halfHeight: number, foursided: boolean): Part[] {
  const parts: Part[] = [];
  const pitch = Math.max(3.5, halfHeight * random.range(0.16, 0.3));
  const leg = pitch * 0.28;
  const out = Math.max(2.5, pitch * random.range(0.7, 1.2));
  const legs = (upright: boolean) => {
    const span = upright ? halfWidth : halfHeight;
    const other = upright ? halfHeight : halfWidth;
    const count = Math.max(2, Math.floor((2 * span * 0.92) / pitch));
    for (let i = 0; i < count; i++) {
      const at = (i - (count - 1) / 2) * pitch;
      for (const side of [-1, 1]) {
        const d = side * (other + out * 0.5);
        const [cx, cy] = upright ? [at, d] : [d, at];
        const [hw, hh] = upright ? [leg, out * 0.5] : [out * 0.5, leg];
        parts.push(
          solid(
            { color: TIN, metal: 0.8, rough: 0.4 },
            box(hw, hh, leg * 0.3, cx, cy),
            bounds(hw + 1, hh + 1, cx, cy),
            slope(1.2, leg),
            { base: 1.5, onTop: true, tag: 'leg' },
          ),
        );
      }
    }
  };
  legs(false);
  if (foursided) legs(true);
  const v = random.range(0.05, 0.14);
  parts.push(
    solid(
      { color: grey(v), gloss: 0.05, rough: 0.7, bump: 0.12, grain: 0.04 },
      box(halfWidth, halfHeight, 2),
      bounds(halfWidth + 1, halfHeight + 1),
      slope(3, 3),
      { base: 3, onTop: true, tag: 'chip' },
    ),
  );
  parts.push(
    engraved(
      circle(Math.max(1.5, halfHeight * 0.1), -halfWidth * 0.75, -halfHeight * 0.7),
      bounds(halfWidth, halfHeight),
      slope(-1.5, 2),
    ),
  );
  for (let line = 0; line < (halfHeight > 18 ? 2 : 1); line++) {
    const text = randomText(random);
    const letter = Math.min(halfHeight * 0.45, (1.6 * halfWidth) / textWidth(text));
    if (letter < 4) continue;
    const shape = textShape(text, letter, 0.06);
    const y = halfHeight > 18 ? (line - 0.5) * letter * 1.5 : 0;
    parts.push(
      marked(
        (px, py) => shape(px, py - y),
        bounds(halfWidth * 0.95, letter * 0.7, 0, y),
        { color: [0.6, 0.6, 0.58], rough: 0.7 },
        { opacity: random.range(0.4, 0.9), tag: 'print' },
      ),
    );
  }
  return parts;
}

/** A two-terminal SMD part: ceramic body and tinned ends. */
function chipResistor(random: Random, half: number): Part[] {
  const body: Rgb = random.chance(0.5)
    ? [0.07, 0.07, 0.08]
    : hsv(random.range(0.05, 0.12), random.range(0.3, 0.55), random.range(0.35, 0.7));
  const wide = half * random.range(0.45, 0.6);
  const parts: Part[] = [
    solid(
      { color: TIN, metal: 0.8, rough: 0.35, bump: 0.1 },
      box(half * 1.25, wide * 1.15, 1),
      bounds(half * 1.25 + 1, wide * 1.15 + 1),
      dome(1.5, half * 0.5),
      { base: 0.5, onTop: true, tag: 'solder' },
    ),
    solid(
      { color: [0.78, 0.78, 0.76], metal: 0.6, rough: 0.45 },
      box(half, wide, 1),
      bounds(half + 1, wide + 1),
      slope(1.5, 1.5),
      { base: 2, onTop: true, tag: 'component' },
    ),
    solid(
      { color: body, gloss: 0.08, rough: 0.5, grain: 0.03 },
      box(half * 0.66, wide, 0.5),
      bounds(half * 0.66 + 1, wide + 1),
      slope(0.3, 1),
      { base: 0.3, onTop: true, tag: 'component' },
    ),
  ];
  if (half > 13 && body[0] < 0.1) {
    const text = randomText(random, 3);
    const letter = Math.min(wide * 1.1, half / textWidth(text));
    parts.push(
      marked(
        textShape(text, letter, 0.07),
        bounds(half * 0.66, wide),
        { color: [0.85, 0.85, 0.83], rough: 0.7 },
        { tag: 'print' },
      ),
    );
  }
  return parts;
}

function pcb(planes: Planes, random: Random): { grain: number; layers: Layer[] } {
  const { width, height } = planes;
  const unit = unitOf(planes);
  const mask = random.chance(0.6)
    ? hsv(random.range(0.36, 0.45), random.range(0.6, 0.9), random.range(0.2, 0.4))
    : random.pick<Rgb>([hsv(0.61, 0.8, 0.35), [0.07, 0.07, 0.075], hsv(0.99, 0.8, 0.4), [0.8, 0.8, 0.78]]);
  const copper: Rgb = [
    Math.min(1, mask[0] * 1.35 + 0.03),
    Math.min(1, mask[1] * 1.3 + 0.06),
    Math.min(1, mask[2] * 1.2 + 0.02),
  ];
  const fine = fractalNoise(width, height, random, { wavelength: 5 * unit, octaves: 2 });
  for (let i = 0; i < fine.length; i++) {
    const f = 1 + 0.025 * fine[i]!;
    planes.red[i] = mask[0] * f;
    planes.green[i] = mask[1] * f;
    planes.blue[i] = mask[2] * f;
    planes.relief[i] = 0.05 * fine[i]!;
    planes.gloss[i] = 0.12;
    planes.rough[i] = 0.45;
  }
  const layers: Layer[] = [];
  const pitch = random.range(13, 24) * unit;
  const half = pitch * random.range(0.1, 0.22);
  // Traces run in bundles with 45° bends.
  for (let bundle = random.int(4, 9); bundle > 0; bundle--) {
    const lanes = random.int(1, 7);
    const upright = random.chance(0.5);
    const start = random.range(0, upright ? width : height);
    const bend = random.range(0.2, 0.8) * (upright ? height : width);
    const step = random.sign() * random.range(1, 5) * pitch;
    const end = (upright ? height : width) * random.range(0.75, 1.1);
    for (let lane = 0; lane < lanes; lane++) {
      const a = start + lane * pitch * 0.62;
      const turn = bend + lane * pitch * 0.25 * Math.sign(step);
      const path = [a, -10, a, turn, a + step, turn + Math.abs(step), a + step, end];
      const points = upright ? path : path.map((_, k) => path[k ^ 1]!);
      layers.push({
        pose: PIXELS,
        shape: polyline(points, half),
        bounds: pointsBounds(points, half + 2),
        mode: 'mark',
        material: { color: copper, gloss: 0.14, rough: 0.4 },
        rise: 0.8,
        bevel: half,
        tag: 'trace',
      });
      if (end < (upright ? height : width)) {
        const [x, y] = upright ? [a + step, end] : [end, a + step];
        layers.push(...via(random, x, y, half * 2.2));
      }
    }
  }
  for (let i = random.int(6, 22); i > 0; i--) {
    layers.push(...via(random, random.next() * width, random.next() * height, half * random.range(1.8, 2.6)));
  }
  const white = random.chance(0.85);
  const silk = ink(random, !white || mask[0] > 0.5);
  const used: { x: number; y: number; r: number }[] = [];
  const place = (r: number): { x: number; y: number } | null => {
    for (let attempt = 0; attempt < 12; attempt++) {
      const x = random.range(0.03, 0.97) * width;
      const y = random.range(0.03, 0.97) * height;
      if (used.every((other) => Math.hypot(other.x - x, other.y - y) > other.r + r)) {
        used.push({ x, y, r });
        return { x, y };
      }
    }
    return null;
  };
  const put = (parts: readonly Part[], x: number, y: number, angle: number) => {
    const pose = makePose(x, y, 1, angle);
    layers.push(...footprint(parts, random).map((pad) => ({ ...pad, pose })));
    const group = `component ${layers.length}`;
    for (const part of parts)
      layers.push({
        ...part,
        pose,
        ...(part.tag ? { tag: part.tag === 'print' ? 'print' : group } : { tag: group }),
      });
  };
  const right = () => random.int(0, 3) * (Math.PI / 2);
  for (let i = random.int(1, 3); i > 0; i--) {
    const hw = random.range(35, 90) * unit;
    const hh = hw * random.range(0.5, 1);
    const at = place(hw * 1.35);
    if (!at) continue;
    put(chipParts(random, hw, hh, hh > hw * 0.85), at.x, at.y, right());
  }
  for (let i = random.int(5, 18); i > 0; i--) {
    const h = random.range(9, 22) * unit;
    const at = place(h * 1.6);
    if (!at) continue;
    const angle = right();
    put(chipResistor(random, h), at.x, at.y, angle);
    const frame = box(h * 1.6, h * 0.95, 1);
    if (random.chance(0.4)) {
      layers.push({
        pose: makePose(at.x, at.y, 1, angle),
        shape: (x, y) => Math.abs(frame(x, y)) - 0.7 * unit,
        bounds: bounds(h * 1.7, h * 1.1),
        mode: 'mark',
        material: silk,
        tag: 'print',
      });
    }
    const text = `${random.pick(['R', 'C', 'L', 'D', 'U', 'Q'])}${random.int(1, 99)}`;
    const letter = random.range(9, 13) * unit;
    layers.push({
      pose: makePose(at.x, at.y + h * 1.3 + letter * 0.6, 1, 0),
      shape: textShape(text, letter, 0.07),
      bounds: bounds(letter * 2, letter),
      mode: 'mark',
      material: silk,
      tag: 'print',
    });
  }
  if (random.chance(0.5)) {
    const r = random.range(18, 40) * unit;
    const at = place(r * 1.2);
    if (at) {
      // An electrolytic capacitor from above.
      put(
        [
          solid(
            { color: [0.7, 0.7, 0.72], metal: 0.8, rough: 0.35, streak: 0.02 },
            circle(r),
            bounds(r + 1, r + 1),
            dome(6, r * 0.2),
            { base: 4, onTop: true, tag: 'chip' },
          ),
          marked(
            (x, y) => Math.max(circle(r * 0.92)(x, y), x + r * 0.35),
            bounds(r, r),
            { color: [0.06, 0.06, 0.07], rough: 0.6, gloss: 0.05 },
            { tag: 'chip' },
          ),
        ],
        at.x,
        at.y,
        random.range(0, 6.28),
      );
    }
  }
  return { grain: 0, layers };
}

/** The pads below a component: what shows when it was not fitted. */
function footprint(parts: readonly Part[], random: Random): Part[] {
  const material = { color: random.chance(0.5) ? ([0.8, 0.65, 0.35] as Rgb) : TIN, metal: 0.75, rough: 0.4 };
  const pads: Part[] = [];
  for (const part of parts) {
    const [left, top, right, bottom] = part.bounds;
    if (part.tag === 'leg') {
      pads.push(
        solid(material, (x, y) => part.shape(x, y) - 1, [left - 1, top - 1, right + 1, bottom + 1], {
          base: 0.5,
        }),
      );
    } else if (part.tag === 'solder') {
      const wide = (right - left) * 0.17;
      for (const x of [left + wide, right - wide]) {
        pads.push(
          solid(material, box(wide, bottom, 1.5, x, 0), bounds(wide + 1, bottom + 1, x, 0), { base: 0.5 }),
        );
      }
    }
  }
  return pads;
}

function pointsBounds(points: readonly number[], margin: number): readonly [number, number, number, number] {
  const xs = points.filter((_, k) => k % 2 === 0);
  const ys = points.filter((_, k) => k % 2 === 1);
  return [
    Math.min(...xs) - margin,
    Math.min(...ys) - margin,
    Math.max(...xs) + margin,
    Math.max(...ys) + margin,
  ];
}

function via(random: Random, x: number, y: number, r: number): Layer[] {
  const gold: Rgb = random.chance(0.5) ? [0.8, 0.65, 0.35] : TIN;
  return [
    {
      pose: PIXELS,
      shape: circle(r, x, y),
      bounds: bounds(r + 2, r + 2, x, y),
      material: { color: gold, metal: 0.75, rough: 0.4 },
      base: 0.5,
      rise: 0.6,
      bevel: r * 0.4,
    },
    {
      pose: PIXELS,
      shape: circle(r * 0.48, x, y),
      bounds: bounds(r, r, x, y),
      material: { color: [0.03, 0.03, 0.03], rough: 0.9 },
      base: -2,
    },
  ];
}

function label(planes: Planes, random: Random): { grain: number; layers: Layer[] } {
  const { width, height } = planes;
  const unit = unitOf(planes);
  const fibre = fractalNoise(width, height, random, { wavelength: 5 * unit, octaves: 3 });
  const dark = random.chance(0.2);
  const color = dark
    ? randomColor(random, 0.1, 0.35)
    : random.chance(0.6)
      ? ([0.92, 0.92, 0.9] as Rgb)
      : randomColor(random, 0.7, 0.95);
  const gloss = random.range(0.01, 0.2);
  for (let i = 0; i < fibre.length; i++) {
    const f = 1 + 0.012 * fibre[i]!;
    planes.red[i] = color[0] * f;
    planes.green[i] = color[1] * f;
    planes.blue[i] = color[2] * f;
    planes.relief[i] = 0.08 * fibre[i]!;
    planes.gloss[i] = gloss;
    planes.rough[i] = 0.5;
  }
  const layers: Layer[] = [];
  const black = ink(random, !dark);
  const accent = { ...black, color: randomColor(random, 0.2, 0.8) };
  const angle = random.normal() * 0.03;
  let y = height * random.range(0.04, 0.12);
  const left = width * random.range(0.04, 0.1);
  while (y < height * 0.95) {
    const kind = random.next();
    if (kind < 0.62) {
      const letter = random.logRange(11, 60) * unit;
      const most = Math.floor((width * 0.9) / (letter * 0.95));
      let text = randomText(random);
      while (text.length < most && random.chance(0.75)) text += ` ${randomText(random)}`;
      text = text.slice(0, Math.max(1, most));
      const w = textWidth(text) * letter;
      layers.push({
        pose: makePose(left + w / 2, y + letter / 2, 1, angle),
        shape: textShape(text, letter, random.range(0.05, 0.1)),
        bounds: bounds(w / 2 + letter * 0.2, letter * 0.7),
        mode: 'mark',
        material: random.chance(0.85) ? black : accent,
        tag: 'print',
      });
      y += letter * random.range(1.35, 1.9);
    } else if (kind < 0.78) {
      const tall = random.range(40, 120) * unit;
      const wide = width * random.range(0.3, 0.8);
      const bars = Uint8Array.from({ length: 95 }, () => (random.chance(0.5) ? 1 : 0));
      layers.push({
        pose: PIXELS,
        shape: (px, py) => {
          const t = ((px - left) / wide) * 95;
          const inside = t >= 0 && t < 95 && py > y && py < y + tall && bars[Math.floor(t)] === 1;
          return inside ? -1 : 1;
        },
        bounds: [left, y, left + wide, y + tall],
        mode: 'mark',
        material: black,
        tag: 'barcode',
      });
      y += tall * 1.25;
    } else if (kind < 0.9) {
      const tall = random.range(2, 40) * unit;
      layers.push({
        pose: makePose(width / 2, y + tall / 2, 1, angle),
        shape: box(width * 0.46, tall / 2, tall > 10 ? 3 : 0),
        bounds: bounds(width * 0.47, tall),
        mode: 'mark',
        material: accent,
      });
      y += tall + 12 * unit;
    } else {
      const r = random.range(20, 70) * unit;
      const x = random.range(0.2, 0.8) * width;
      const shape = random.chance(0.5)
        ? subtract(circle(r), circle(r * 0.7), box(r, r * 0.12))
        : ring(r * 0.8, r * 0.12);
      layers.push({
        pose: makePose(x, y + r, 1, random.range(0, 6.28)),
        shape,
        bounds: bounds(r + 2, r + 2),
        mode: 'mark',
        material: accent,
        tag: 'print',
      });
      y += 2.2 * r;
    }
  }
  return { grain: 0, layers };
}

export const ELECTRONIC_SURFACES: Readonly<Record<string, SurfaceKind>> = {
  pcb: { names: ['printed circuit board', 'circuit board', 'PCB', 'electronic board'], paint: pcb },
  label: { names: ['printed label', 'label', 'packaging print', 'sticker'], paint: label },
};
