import type { Random } from '../../../src-shared/random.ts';
import type { Shape } from './shape.ts';

/**
 * Strokes on a 4 × 6 grid, y downwards (7 for descenders): digits are coordinates, "-" continues a stroke, a space
 * starts another.
 */
const STROKES: Readonly<Record<string, string>> = {
  A: '06-20-46 14-34',
  B: '00-06-36-45-44-33-03 33-42-41-30-00',
  C: '41-30-10-01-05-16-36-45',
  D: '00-06-26-44-42-20-00',
  E: '40-00-06-46 03-33',
  F: '40-00-06 03-33',
  G: '41-30-10-01-05-16-36-45-43-23',
  H: '00-06 40-46 03-43',
  I: '20-26',
  J: '40-45-36-16-05',
  K: '00-06 40-03-46',
  L: '00-06-46',
  M: '06-00-23-40-46',
  N: '06-00-46-40',
  O: '10-30-41-45-36-16-05-01-10',
  P: '06-00-30-41-42-33-03',
  R: '06-00-30-41-42-33-03 23-46',
  S: '41-30-10-01-02-13-33-44-45-36-16-05',
  T: '00-40 20-26',
  U: '00-05-16-36-45-40',
  V: '00-26-40',
  W: '00-16-23-36-40',
  X: '00-46 40-06',
  Y: '00-23-40 23-26',
  Z: '00-40-06-46',
  '0': '10-30-41-45-36-16-05-01-10',
  '1': '11-20-26 16-36',
  '2': '01-10-30-41-42-06-46',
  '3': '00-40-22-33-44-45-36-16-05',
  '4': '36-30-04-44',
  '5': '40-00-02-32-43-45-36-16-05',
  '6': '40-20-02-05-16-36-45-44-33-13-04',
  '7': '00-40-16',
  '8': '13-02-01-10-30-41-42-33-13-04-05-16-36-45-44-33',
  '9': '42-33-13-02-01-10-30-41-44-26-06',
  '+': '21-25 03-43',
  '-': '13-33',
  '/': '06-40',
  '.': '25-26',
  ':': '22-23 25-26',
  a: '12-32-43-46 44-14-05-16-46',
  b: '00-06-36-45-43-32-02',
  c: '42-12-03-05-16-46',
  d: '40-46-16-05-03-12-42',
  e: '04-44-43-32-12-03-05-16-46',
  g: '42-12-03-05-16-46 42-47-07',
  h: '00-06 02-32-43-46',
  i: '23-26 20-21',
  k: '00-06 42-04 24-46',
  l: '20-26',
  m: '06-02-12-23-26 23-32-43-46',
  n: '06-02-32-43-46',
  o: '12-32-43-45-36-16-05-03-12',
  p: '07-02-32-43-45-36-06',
  r: '06-02 03-12-42',
  s: '42-12-03-14-34-45-36-06',
  t: '20-25-36 12-42',
  u: '02-05-16-46-42',
  v: '02-26-42',
  x: '02-46 42-06',
  y: '02-26 42-26-07',
};

const SEGMENTS = new Map<string, Float32Array>();
for (const [glyph, strokes] of Object.entries(STROKES)) {
  const numbers: number[] = [];
  for (const stroke of strokes.split(' ')) {
    const points = stroke.split('-');
    for (let i = 1; i < points.length; i++) {
      for (const point of [points[i - 1]!, points[i]!])
        numbers.push(Number(point[0]) / 6, Number(point[1]) / 6);
    }
  }
  SEGMENTS.set(glyph, Float32Array.from(numbers));
}

const ADVANCE = 5.6 / 6;

/** Width of a text of letter height 1. */
export function textWidth(text: string): number {
  return text.length * ADVANCE - (ADVANCE - 4 / 6);
}

/**
 * A line of letters and digits, centred on the origin, letter height `height`.
 * @param weight half thickness of a stroke as a share of the height
 */
export function textShape(text: string, height: number, weight = 0.08): Shape {
  const half = (textWidth(text) * height) / 2;
  const inverse = 1 / height;
  const glyphs = Array.from(text, (glyph) => SEGMENTS.get(glyph) ?? null);
  return (x, y) => {
    const u = (x + half) * inverse;
    const v = y * inverse + 0.5;
    const at = Math.min(glyphs.length - 1, Math.max(0, Math.floor((u + 0.13) / ADVANCE)));
    const segments = glyphs[at];
    if (!segments) return height;
    const gx = u - at * ADVANCE;
    let best = 9;
    for (let i = 0; i < segments.length; i += 4) {
      const x0 = segments[i]!;
      const y0 = segments[i + 1]!;
      const ex = segments[i + 2]! - x0;
      const ey = segments[i + 3]! - y0;
      let t = ((gx - x0) * ex + (v - y0) * ey) / (ex * ex + ey * ey);
      t = t < 0 ? 0 : Math.min(t, 1);
      const dx = gx - x0 - t * ex;
      const dy = v - y0 - t * ey;
      const d = dx * dx + dy * dy;
      if (d < best) best = d;
    }
    return (Math.sqrt(best) - weight) * height;
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPRSTUVWXYZ';

/** A believable marking: size, lot, brand or word. */
export function randomText(random: Random, longest = 8): string {
  const letters = (n: number) => Array.from({ length: n }, () => random.pick([...LETTERS])).join('');
  const digits = (n: number) => Array.from({ length: n }, () => random.int(0, 9)).join('');
  const text = random.pick([
    () => `M${random.int(3, 24)}`,
    () => `${digits(random.int(2, 4))}`,
    () => `${letters(2)}${digits(2)}`,
    () => letters(random.int(3, 7)),
    () => `${random.int(1, 12)}.${random.int(1, 9)}`,
    () => `${letters(1)}${digits(3)}-${random.int(0, 9)}`,
    () => `${digits(3)}/${digits(2)}`,
    () => `${letters(3)} ${digits(2)}`,
  ])();
  return text.slice(0, Math.max(1, longest));
}
