import { PIXELS } from '../blueprint.ts';
import { grey } from '../color.ts';
import { randomText, textShape, textWidth } from '../glyphs.ts';
import { bounds, engraved, slope } from '../part.ts';
import { type Layer, makePose } from '../planes.ts';
import { box, circle, polygon, type Shape, shift } from '../shape.ts';
import type { Surface } from './surface.ts';

/** Regular features that good parts have: drilled holes, engraved size, a milled slot, a hexagonal pocket. */
export function features({ width, height, random }: Surface, chance: number): Layer[] {
  const layers: Layer[] = [];
  if (!random.chance(chance)) return layers;
  const size = Math.min(width, height);
  for (let i = random.int(1, 3); i > 0; i--) {
    const x = random.range(0.08, 0.92) * width;
    const y = random.range(0.08, 0.92) * height;
    const r = size * random.logRange(0.025, 0.16);
    const kind = random.next();
    if (kind < 0.4) {
      const text = randomText(random);
      const letter = (r * 1.4) / Math.max(1, textWidth(text) * 0.35);
      layers.push({
        pose: makePose(
          x,
          y,
          1,
          random.chance(0.6) ? random.int(0, 3) * (Math.PI / 2) : random.range(0, 2 * Math.PI),
        ),
        ...engraved(
          textShape(text, letter, random.range(0.05, 0.1)),
          bounds((textWidth(text) * letter) / 2 + 2, letter * 0.65),
          slope(random.sign() * letter * 0.06, letter * 0.06),
          random.chance(0.5) ? { material: { color: grey(0.12) } } : {},
          { tag: 'print' },
        ),
      });
      continue;
    }
    const shape: Shape =
      kind < 0.75
        ? circle(r, x, y)
        : kind < 0.88
          ? box(r * 1.8, r * 0.6, r * 0.5, x, y)
          : shift(polygon(6, r), x, y);
    layers.push({
      pose: PIXELS,
      shape,
      bounds: bounds(r * 2.2, r * 2.2, x, y),
      base: -r * 0.5,
      rise: -r * random.range(0.2, 0.9),
      bevel: r * random.range(0.05, 0.3),
      material: { color: [0.03, 0.03, 0.035], metal: 0, gloss: 0.05, rough: 0.8 },
    });
    if (random.chance(0.5)) {
      layers.push({
        pose: PIXELS,
        shape: (u, v) => Math.abs(shape(u, v) - r * 0.1) - r * 0.1,
        bounds: bounds(r * 2.5, r * 2.5, x, y),
        mode: 'engrave',
        rise: -r * 0.12,
        bevel: r * 0.1,
      });
    }
  }
  return layers;
}
