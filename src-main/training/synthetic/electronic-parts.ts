import type { Random } from '../../../src-shared/random.ts';
import type { Part } from './blueprint.ts';
import { grey, hsv } from './color.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { Rgb } from './image.ts';
import { bounds, dome, engraved, marked, slope, solid } from './part.ts';
import { box, circle } from './shape.ts';

/** Solder and tinned legs. */
export const TIN: Rgb = [0.72, 0.72, 0.7];

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
export function chipResistor(random: Random, half: number): Part[] {
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
