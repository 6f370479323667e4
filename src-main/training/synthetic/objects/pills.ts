import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { hsv, pale, randomColor, scaled } from '../color.ts';
import { smoothstep } from '../field.ts';
import { randomText, textShape, textWidth } from '../glyphs.ts';
import type { Rgb } from '../image.ts';
import { marking } from '../marking.ts';
import { dull, ink, plastic } from '../materials.ts';
import { bounds, dome, engraved, marked, slope, solid } from '../part.ts';
import { around, box, capsule, circle, type Shape, superellipse } from '../shape.ts';
import { kind } from './kind.ts';

function tablet(random: Random): Part[] {
  const material = {
    ...dull(random, pale(random)),
    mottle: 0.02,
    grain: random.range(0.005, 0.03),
    bump: random.range(0.02, 0.2),
  };
  const shape = random.chance(0.6)
    ? circle(0.98)
    : superellipse(0.98, random.range(0.5, 0.8), random.range(2, 3.5));
  const speckled = random.chance(0.3);
  const specks = around(circle(0.02, random.range(0.2, 0.8), 0), random.int(3, 17));
  const parts: Part[] = [
    solid(material, shape, bounds(1, 1), {
      rise: random.range(0.15, 0.4),
      bevel: random.range(0.15, 0.95),
      profile: random.chance(0.6) ? 'dome' : 'soft',
    }),
  ];
  if (speckled) parts.push(marked(specks, bounds(1, 1), { color: [0.55, 0.35, 0.2] }, { opacity: 0.6 }));
  if (random.chance(0.45))
    parts.push(
      engraved(box(0.95, 0.02, 0), bounds(0.95, 0.05), slope(-0.06, 0.03), {
        material: { color: scaled(material.color, 0.7) },
      }),
    );
  if (random.chance(0.6)) parts.push(...marking(random, 0, random.chance(0.5) ? 0 : -0.35, 0.5, 0.32));
  return parts;
}

function capsulePill(random: Random): Part[] {
  const r = random.range(0.28, 0.42);
  const a = plastic(random, randomColor(random, 0.25, 0.95));
  const b = random.chance(0.75) ? plastic(random, pale(random)) : a;
  const gloss = random.range(0.1, 0.45);
  const rough = random.range(0.1, 0.5);
  const seam = random.range(-0.1, 0.2);
  const edge: Shape = capsule(-1 + r, 0, 1 - r, 0, r);
  return [
    solid({ ...b, gloss, rough }, edge, bounds(1, r), dome(r, r)),
    solid({ ...a, gloss, rough }, (x, y) => Math.max(edge(x, y) - 0.012, x - seam), bounds(1.02, r + 0.02), {
      bumps: (x, y) => {
        // The round of the whole capsule, so that the seam makes no slope.
        const t = Math.min(1, Math.max(0, -edge(x, y) / r));
        return r * Math.sqrt(1 - (1 - t) * (1 - t));
      },
      base: 0.012,
    }),
    ...(random.chance(0.6) ? marking(random, -0.45, 0, 0.32, r * 0.8, a.color[1] > 0.4) : []),
    ...(random.chance(0.5) ? marking(random, 0.5, 0, 0.28, r * 0.7, b.color[1] > 0.4) : []),
  ];
}

/** A translucent capsule: bright rim and highlight, darker core. */
function softgel(random: Random): Part[] {
  const r = random.range(0.3, 0.5);
  const color = hsv(random.next(), random.range(0.5, 1), random.range(0.4, 0.9));
  const edge = random.chance(0.6) ? capsule(-1 + r, 0, 1 - r, 0, r) : superellipse(0.98, r * 1.3, 2.2);
  return [
    solid(
      { color, gloss: random.range(0.3, 0.6), rough: random.range(0.03, 0.2) },
      edge,
      bounds(1, 0.7),
      dome(r * 0.9, r),
      {
        shade: (x, y) => 0.75 + 0.6 * smoothstep(-r, 0, edge(x, y)),
        second: {
          color: [color[0] * 0.4 + 0.1, color[1] * 0.35, color[2] * 0.3],
          mix: (x, y) => 0.6 * smoothstep(0, r * 0.8, -edge(x, y)),
        },
      },
    ),
    engraved(box(0.9, 0.008, 0), bounds(0.9, 0.02), slope(0.012, 0.01)),
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

/** Tablets and capsules. */
export const PILLS: Readonly<Record<string, ObjectKind>> = {
  tablet: kind(tablet, [1, 1], ['tablet', 'pill', 'pharmaceutical tablet', 'medicine']),
  capsule: kind(capsulePill, [1, 0.45], ['capsule', 'pill', 'medicine capsule', 'drug capsule']),
  softgel: kind(softgel, [1, 0.6], ['softgel capsule', 'gel capsule', 'capsule', 'translucent pill']),
  'two-tone capsule': kind(
    twoToneCapsule,
    [1, 0.42],
    ['capsule', 'hard capsule', 'two-colour capsule', 'pill'],
    { bare: true },
  ),
};
