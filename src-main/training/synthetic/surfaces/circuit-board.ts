import type { Random } from '../../../../src-shared/random.ts';
import { type Part, PIXELS, type SurfaceKind } from '../blueprint.ts';
import { grey, hsv } from '../color.ts';
import { chipParts, chipResistor, TIN } from '../electronic-parts.ts';
import { textShape } from '../glyphs.ts';
import type { Rgb } from '../image.ts';
import { ink } from '../materials.ts';
import { bounds, dome, marked, slope, solid } from '../part.ts';
import { type Layer, type Material, makePose } from '../planes.ts';
import { box, circle, polyline } from '../shape.ts';
import { pixel, type Surface } from './surface.ts';

const GOLD: Rgb = [0.8, 0.65, 0.35];

/** A printed circuit board: traces, vias, components on their pads, and print beside them. */
export const circuitBoard: SurfaceKind = {
  names: ['printed circuit board', 'circuit board', 'PCB', 'electronic board'],
  complete: true,
  paint: (surface) => {
    const { width, height, unit, random } = surface;
    const mask = random.chance(0.6)
      ? hsv(random.range(0.36, 0.45), random.range(0.6, 0.9), random.range(0.2, 0.4))
      : random.pick<Rgb>([hsv(0.61, 0.8, 0.35), [0.07, 0.07, 0.075], hsv(0.99, 0.8, 0.4), [0.8, 0.8, 0.78]]);
    const copper: Rgb = [
      Math.min(1, mask[0] * 1.35 + 0.03),
      Math.min(1, mask[1] * 1.3 + 0.06),
      Math.min(1, mask[2] * 1.2 + 0.02),
    ];
    const fine = surface.noise(5, 2);
    surface.coat(mask, 0.12, 0.45, (i) => pixel(1 + 0.025 * fine[i]!, 0.05 * fine[i]!));
    const pitch = random.range(13, 24) * unit;
    const half = pitch * random.range(0.1, 0.22);
    const layers: Layer[] = [];
    for (let i = random.int(4, 9); i > 0; i--) layers.push(...bundle(surface, copper, pitch, half));
    for (let i = random.int(6, 22); i > 0; i--) {
      const [x, y] = [random.next() * width, random.next() * height];
      layers.push(...via(random, x, y, half * random.range(1.8, 2.6)));
    }
    const white = random.chance(0.85);
    addComponents(surface, layers, ink(random, !white || mask[0] > 0.5));
    return { grain: 0, layers };
  },
};

/** Traces that run side by side, with two bends of 45°. */
function bundle({ width, height, random }: Surface, copper: Rgb, pitch: number, half: number): Layer[] {
  const layers: Layer[] = [];
  const lanes = random.int(1, 7);
  const upright = random.chance(0.5);
  const along = upright ? height : width;
  const start = random.range(0, upright ? width : height);
  const bend = random.range(0.2, 0.8) * along;
  const step = random.sign() * random.range(1, 5) * pitch;
  const end = along * random.range(0.75, 1.1);
  for (let lane = 0; lane < lanes; lane++) {
    const a = start + lane * pitch * 0.62;
    const turn = bend + lane * pitch * 0.25 * Math.sign(step);
    const path = [a, -10, a, turn, a + step, turn + Math.abs(step), a + step, end];
    const points = upright ? path : path.map((_, k) => path[k ^ 1]!);
    const material = { color: copper, gloss: 0.14, rough: 0.4 };
    layers.push({
      pose: PIXELS,
      ...marked(polyline(points, half), pointsBounds(points, half + 2), material, slope(0.8, half), {
        tag: 'trace',
      }),
    });
    if (end < along) {
      const [x, y] = upright ? [a + step, end] : [end, a + step];
      layers.push(...via(random, x, y, half * 2.2));
    }
  }
  return layers;
}

/** Chips, two-terminal parts with frames and names, and perhaps a capacitor, none over another. */
function addComponents({ width, height, unit, random }: Surface, layers: Layer[], silk: Material): void {
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
    for (const part of parts) layers.push({ ...part, pose, tag: part.tag === 'print' ? 'print' : group });
  };
  const right = () => random.int(0, 3) * (Math.PI / 2);
  for (let i = random.int(1, 3); i > 0; i--) {
    const hw = random.range(35, 90) * unit;
    const hh = hw * random.range(0.5, 1);
    const at = place(hw * 1.35);
    if (at) put(chipParts(random, hw, hh, hh > hw * 0.85), at.x, at.y, right());
  }
  for (let i = random.int(5, 18); i > 0; i--) {
    const h = random.range(9, 22) * unit;
    const at = place(h * 1.6);
    if (!at) continue;
    const angle = right();
    put(chipResistor(random, h), at.x, at.y, angle);
    const frame = box(h * 1.6, h * 0.95, 1);
    const drawn = (x: number, y: number) => Math.abs(frame(x, y)) - 0.7 * unit;
    if (random.chance(0.4)) {
      const pose = makePose(at.x, at.y, 1, angle);
      layers.push({ pose, ...marked(drawn, bounds(h * 1.7, h * 1.1), silk, { tag: 'print' }) });
    }
    const text = `${random.pick(['R', 'C', 'L', 'D', 'U', 'Q'])}${random.int(1, 99)}`;
    const letter = random.range(9, 13) * unit;
    layers.push({
      pose: makePose(at.x, at.y + h * 1.3 + letter * 0.6, 1, 0),
      ...marked(textShape(text, letter, 0.07), bounds(letter * 2, letter), silk, { tag: 'print' }),
    });
  }
  if (!random.chance(0.5)) return;
  const r = random.range(18, 40) * unit;
  const at = place(r * 1.2);
  if (at) put(capacitor(r), at.x, at.y, random.range(0, 6.28));
}

/** An electrolytic capacitor from above. */
function capacitor(r: number): Part[] {
  const top = { color: [0.7, 0.7, 0.72], metal: 0.8, rough: 0.35, streak: 0.02 } as const;
  const stripe = { color: [0.06, 0.06, 0.07], rough: 0.6, gloss: 0.05 } as const;
  const disc = circle(r * 0.92);
  return [
    solid(top, circle(r), bounds(r + 1, r + 1), dome(6, r * 0.2), { base: 4, onTop: true, tag: 'chip' }),
    marked((x, y) => Math.max(disc(x, y), x + r * 0.35), bounds(r, r), stripe, { tag: 'chip' }),
  ];
}

/** The pads below a component: what shows when it was not fitted. */
function footprint(parts: readonly Part[], random: Random): Part[] {
  const material = { color: random.chance(0.5) ? GOLD : TIN, metal: 0.75, rough: 0.4 };
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
  const rim = { color: random.chance(0.5) ? GOLD : TIN, metal: 0.75, rough: 0.4 };
  const hole = { color: grey(0.03), rough: 0.9 };
  return [
    {
      pose: PIXELS,
      ...solid(rim, circle(r, x, y), bounds(r + 2, r + 2, x, y), slope(0.6, r * 0.4), { base: 0.5 }),
    },
    { pose: PIXELS, ...solid(hole, circle(r * 0.48, x, y), bounds(r, r, x, y), { base: -2 }) },
  ];
}
