import type { Random } from '../../../src-shared/random.ts';
import { PIXELS } from './blueprint.ts';
import { randomText, textShape, textWidth } from './glyphs.ts';
import type { Size } from './image.ts';
import { anyMaterial, ink, metal, plastic } from './materials.ts';
import { bounds } from './part.ts';
import { type Layer, makePose } from './planes.ts';
import { box, circle, polyline, ring, type Shape, shift } from './shape.ts';

/**
 * Things that belong on a good surface and yet stand out: seams, printed marks, rivets, bands of another colour,
 * strips of another material. What a detector must learn to leave alone.
 */
export function furniture(random: Random, size: Size): Layer[] {
  const { width, height } = size;
  const long = Math.max(width, height);
  const layers: Layer[] = [];
  for (let i = random.pick([1, 1, 2, 3]); i > 0; i--) {
    const upright = random.chance(0.5);
    const at = random.range(0.08, 0.92) * (upright ? width : height);
    const lean = random.chance(0.3) ? random.normal() * 0.1 * long : 0;
    const line = upright ? [at, -9, at + lean, height + 9] : [-9, at, width + 9, at + lean];
    const everywhere = [0, 0, width, height] as const;
    const kind = random.int(0, 6);
    if (kind === 0) {
      const half = long * random.logRange(0.002, 0.01);
      layers.push({
        pose: PIXELS,
        shape: polyline(line, half),
        bounds: everywhere,
        mode: 'engrave',
        rise: random.sign() * half * 1.2,
        bevel: half,
        profile: 'soft',
      });
    } else if (kind === 1) {
      const half = long * random.logRange(0.004, 0.12);
      layers.push({
        pose: PIXELS,
        shape: polyline(line, half),
        bounds: everywhere,
        mode: 'mark',
        material: random.chance(0.5) ? plastic(random) : ink(random, random.chance(0.5)),
        opacity: random.range(0.5, 1),
        tag: 'print',
      });
    } else if (kind === 2) {
      const r = long * random.logRange(0.008, 0.035);
      const step = r * random.range(3.5, 12);
      const domed = random.chance(0.6);
      const material = metal(random);
      const span = upright ? height : width;
      for (let k = 0.5; k * step < span && k < 40; k++) {
        const x = upright ? at : k * step;
        const y = upright ? k * step : at;
        layers.push({
          pose: PIXELS,
          shape: circle(r, x, y),
          bounds: bounds(r + 1, r + 1, x, y),
          material,
          base: 1,
          rise: r * (domed ? 0.5 : 0.15),
          bevel: r * (domed ? 1 : 0.2),
          profile: 'dome',
          onTop: true,
          tag: `rivet ${i} ${k}`,
        });
      }
    } else if (kind === 3) {
      const text = `${randomText(random)} ${randomText(random)}`.slice(0, random.int(2, 14));
      const letter = long * random.logRange(0.02, 0.14);
      const half = (textWidth(text) * letter) / 2;
      const engraved = random.chance(0.4);
      const common = {
        pose: makePose(
          random.range(0.2, 0.8) * width,
          random.range(0.15, 0.85) * height,
          1,
          random.chance(0.7) ? random.int(0, 3) * (Math.PI / 2) : random.range(0, 6),
        ),
        shape: textShape(text, letter, random.range(0.05, 0.11)),
        bounds: bounds(half + letter * 0.2, letter * 0.7),
        tag: 'print',
      } as const;
      if (engraved)
        layers.push({
          ...common,
          mode: 'engrave',
          rise: random.sign() * letter * 0.06,
          bevel: letter * 0.07,
        });
      else
        layers.push({
          ...common,
          mode: 'mark',
          material: ink(random, random.chance(0.6)),
          opacity: random.range(0.5, 1),
        });
    } else if (kind === 4) {
      // The surface ends: another material begins, a little higher or lower.
      const side = random.chance(0.5) ? 1 : -1;
      const shape: Shape = (x, y) =>
        side * ((upright ? x : y) - at - lean * ((upright ? y / height : x / width) - 0.5));
      layers.push({
        pose: PIXELS,
        shape,
        bounds: everywhere,
        material: anyMaterial(random),
        base: random.range(-6, 6),
        rise: random.range(0, 3),
        bevel: random.range(1, 6),
      });
    } else if (kind === 5) {
      const half = long * random.logRange(0.01, 0.05);
      const gloss = plastic(random);
      layers.push({
        pose: PIXELS,
        shape: polyline(line, half),
        bounds: everywhere,
        material: random.chance(0.5) ? gloss : metal(random),
        base: half * 0.3,
        rise: half * random.range(0.2, 1),
        bevel: half,
        profile: 'dome',
        onTop: true,
      });
    } else {
      const r = long * random.logRange(0.02, 0.1);
      const x = random.range(0.1, 0.9) * width;
      const y = random.range(0.1, 0.9) * height;
      const shape = random.pick([ring(r, r * 0.12), circle(r), box(r, r * 0.6, r * 0.1)]);
      layers.push({
        pose: PIXELS,
        shape: shift(shape, x, y),
        bounds: bounds(r * 1.2, r * 1.2, x, y),
        mode: random.chance(0.5) ? 'mark' : 'body',
        material: anyMaterial(random),
        base: 1,
        rise: 1.5,
        bevel: 2,
        onTop: true,
        tag: `patch ${i}`,
      });
    }
  }
  return layers;
}

/** Holders, rails and stops that reach into the picture of an object from its border. */
export function fixtures(random: Random, size: Size): Layer[] {
  const { width, height } = size;
  const long = Math.max(width, height);
  const layers: Layer[] = [];
  for (let i = random.int(1, 2); i > 0; i--) {
    const side = random.int(0, 3);
    const deep = long * random.range(0.03, 0.14);
    const half = long * random.logRange(0.03, 0.6);
    const x = side === 0 ? 0 : side === 1 ? width : random.range(0, width);
    const y = side === 2 ? 0 : side === 3 ? height : random.range(0, height);
    const shape = side < 2 ? box(deep, half, deep * 0.2, x, y) : box(half, deep, deep * 0.2, x, y);
    layers.push({
      pose: PIXELS,
      shape,
      bounds: [0, 0, width, height],
      material: anyMaterial(random),
      base: 2,
      rise: 4,
      bevel: 5,
      profile: 'soft',
    });
  }
  return layers;
}
