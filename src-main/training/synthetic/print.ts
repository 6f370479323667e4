import type { Random } from '../../../src-shared/random.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import { pixelHash } from './pixel-hash.ts';
import {
  around,
  box,
  circle,
  intersect,
  polygon,
  ring,
  type Shape,
  shift,
  subtract,
  union,
} from './shape.ts';

/** A printed or engraved design around the origin. */
export interface Motif {
  readonly shape: Shape;
  readonly halfWidth: number;
  readonly halfHeight: number;
  /** Typical thickness of its lines, for the depth of an engraving. */
  readonly stroke: number;
  /** x, y pairs of points on the design: all must lie on the part that carries it. */
  readonly probes: readonly number[];
  /** Follows the rim of a round part. */
  readonly round?: true;
}

const BRANDS = [
  'Nova',
  'Axis',
  'ORION',
  'Delta',
  'veritas',
  'SINTEX',
  'Marlin',
  'TK',
  'Helios',
  'rubicon',
  'ES',
];
const WORDS = [
  'LOT',
  'EXP',
  'TOP',
  'MADE IN',
  'Type',
  'No',
  'max',
  'SN',
  'REF',
  'Pat.',
  'DIN',
  'ISO',
  'steel',
];

/** Size, lot number, brand or strength as parts and packages carry it, upper and lower case. */
function inscription(random: Random): string {
  const kind = random.next();
  if (kind < 0.4) return randomText(random);
  if (kind < 0.6) return random.pick(BRANDS);
  if (kind < 0.75)
    return `${random.pick([5, 10, 20, 25, 50, 100, 250, 500, 800])}${random.pick(['', ' mg', 'mm', ' ml', 'V'])}`;
  if (kind < 0.85) return dateCode(random);
  return `${random.pick(WORDS)} ${randomText(random, 6)}`;
}

function dateCode(random: Random): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const day = two(random.int(1, 28));
  const month = two(random.int(1, 12));
  return random.chance(0.5)
    ? `${day}.${month}.${two(random.int(18, 32))}`
    : `${month}/${two(random.int(18, 32))} ${two(random.int(0, 23))}:${two(random.int(0, 59))}`;
}

function probesOfBox(halfWidth: number, halfHeight: number): number[] {
  const probes: number[] = [];
  for (let j = -1; j <= 1; j++)
    for (let i = -4; i <= 4; i++) probes.push((i / 4) * halfWidth, j * halfHeight);
  return probes;
}

function boxed(shape: Shape, halfWidth: number, halfHeight: number, stroke: number): Motif {
  return { shape, halfWidth, halfHeight, stroke, probes: probesOfBox(halfWidth, halfHeight) };
}

/** Letters of another width or slant. */
function styled(shape: Shape, wide: number, slant: number): Shape {
  return (x, y) => shape((x + slant * y) / wide, y) * Math.min(1, wide);
}

/** Lines of text one below the other, as wide as 2 units. */
function textBlock(random: Random, lines: number): Motif {
  const wide = random.range(0.7, 1.25);
  const slant = random.chance(0.2) ? random.range(0.1, 0.3) : 0;
  const weight = random.logRange(0.035, 0.14);
  const texts = Array.from({ length: lines }, () => inscription(random));
  const longest = Math.max(...texts.map(textWidth)) * wide + slant;
  const letter = 2 / longest;
  const pitch = letter * random.range(1.35, 1.9);
  const hollow = random.chance(0.08) ? weight * letter * 0.7 : 0;
  const left = random.chance(0.5);
  const shapes = texts.map((text, i) => {
    const line = styled(textShape(text, letter, hollow > 0 ? weight * 1.6 : weight), wide, slant);
    const indent = left ? -1 + (textWidth(text) * wide * letter) / 2 + slant * letter * 0.5 : 0;
    const drawn: Shape = hollow > 0 ? (x, y) => Math.abs(line(x, y)) - hollow * 0.6 : line;
    return shift(drawn, indent, (i - (lines - 1) / 2) * pitch);
  });
  const shape: Shape =
    lines === 1
      ? shapes[0]!
      : (x, y) => shapes[Math.max(0, Math.min(lines - 1, Math.round(y / pitch + (lines - 1) / 2)))]!(x, y);
  const pad = (hollow > 0 ? 2.3 : 1) * weight * letter + 0.01;
  return boxed(shape, 1 + pad, ((lines - 1) * pitch) / 2 + letter * 0.62 + pad, weight * letter);
}

/** Text on a circle, letters standing outwards or, along the lower half, inwards. */
function textArc(random: Random): Motif {
  let text = inscription(random);
  for (let i = random.int(0, 2); i > 0; i--) text += ` ${inscription(random)}`;
  const radius = random.range(0.72, 0.9);
  const letter = Math.min(
    2 * (1 - radius) * random.range(0.25, 0.8),
    (random.range(1.2, 5.4) * radius) / textWidth(text),
  );
  const weight = random.logRange(0.045, 0.12);
  const line = textShape(text, letter, weight);
  const below = random.chance(0.3);
  const half = (textWidth(text) * letter) / 2 / radius;
  const shape: Shape = (x, y) => {
    const r = Math.hypot(x, y);
    return line(Math.atan2(x, below ? y : -y) * radius, below ? r - radius : radius - r);
  };
  const probes: number[] = [];
  for (let i = -8; i <= 8; i++) {
    for (const r of [radius - letter * 0.6, radius + letter * 0.6]) {
      const a = (i / 8) * half;
      probes.push(r * Math.sin(a), (below ? 1 : -1) * r * Math.cos(a));
    }
  }
  return { shape, halfWidth: 1, halfHeight: 1, stroke: weight * letter, probes, round: true };
}

/** Signed distance to a pattern of unit cells that are on or off, exact where neighbours differ. */
function cellShape(on: (i: number, j: number) => boolean): Shape {
  return (x, y) => {
    const i = Math.floor(x);
    const j = Math.floor(y);
    const own = on(i, j);
    let d = 0.5;
    if (on(i - 1, j) !== own) d = Math.min(d, x - i);
    if (on(i + 1, j) !== own) d = Math.min(d, i + 1 - x);
    if (on(i, j - 1) !== own) d = Math.min(d, y - j);
    if (on(i, j + 1) !== own) d = Math.min(d, j + 1 - y);
    return own ? -d : d;
  };
}

function scaled(shape: Shape, k: number): Shape {
  return (x, y) => shape(x / k, y / k) * k;
}

function barcode(random: Random): Motif {
  const key = random.int(0, 1 << 30);
  const bars = random.int(34, 95);
  const tall = random.range(0.25, 0.6);
  const cells = cellShape(
    (i) => i >= 0 && i < bars && (i < 2 || i > bars - 3 || pixelHash(i >> 1, i & 1, key) < 0.5),
  );
  const lines = shift(scaled(cells, 2 / bars), -1, 0);
  const text = Array.from({ length: random.int(8, 13) }, () => random.int(0, 9)).join('');
  const letter = random.chance(0.6) ? 1.6 / textWidth(text) : 0;
  const below = shift(textShape(text, letter || 1, 0.07), 0, tall + letter * 0.8);
  const shape: Shape = (x, y) => {
    const code = Math.max(lines(x, 0), Math.abs(y) - tall);
    return letter > 0 ? Math.min(code, below(x, y)) : code;
  };
  return boxed(shape, 1.05, tall + letter * 1.5 + 0.04, 0.02);
}

/** Two-dimensional code: QR with finder patterns, or Data Matrix with its solid and dotted borders. */
function matrixCode(random: Random): Motif {
  const key = random.int(0, 1 << 30);
  const qr = random.chance(0.5);
  const n = qr ? random.pick([21, 25, 29]) : random.pick([10, 12, 16, 20]);
  const finder = (i: number, j: number) => {
    const d = Math.max(Math.abs(i - 3), Math.abs(j - 3));
    return d > 4 ? null : d !== 4 && d !== 2;
  };
  const on = (i: number, j: number) => {
    if (i < 0 || j < 0 || i >= n || j >= n) return false;
    if (!qr) {
      if (i === 0 || j === n - 1) return true;
      if (j === 0 || i === n - 1) return (i + j) % 2 === 0;
    } else {
      const corner = finder(i, j) ?? finder(n - 1 - i, j) ?? finder(i, n - 1 - j);
      if (corner !== null) return corner;
    }
    return pixelHash(i, j, key) < 0.48;
  };
  return boxed(shift(scaled(cellShape(on), 2 / n), -1, -1), 1.06, 1.06, 1 / n);
}

/** Ink-jet or dot-peened text: the strokes as rows of dots. */
function dotText(random: Random): Motif {
  const text = random.chance(0.6) ? dateCode(random) : inscription(random);
  const letter = 2 / textWidth(text);
  const line = textShape(text, letter, 0.085);
  const pitch = letter / random.pick([6, 6, 9]);
  const dot = pitch * random.range(0.33, 0.52);
  const shape: Shape = (x, y) => {
    const cx = Math.round((x + 1) / pitch) * pitch - 1;
    const cy = Math.round((y + letter / 2) / pitch) * pitch - letter / 2;
    const d = Math.hypot(x - cx, y - cy) - dot;
    return line(cx, cy) < 0 ? d : Math.max(d, pitch * 0.5);
  };
  return boxed(shape, 1.02 + pitch * 0.7, letter * 0.66 + pitch * 0.5, dot);
}

/** A trademark: a frame with letters, knocked out or drawn. */
function logo(random: Random): Motif {
  const brand = random.pick(BRANDS);
  const text = random.chance(0.6) ? brand.slice(0, random.int(1, 2)) : brand;
  const flat = text.length > 2;
  const letter = Math.min(flat ? 0.7 : 1, 1.5 / textWidth(text));
  const tall = flat ? Math.min(1, letter * random.range(0.85, 1.1)) : 1;
  const frame = random.pick<() => Shape>([
    () => (flat ? box(1, tall, tall * random.range(0, 1)) : circle(1)),
    () => (flat ? (x, y) => (Math.hypot(x, y / tall) - 1) * tall : box(1, 1, random.range(0, 0.5))),
    () => (flat ? box(1, tall, 0.05) : polygon(random.int(5, 8), 0.8, random.range(0, 6))),
  ])();
  const weight = random.range(0.07, 0.13);
  const letters = textShape(text, letter, weight);
  const thick = random.range(0.03, 0.1);
  const shape: Shape = random.chance(0.5)
    ? subtract(frame, letters)
    : union(letters, (x, y) => Math.abs(frame(x, y) + thick) - thick);
  return boxed(shape, 1.02, tall + 0.02, weight * letter);
}

/** Arrows, warning signs, targets, graduations. */
function symbol(random: Random): Motif {
  const kind = random.int(0, 5);
  const w = random.range(0.06, 0.16);
  if (kind === 0) {
    const head: Shape = (x, y) => (Math.abs(y) - (1 - x) * 0.7) * 0.8;
    const arrow = union(
      box(0.8, w * 1.4, 0, -0.2),
      intersect(head, (x) => 0.4 - x),
    );
    return boxed(arrow, 1.02, 0.5, w);
  }
  if (kind === 1) {
    const sides = random.pick([3, 3, 4, 8]);
    const sign = polygon(sides, sides === 3 ? 0.5 : 0.85, Math.PI / 2);
    const drawn: Shape = (x, y) => Math.abs(sign(x, y) + w) - w * 0.8;
    return boxed(union(drawn, box(w * 0.6, 0.18, w * 0.3, 0, -0.08), circle(w * 0.7, 0, 0.24)), 1, 1, w);
  }
  if (kind === 2) return boxed(union(ring(0.7, w * 0.5), box(1, w * 0.4), box(w * 0.4, 1)), 1.02, 1.02, w);
  if (kind === 3) {
    const ticks = random.int(8, 30);
    const shape: Shape = (x, y) => {
      const k = Math.round((x + 1) * 0.5 * ticks);
      const long = k % 5 === 0 ? 0.3 : 0.18;
      const d = Math.max(Math.abs(x + 1 - (2 * k) / ticks) - 0.25 / ticks, Math.abs(y + 0.3 - long) - long);
      return k < 0 || k > ticks ? 1 : d;
    };
    return boxed(shape, 1.03, 0.34, 0.25 / ticks);
  }
  if (kind === 4) {
    const blades = random.int(2, 6);
    return boxed(around(box(0.3, w * 1.5, w, 0.6, 0), blades, random.range(0, 3)), 1, 1, w);
  }
  const rings = random.int(1, 3);
  return boxed(
    union(circle(w), ...Array.from({ length: rings }, (_, i) => ring(0.9 - 0.28 * i, w * 0.4))),
    1,
    1,
    w * 0.5,
  );
}

/** A design about two units wide: writing, a trademark, a code or a sign. */
export function randomMotif(random: Random): Motif {
  const kind = random.next();
  if (kind < 0.3) return textBlock(random, 1);
  if (kind < 0.42) return textBlock(random, random.int(2, 4));
  if (kind < 0.57) return textArc(random);
  if (kind < 0.7) return logo(random);
  if (kind < 0.8) return dotText(random);
  if (kind < 0.87) return barcode(random);
  if (kind < 0.92) return matrixCode(random);
  return symbol(random);
}

/** Smooth noise −1..1 on a grid of unit cells. */
function valueNoise(x: number, y: number, key: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const u = (x - i) ** 2 * (3 - 2 * (x - i));
  const v = (y - j) ** 2 * (3 - 2 * (y - j));
  const top = pixelHash(i, j, key) * (1 - u) + pixelHash(i + 1, j, key) * u;
  const bottom = pixelHash(i, j + 1, key) * (1 - u) + pixelHash(i + 1, j + 1, key) * u;
  return 2 * (top * (1 - v) + bottom * v) - 1;
}

/** The shape with edges and small gaps as a stamp on a rough ground leaves them. */
export function worn(shape: Shape, random: Random, amount: number): Shape {
  const key = random.int(0, 1 << 30);
  const cell = 1 / (amount * 3);
  return (x, y) => {
    const d = shape(x, y);
    if (d > amount) return d;
    const noise =
      valueNoise(x * cell, y * cell, key) + 0.6 * valueNoise(x * cell * 2.7, y * cell * 2.7, key + 1);
    return d + amount * Math.max(-0.4, noise);
  };
}
