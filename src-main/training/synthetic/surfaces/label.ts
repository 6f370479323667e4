import { PIXELS, type SurfaceKind } from '../blueprint.ts';
import { randomColor } from '../color.ts';
import { randomText, textShape, textWidth } from '../glyphs.ts';
import type { Rgb } from '../image.ts';
import { ink } from '../materials.ts';
import { bounds, marked } from '../part.ts';
import { type Layer, type Material, makePose } from '../planes.ts';
import { box, circle, ring, subtract } from '../shape.ts';
import { pixel, type Surface } from './surface.ts';

/** Paper or film, printed from top to bottom with text, codes, rules and symbols. */
export const label: SurfaceKind = {
  names: ['printed label', 'label', 'packaging print', 'sticker'],
  complete: true,
  paint: (surface) => {
    const { random } = surface;
    const fibre = surface.noise(5, 3);
    const dark = random.chance(0.2);
    const color: Rgb = dark
      ? randomColor(random, 0.1, 0.35)
      : random.chance(0.6)
        ? [0.92, 0.92, 0.9]
        : randomColor(random, 0.7, 0.95);
    const gloss = random.range(0.01, 0.2);
    surface.coat(color, gloss, 0.5, (i) => pixel(1 + 0.012 * fibre[i]!, 0.08 * fibre[i]!));
    const black = ink(random, !dark);
    const accent = { ...black, color: randomColor(random, 0.2, 0.8) };
    return { grain: 0, layers: print(surface, black, accent) };
  },
};

function print({ width, height, unit, random }: Surface, black: Material, accent: Material): Layer[] {
  const layers: Layer[] = [];
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
      const shape = textShape(text, letter, random.range(0.05, 0.1));
      const material = random.chance(0.85) ? black : accent;
      layers.push({
        pose: makePose(left + w / 2, y + letter / 2, 1, angle),
        ...marked(shape, bounds(w / 2 + letter * 0.2, letter * 0.7), material, { tag: 'print' }),
      });
      y += letter * random.range(1.35, 1.9);
    } else if (kind < 0.78) {
      const tall = random.range(40, 120) * unit;
      const wide = width * random.range(0.3, 0.8);
      const bars = Uint8Array.from({ length: 95 }, () => (random.chance(0.5) ? 1 : 0));
      // `y` is read when the label is painted, when it is at the label's end: most bars fall outside their bounds.
      // It stays so because seeds must go on giving the same pictures.
      const code = (px: number, py: number) => {
        const t = ((px - left) / wide) * 95;
        const inside = t >= 0 && t < 95 && py > y && py < y + tall && bars[Math.floor(t)] === 1;
        return inside ? -1 : 1;
      };
      layers.push({
        pose: PIXELS,
        ...marked(code, [left, y, left + wide, y + tall], black, { tag: 'barcode' }),
      });
      y += tall * 1.25;
    } else if (kind < 0.9) {
      const tall = random.range(2, 40) * unit;
      layers.push({
        pose: makePose(width / 2, y + tall / 2, 1, angle),
        ...marked(box(width * 0.46, tall / 2, tall > 10 ? 3 : 0), bounds(width * 0.47, tall), accent),
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
        ...marked(shape, bounds(r + 2, r + 2), accent, { tag: 'print' }),
      });
      y += 2.2 * r;
    }
  }
  return layers;
}
