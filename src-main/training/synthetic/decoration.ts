import type { Random } from '../../../src-shared/random.ts';
import type { ObjectKind, Part } from './blueprint.ts';
import { brightened, hsv, luma, randomColor } from './color.ts';
import type { PictureSize, Rgb } from './image.ts';
import { ink } from './materials.ts';
import { bounds, marked, slope } from './part.ts';
import { type Layer, type Material, makePose, type Planes } from './planes.ts';
import { type Motif, randomMotif, worn } from './print.ts';
import { box, polyline, rotate, type Shape, shift } from './shape.ts';

/** A motif as layers on a ground of a colour: printed, lasered, stamped, raised, or on a sticker. */
function applied(
  random: Random,
  motif: Motif,
  ground: Rgb,
  hard: boolean,
  part: Omit<Part, 'shape'>,
  shape: Shape,
  size: number,
): Part[] {
  const dark = luma(ground) > random.range(0.25, 0.5);
  const kind = random.next();
  const stroke = motif.stroke * size;
  if (hard && kind < 0.4) {
    const filled = random.chance(0.35);
    return [
      {
        ...part,
        shape,
        mode: 'engrave',
        rise: (random.chance(0.7) ? -1 : 1) * stroke * random.range(0.4, 1),
        bevel: stroke * random.range(0.6, 1.2),
        profile: random.pick(['soft', 'bevel'] as const),
        ...(filled
          ? { material: { color: dark ? ([0.05, 0.05, 0.05] as Rgb) : ([0.9, 0.9, 0.88] as Rgb) } }
          : {}),
        tag: 'print',
      },
    ];
  }
  if (hard && kind < 0.55) {
    // Laser: the ground's own colour, burnt darker or foamed lighter.
    const v = dark ? random.range(0.3, 0.75) : random.range(1.4, 2.4);
    const color: Rgb = brightened(ground, v);
    return [
      {
        ...part,
        shape,
        mode: 'mark',
        material: { color, rough: 0.8 },
        opacity: random.range(0.6, 1),
        tag: 'print',
      },
    ];
  }
  const stamped = random.chance(0.4) ? worn(shape, random, stroke * random.range(0.3, 1.1)) : shape;
  const material: Material = random.chance(0.75)
    ? ink(random, dark)
    : {
        color: hsv(
          random.next(),
          random.range(0.5, 0.95),
          dark ? random.range(0.2, 0.6) : random.range(0.7, 1),
        ),
        gloss: 0.03,
        rough: 0.6,
      };
  return [{ ...part, shape: stamped, mode: 'mark', material, opacity: random.range(0.45, 1), tag: 'print' }];
}

function sticker(random: Random): { material: Material; corner: number } {
  const color = random.chance(0.65) ? ([0.88, 0.88, 0.86] as Rgb) : randomColor(random, 0.3, 0.95);
  return {
    material: { color, gloss: random.range(0, 0.2), rough: random.range(0.3, 0.8) },
    corner: random.range(0, 0.4),
  };
}

const isBody = (part: Part) => (part.mode ?? 'body') === 'body';

/** Which parts cover a point, as text: equal texts mean the same plain ground. Null: nothing, or an edge is near. */
function groundAt(
  parts: readonly Part[],
  x: number,
  y: number,
  margin: number,
): { key: string; top: Part } | null {
  let key = '';
  let top: Part | null = null;
  for (const [i, part] of parts.entries()) {
    const [left, upper, right, lower] = part.bounds;
    if (x < left || x > right || y < upper || y > lower) continue;
    if (part.tag === 'print' || part.tag === 'label') return null;
    const d = part.shape(x, y);
    if (d > 0) continue;
    if (part.mode === 'hole') return null;
    if (d > -margin) return null;
    key += `${i} `;
    if (isBody(part)) top = part;
  }
  return top ? { key, top } : null;
}

/**
 * Writing, trademarks, codes and signs for an object: on one plain ground, clear of its edges, holes and details.
 * Empty where there is no room.
 * @param parts the object as built; the result is painted after them
 */
export function decorateObject(kind: ObjectKind, parts: readonly Part[], random: Random): Part[] {
  const out: Part[] = [];
  const [hw, hh] = kind.extent;
  for (let i = random.pick([1, 1, 1, 2, 2, 3]); i > 0; i--) {
    const motif = randomMotif(random);
    const ringed = motif.round === true;
    const free = random.chance(0.2);
    const labelled = !ringed && random.chance(0.15);
    let size = random.logRange(0.2, 1) * (ringed ? 1 : Math.max(hw, hh)) * 0.85;
    for (let attempt = 0; attempt < 36; attempt++) {
      if (ringed) size = random.range(0.35, 1.2);
      else if (attempt % 5 === 4) size *= 0.78;
      const centred = ringed || random.chance(0.35);
      const cx = centred ? 0 : random.range(-0.8, 0.8) * hw;
      const cy = centred
        ? ringed
          ? 0
          : random.pick([0, 0, 0.45, -0.45]) * hh
        : random.range(-0.8, 0.8) * hh;
      const turned =
        ringed || free
          ? random.range(0, 2 * Math.PI)
          : hw < hh * 0.6 && random.chance(0.7)
            ? Math.PI / 2
            : random.pick([0, 0, 0, Math.PI / 2]);
      const angle = turned + (free ? 0 : random.normal() * 0.015);
      const ground = plainGround([...parts, ...out], motif, cx, cy, size * (labelled ? 1.12 : 1), angle);
      if (!ground) continue;
      out.push(...placed(random, motif, ground, cx, cy, size, angle, labelled));
      break;
    }
  }
  return out;
}

function plainGround(
  parts: readonly Part[],
  motif: Motif,
  cx: number,
  cy: number,
  size: number,
  angle: number,
): Rgb | null {
  const c = Math.cos(angle) * size;
  const s = Math.sin(angle) * size;
  const margin = 0.02 + 0.03 * size;
  let first: string | null = null;
  let color: Rgb | null = null;
  for (let k = 0; k < motif.probes.length; k += 2) {
    const u = motif.probes[k]!;
    const v = motif.probes[k + 1]!;
    const ground = groundAt(parts, cx + c * u - s * v, cy + s * u + c * v, margin);
    if (!ground || (first !== null && ground.key !== first)) return null;
    first = ground.key;
    color = ground.top.material?.color ?? null;
  }
  return color;
}

function placed(
  random: Random,
  motif: Motif,
  ground: Rgb,
  cx: number,
  cy: number,
  size: number,
  angle: number,
  labelled: boolean,
): Part[] {
  const place = (shape: Shape) => shift(rotate(shape, angle), cx, cy);
  const w = motif.halfWidth * size;
  const h = motif.halfHeight * size;
  const reach = Math.hypot(w, h) * 1.12;
  const area = bounds(reach, reach, cx, cy);
  const shape = place((x, y) => motif.shape(x / size, y / size) * size);
  if (!labelled) return applied(random, motif, ground, true, { bounds: area }, shape, size);
  const { material, corner } = sticker(random);
  const paper = place(box(w * 1.08, h * 1.08 + w * 0.02, corner * h));
  return [
    marked(paper, area, material, slope(random.range(0.002, 0.01), 0.01), { tag: 'label' }),
    ...applied(random, motif, material.color, false, { bounds: area }, shape, size),
  ];
}

/**
 * Writing, codes and painted lines for a texture that fills the image; may run out of the picture.
 * @param hard metal, stone or plastic, which can be engraved
 */
export function decorateSurface(base: Planes, random: Random, size: PictureSize, hard: boolean): Layer[] {
  const { width, height } = size;
  const long = Math.max(width, height);
  const layers: Layer[] = [];
  const at = random.int(0, base.red.length - 1);
  const ground: Rgb = [base.red[at]!, base.green[at]!, base.blue[at]!];
  if (random.chance(0.2)) layers.push(paintedLine(random, size, ground));
  for (let i = random.pick([1, 1, 1, 2, 3]); i > 0; i--) {
    const motif = randomMotif(random);
    const scale = long * random.logRange(0.04, 0.4);
    const pose = makePose(
      random.range(0.05, 0.95) * width,
      random.range(0.05, 0.95) * height,
      scale,
      random.chance(0.7)
        ? random.int(0, 3) * (Math.PI / 2) + random.normal() * 0.02
        : random.range(0, 2 * Math.PI),
    );
    const area = bounds(motif.halfWidth * 1.1, motif.halfHeight * 1.1 + 0.03);
    if (random.chance(0.15)) {
      const { material, corner } = sticker(random);
      const paper = box(motif.halfWidth * 1.08, motif.halfHeight * 1.08 + 0.02, corner * motif.halfHeight);
      layers.push({
        pose,
        shape: paper,
        bounds: area,
        mode: 'mark',
        material,
        rise: 1 / scale,
        bevel: 2 / scale,
        tag: 'label',
      });
      for (const part of applied(random, motif, material.color, false, { bounds: area }, motif.shape, 1))
        layers.push({ ...part, pose });
    } else {
      for (const part of applied(random, motif, ground, hard, { bounds: area }, motif.shape, 1))
        layers.push({ ...part, pose });
    }
  }
  return layers;
}

/** A worn line of paint, as on roads, floors and test pieces; single, double or dashed. */
function paintedLine(random: Random, { width, height }: PictureSize, ground: Rgb): Layer {
  const long = Math.max(width, height);
  const half = long * random.logRange(0.004, 0.06);
  const angle = random.chance(0.6)
    ? random.int(0, 1) * (Math.PI / 2) + random.normal() * 0.03
    : random.range(0, Math.PI);
  const line = polyline([-2 * long, 0, 2 * long, 0], half);
  const dash = half * random.range(5, 20);
  const style = random.int(0, 2);
  const drawn: Shape =
    style === 0
      ? line
      : style === 1
        ? (x, y) => Math.abs(line(x, y) - half) - half * 0.4
        : (x, y) => Math.max(line(x, y), Math.abs(x - dash * 2 * Math.round(x / dash / 2)) - dash * 0.6);
  return {
    pose: makePose(random.range(0.15, 0.85) * width, random.range(0.15, 0.85) * height, 1, angle),
    shape: worn(drawn, random, Math.max(1, half * random.range(0.05, 0.5))),
    bounds: bounds(2 * long, half * 4),
    mode: 'mark',
    material: random.chance(0.6)
      ? ink(random, luma(ground) > 0.55)
      : { color: hsv(random.range(0, 0.2), 0.8, 0.85), rough: 0.7 },
    opacity: random.range(0.5, 1),
    tag: 'print',
  };
}
