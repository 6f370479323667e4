import type { Random } from '../../../../src-shared/random.ts';
import type { ObjectKind, Part } from '../blueprint.ts';
import { grey, hsv, randomColor, scaled } from '../color.ts';
import { textShape, textWidth } from '../glyphs.ts';
import type { Rgb } from '../image.ts';
import { ink, metal, plastic } from '../materials.ts';
import { bounds, dome, engraved, marked, slope, solid } from '../part.ts';
import { box, capsule, circle, type Shape, union } from '../shape.ts';
import { kind } from './kind.ts';
import { arch } from './round.ts';
import { COPPER, WIRE_TIN } from './wire-metals.ts';

function connector(random: Random): Part[] {
  const tall = random.range(0.3, 0.6);
  const material = plastic(random, random.chance(0.5) ? grey(0.08) : randomColor(random, 0.2, 0.95));
  const columns = random.int(3, 11);
  const rows = random.int(1, 3);
  const parts: Part[] = [
    solid(
      material,
      union(box(0.98, tall, 0.04), box(0.2, 0.1, 0.02, random.range(-0.5, 0.5), -tall - 0.04)),
      bounds(1, tall + 0.18),
      slope(0.12, 0.04),
    ),
    engraved(box(0.9, tall * 0.78, 0.03), bounds(0.92, tall), slope(-0.08, 0.03)),
  ];
  const male = random.chance(0.5);
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      const x = -0.8 + (1.6 * (i + 0.5)) / columns;
      const y = tall * 0.7 * ((2 * (j + 0.5)) / rows - 1);
      const r = Math.min(0.5 / columns, (tall * 0.35) / rows);
      if (!male) {
        parts.push(
          engraved(box(r, r, r * 0.15, x, y), bounds(r * 1.2, r * 1.2, x, y), slope(-0.15, r * 0.2), {
            material: { color: grey(0.02) },
          }),
        );
      }
      parts.push(
        solid(
          { color: random.chance(0.5) ? WIRE_TIN : [0.82, 0.66, 0.35], metal: 0.85, rough: 0.35 },
          box(r * 0.5, r * 0.5, r * 0.1, x, y),
          bounds(r, r, x, y),
          slope(0.08, r * 0.2),
          { base: 0.06, tag: `pin ${i} ${j}` },
        ),
      );
    }
  }
  return parts;
}

/** A round cable, cut: sheath, coloured cores, stranded copper. */
function cableEnd(random: Random): Part[] {
  const cores = random.pick([1, 2, 3, 3, 3, 4, 5, 7]);
  const sheath = plastic(
    random,
    random.chance(0.6)
      ? hsv(random.range(0.05, 0.6), random.range(0, 0.25), random.range(0.15, 0.9))
      : randomColor(random, 0.1, 0.9),
  );
  const parts: Part[] = [
    solid({ ...sheath, gloss: 0.06, bump: 0.12, grain: 0.02 }, circle(0.97), bounds(1, 1), slope(0.06, 0.05)),
    solid(
      { color: [0.3, 0.29, 0.27], rough: 0.9, bump: 0.6, grain: 0.12 },
      circle(random.range(0.8, 0.86)),
      bounds(0.9, 0.9),
      { base: -0.05 },
    ),
  ];
  const ringRadius = cores === 1 ? 0 : cores === 2 ? 0.4 : cores === 7 ? 0.54 : 0.43 + 0.02 * cores;
  const coreRadius =
    cores === 1 ? 0.68 : cores === 7 ? 0.25 : Math.min(0.39, ringRadius * Math.sin(Math.PI / cores) * 0.96);
  const phase = random.range(0, 6);
  const palette: Rgb[] = [
    hsv(0.6, 0.65, 0.55),
    hsv(0.06, 0.6, 0.4),
    hsv(0.28, 0.6, 0.5),
    grey(0.12),
    [0.65, 0.64, 0.62],
    hsv(0.13, 0.7, 0.75),
    hsv(0, 0.7, 0.55),
  ];
  for (let i = 0; i < cores; i++) {
    const hub = cores === 7 && i === 6;
    const angle = phase + (2 * Math.PI * i) / (cores === 7 ? 6 : cores);
    const x = hub ? 0 : ringRadius * Math.cos(angle);
    const y = hub ? 0 : ringRadius * Math.sin(angle);
    const shape: Shape = (u, v) =>
      Math.hypot(u - x, v - y) * (1 + 0.02 * Math.cos(3 * Math.atan2(v - y, u - x) + i)) - coreRadius;
    parts.push(
      solid(
        {
          ...plastic(random, palette[(i + random.int(0, 1)) % palette.length]!),
          gloss: 0.08,
          bump: 0.15,
          grain: 0.02,
        },
        shape,
        bounds(coreRadius * 1.05, coreRadius * 1.05, x, y),
        slope(0.05, 0.05),
        { base: 0.02, tag: `core ${i}` },
      ),
    );
    const copper = coreRadius * random.range(0.6, 0.7);
    parts.push(
      solid(
        { color: [0.2, 0.11, 0.07], metal: 0.3, rough: 0.7 },
        circle(copper, x, y),
        bounds(copper, copper, x, y),
        { base: 0, tag: `core ${i}` },
      ),
    );
    const strand = copper / random.range(4.2, 7);
    for (let s = 0; s < 90; s++) {
      // Sunflower spacing packs the strands of a bundle as tightly as they really lie.
      const rr = strand * 0.98 * Math.sqrt(s + 0.3);
      if (rr > copper - strand * 0.7) break;
      const turn = s * 2.39996 + i;
      const sx = x + rr * Math.cos(turn) + random.normal() * strand * 0.08;
      const sy = y + rr * Math.sin(turn) + random.normal() * strand * 0.08;
      const v = random.range(0.75, 1.12);
      const own = strand * random.range(0.93, 1.05);
      parts.push(
        solid(
          {
            color: scaled(COPPER, v),
            metal: 0.75,
            rough: random.range(0.35, 0.6),
            bump: 0.15,
            grain: 0.05,
          },
          circle(own, sx, sy),
          bounds(own, own, sx, sy),
          dome(own * 0.22, own * 0.6),
          { base: 0.02 + random.range(0, 0.015), tag: `core ${i}` },
        ),
      );
    }
  }
  return parts;
}

/** A cable seen from the side: smooth, ribbed or twisted. */
function cableSide(random: Random): Part[] {
  const material = random.chance(0.25) ? { ...metal(random), streak: 0 } : plastic(random);
  const r = random.range(0.07, 0.2);
  const bow = random.normal() * 0.15;
  const phase = random.range(0, 6);
  const axis = (x: number) => bow * Math.sin(2.2 * x + phase);
  const twist = random.chance(0.5) ? random.range(0.8, 3) * r : 0;
  const parts: Part[] = [
    {
      material,
      shape: (x, y) =>
        Math.abs(y - axis(x)) - r + (twist > 0 ? 0.05 * r * Math.cos((2 * Math.PI * x) / twist) : 0),
      bounds: [-1.6, -0.6, 1.6, 0.6],
      bumps: (x, y) => {
        const v = y - axis(x);
        const round = arch(r, v);
        return round + (twist > 0 ? 0.14 * r * Math.cos((2 * Math.PI * (x + v * 0.8)) / twist) : 0);
      },
      ...(twist > 0
        ? {
            shade: (x: number, y: number) =>
              0.75 + 0.25 * Math.cos((2 * Math.PI * (x + (y - axis(x)) * 0.8)) / twist),
          }
        : {}),
    },
  ];
  if (random.chance(0.4))
    parts.push(
      marked((x, y) => Math.abs(y - axis(x) - r * 0.3) - r * 0.08, [-1.6, -0.6, 1.6, 0.6], {
        color: randomColor(random, 0.1, 0.95),
        gloss: 0.05,
      }),
    );
  return parts;
}

/** Insulated wires side by side, ends stripped. */
function wires(random: Random): Part[] {
  const count = random.int(2, 6);
  const pitch = 1 / count;
  const r = pitch * random.range(0.28, 0.46);
  const parts: Part[] = [];
  for (let i = 0; i < count; i++) {
    const y = (i - (count - 1) / 2) * pitch;
    const strip = random.range(0.68, 0.74);
    parts.push(
      solid(
        { color: COPPER, metal: 0.8, rough: 0.4 },
        capsule(0.4, y, 0.95, y, r * 0.55),
        bounds(0.6, r, 0.5, y),
        {
          bumps: (u, v) =>
            Math.sqrt(Math.max(0, r * r * 0.3 - (v - y) ** 2)) + 0.1 * r * Math.cos(40 * (u + (v - y) * 1.5)),
          tag: `wire ${i}`,
        },
      ),
    );
    parts.push(
      solid(
        { ...plastic(random, randomColor(random, 0.15, 0.95)), gloss: 0.12 },
        box(strip, r, 0.01, strip - 1 + 0.02, y),
        bounds(strip + 0.02, r * 1.1, strip - 1, y),
        { bumps: (_u, v) => Math.sqrt(Math.max(0, r * r - (v - y) ** 2)), base: 0.005, tag: `wire ${i}` },
      ),
    );
  }
  return parts;
}

/** Rows of contacts in a housing with numbers beside them. */
function pinHeader(random: Random): Part[] {
  const columns = random.int(4, 14);
  const rows = random.int(1, 2);
  const step = 1.7 / columns;
  const tall = step * (rows * 0.6 + 0.35);
  const housing = plastic(random, random.chance(0.6) ? [0.07, 0.07, 0.08] : randomColor(random, 0.3, 0.9));
  const board = random.chance(0.6);
  const parts: Part[] = [];
  if (board)
    parts.push(
      solid(
        { ...plastic(random, randomColor(random, 0.1, 0.45)), gloss: 0.08 },
        box(1, tall + 0.3, 0.03),
        bounds(1.01, tall + 0.31),
        slope(0.02, 0.02),
      ),
    );
  parts.push(
    solid(housing, box(0.92, tall, step * 0.12), bounds(0.95, tall + 0.02), slope(0.1, 0.03), { base: 0.04 }),
  );
  const pin = {
    color: random.chance(0.5) ? ([0.84, 0.68, 0.36] as Rgb) : ([0.75, 0.75, 0.74] as Rgb),
    metal: 0.9,
    rough: 0.3,
  };
  const dark = housing.color[1] > 0.4;
  for (let i = 0; i < columns; i++) {
    const x = -0.85 + (i + 0.5) * step;
    for (let j = 0; j < rows; j++) {
      const y = (j - (rows - 1) / 2) * step * 1.1;
      parts.push(
        engraved(
          box(step * 0.3, step * 0.3, step * 0.04, x, y),
          bounds(step * 0.4, step * 0.4, x, y),
          slope(-0.05, step * 0.08),
          { material: { color: grey(0.05) } },
        ),
        solid(
          pin,
          box(step * 0.15, step * 0.15, step * 0.03, x, y),
          bounds(step * 0.2, step * 0.2, x, y),
          slope(0.05, step * 0.08),
          { base: 0.1, tag: `pin ${i} ${j}` },
        ),
      );
    }
    if (board && (i === 0 || i === columns - 1 || random.chance(0.4))) {
      const text = String(i + 1);
      const letter = Math.min(0.16, (step * 0.8) / textWidth(text));
      const y = tall + 0.14;
      const line = textShape(text, letter, 0.08);
      parts.push(
        marked(
          (u, v) => line(u - x, v - y),
          bounds(step, letter, x, y),
          { color: [0.9, 0.9, 0.88], rough: 0.7 },
          { tag: 'print' },
        ),
      );
    }
  }
  if (!board && tall > 0.1) {
    const line = textShape('1', step * 0.35, 0.09);
    parts.push(
      marked(
        (u, v) => line(u + 0.85, v + tall * 0.8),
        bounds(step, step, -0.85, -tall * 0.8),
        ink(random, dark),
        { tag: 'print' },
      ),
    );
  }
  return parts;
}

/** Connectors, cables and wires. */
export const WIRING: Readonly<Record<string, ObjectKind>> = {
  connector: kind(connector, [1, 0.7], ['connector', 'plug', 'pin header', 'socket']),
  'cable end': kind(
    cableEnd,
    [1, 1],
    ['cable cross-section', 'cable', 'three-core cable', 'stranded cable'],
    { bare: true, alone: true },
  ),
  'cable side': kind(cableSide, [1.2, 0.35], ['cable', 'cord', 'wire', 'hose'], { bare: true }),
  wires: kind(wires, [1, 0.55], ['wires', 'wire harness', 'insulated wires', 'cable ends'], { bare: true }),
  'pin header': kind(pinHeader, [1, 0.6], ['pin header', 'connector', 'plug', 'terminal strip']),
};
