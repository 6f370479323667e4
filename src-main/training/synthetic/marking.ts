import type { Random } from '../../../src-shared/random.ts';
import type { Part } from './blueprint.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import { ink } from './materials.ts';
import { bounds, engraved, marked, slope } from './part.ts';
import { shift } from './shape.ts';

/** Text on a part: engraved, embossed or printed. */
export function marking(
  random: Random,
  cx: number,
  cy: number,
  halfWidth: number,
  most: number,
  dark = true,
): Part[] {
  const text = randomText(random);
  const letter = Math.min(most, (2 * halfWidth) / textWidth(text));
  const shape = shift(textShape(text, letter, random.range(0.06, 0.1)), cx, cy);
  const reach = bounds((textWidth(text) * letter) / 2 + letter * 0.2, letter * 0.7, cx, cy);
  if (random.chance(0.5)) {
    return [engraved(shape, reach, slope(random.sign() * letter * 0.07, letter * 0.08), { tag: 'print' })];
  }
  return [marked(shape, reach, ink(random, dark), { opacity: random.range(0.6, 1), tag: 'print' })];
}
