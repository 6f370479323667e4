import type { Random } from '../../../src-shared/random.ts';
import { type Part, PIXELS } from './blueprint.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { PictureSize } from './image.ts';
import { anyMaterial, ink, metal, plastic } from './materials.ts';
import { bounds, dome, engraved, marked, slope, soft, solid } from './part.ts';
import { type Layer, makePose } from './planes.ts';
import { box, circle, polyline, ring, type Shape, shift } from './shape.ts';

/** Where a thing lies that crosses the picture. */
interface Across {
  readonly size: PictureSize;
  readonly long: number;
  readonly upright: boolean;
  /** Where it crosses the other direction, in pixels. */
  readonly at: number;
  /** How much it is displaced at its far end. */
  readonly lean: number;
  /** x, y pairs of its ends, outside the picture. */
  readonly line: readonly number[];
  readonly everywhere: Part['bounds'];
}

const inPixels = (part: Part): Layer => ({ ...part, pose: PIXELS });

function seam(random: Random, { long, line, everywhere }: Across): Layer[] {
  const half = long * random.logRange(0.002, 0.01);
  const edge = soft(random.sign() * half * 1.2, half);
  return [inPixels(engraved(polyline(line, half), everywhere, edge))];
}

function paintedBand(random: Random, { long, line, everywhere }: Across): Layer[] {
  const half = long * random.logRange(0.004, 0.12);
  const material = random.chance(0.5) ? plastic(random) : ink(random, random.chance(0.5));
  const details = { opacity: random.range(0.5, 1), tag: 'print' };
  return [inPixels(marked(polyline(line, half), everywhere, material, details))];
}

function rivets(random: Random, { size, long, upright, at }: Across, i: number): Layer[] {
  const r = long * random.logRange(0.008, 0.035);
  const step = r * random.range(3.5, 12);
  const domed = random.chance(0.6);
  const material = metal(random);
  const span = upright ? size.height : size.width;
  const layers: Layer[] = [];
  for (let k = 0.5; k * step < span && k < 40; k++) {
    const [x, y] = upright ? [at, k * step] : [k * step, at];
    const edge = dome(r * (domed ? 0.5 : 0.15), r * (domed ? 1 : 0.2));
    const details = { base: 1, onTop: true, tag: `rivet ${i} ${k}` };
    layers.push(inPixels(solid(material, circle(r, x, y), bounds(r + 1, r + 1, x, y), edge, details)));
  }
  return layers;
}

function writing(random: Random, { size: { width, height }, long }: Across): Layer[] {
  const text = `${randomText(random)} ${randomText(random)}`.slice(0, random.int(2, 14));
  const letter = long * random.logRange(0.02, 0.14);
  const half = (textWidth(text) * letter) / 2;
  const cut = random.chance(0.4);
  const x = random.range(0.2, 0.8) * width;
  const y = random.range(0.15, 0.85) * height;
  const pose = makePose(x, y, 1, random.chance(0.7) ? random.int(0, 3) * (Math.PI / 2) : random.range(0, 6));
  const shape = textShape(text, letter, random.range(0.05, 0.11));
  const area = bounds(half + letter * 0.2, letter * 0.7);
  const tag = { tag: 'print' };
  if (cut)
    return [{ pose, ...engraved(shape, area, slope(random.sign() * letter * 0.06, letter * 0.07), tag) }];
  const material = ink(random, random.chance(0.6));
  return [{ pose, ...marked(shape, area, material, { opacity: random.range(0.5, 1) }, tag) }];
}

/** The surface ends: another material begins, a little higher or lower. */
function otherMaterial(
  random: Random,
  { size: { width, height }, upright, at, lean, everywhere }: Across,
): Layer[] {
  const side = random.chance(0.5) ? 1 : -1;
  const shape: Shape = (x, y) =>
    side * ((upright ? x : y) - at - lean * ((upright ? y / height : x / width) - 0.5));
  const material = anyMaterial(random);
  const base = random.range(-6, 6);
  return [
    inPixels(solid(material, shape, everywhere, slope(random.range(0, 3), random.range(1, 6)), { base })),
  ];
}

function pipe(random: Random, { long, line, everywhere }: Across): Layer[] {
  const half = long * random.logRange(0.01, 0.05);
  const gloss = plastic(random);
  const material = random.chance(0.5) ? gloss : metal(random);
  const edge = dome(half * random.range(0.2, 1), half);
  const details = { base: half * 0.3, onTop: true };
  return [inPixels(solid(material, polyline(line, half), everywhere, edge, details))];
}

function patch(random: Random, { size: { width, height }, long }: Across, i: number): Layer[] {
  const r = long * random.logRange(0.02, 0.1);
  const x = random.range(0.1, 0.9) * width;
  const y = random.range(0.1, 0.9) * height;
  const shape = shift(random.pick([ring(r, r * 0.12), circle(r), box(r, r * 0.6, r * 0.1)]), x, y);
  const mode = random.chance(0.5) ? 'mark' : 'body';
  const details = { base: 1, onTop: true, tag: `patch ${i}`, mode } as const;
  return [
    inPixels(solid(anyMaterial(random), shape, bounds(r * 1.2, r * 1.2, x, y), slope(1.5, 2), details)),
  ];
}

const THINGS = [seam, paintedBand, rivets, writing, otherMaterial, pipe, patch];

/**
 * Things that belong on a good surface and yet stand out: seams, printed marks, rivets, bands of another colour,
 * strips of another material. What a detector must learn to leave alone.
 */
export function furniture(random: Random, size: PictureSize): Layer[] {
  const { width, height } = size;
  const long = Math.max(width, height);
  const layers: Layer[] = [];
  for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) {
    const upright = random.chance(0.5);
    const at = random.range(0.08, 0.92) * (upright ? width : height);
    const lean = random.chance(0.3) ? random.normal() * 0.1 * long : 0;
    const line = upright ? [at, -9, at + lean, height + 9] : [-9, at, width + 9, at + lean];
    const across = { size, long, upright, at, lean, line, everywhere: [0, 0, width, height] } as const;
    layers.push(...random.pick(THINGS)(random, across, i));
  }
  return layers;
}

/** Holders, rails and stops that reach into the picture of an object from its border. */
export function fixtures(random: Random, { width, height }: PictureSize): Layer[] {
  const long = Math.max(width, height);
  const layers: Layer[] = [];
  for (let i = random.int(1, 2); i > 0; i--) {
    const side = random.int(0, 3);
    const deep = long * random.range(0.03, 0.14);
    const half = long * random.logRange(0.03, 0.6);
    const x = side === 0 ? 0 : side === 1 ? width : random.range(0, width);
    const y = side === 2 ? 0 : side === 3 ? height : random.range(0, height);
    const shape = side < 2 ? box(deep, half, deep * 0.2, x, y) : box(half, deep, deep * 0.2, x, y);
    layers.push(inPixels(solid(anyMaterial(random), shape, [0, 0, width, height], soft(4, 5), { base: 2 })));
  }
  return layers;
}
