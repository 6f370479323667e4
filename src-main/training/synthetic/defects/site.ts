import type { Random } from '../../../../src-shared/random.ts';
import type { RgbImage } from '../../../../src-shared/rgb-image.ts';
import { clamp } from '../field.ts';
import type { Rgb } from '../image.ts';

/** Something that stands out on a good part, as a circle in pixels. */
export interface Accent {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** Where a defect may go: the object in the image, its colours, its outline. */
export interface Site {
  readonly width: number;
  readonly height: number;
  /** Pixels that correspond to one pixel of a 640-pixel image; line widths scale with it. */
  readonly unit: number;
  /** Side of the square with the object's area, in pixels. */
  readonly span: number;
  /** Direction of the surface's grain in radians. */
  readonly grain: number;
  /** Contrast factor: 1 = clearly visible, 0.4 = subtle. */
  readonly strength: number;
  readonly inside: (x: number, y: number) => boolean;
  readonly pointInside: (random: Random) => readonly [x: number, y: number];
  /** A point on the object's outline with its outward normal; null when the object fills the image. */
  readonly pointOnOutline: (
    random: Random,
  ) => { readonly x: number; readonly y: number; readonly nx: number; readonly ny: number } | null;
  /** Mean colour around a point, components 0..1. */
  readonly colorAt: (x: number, y: number) => Rgb;
}

/**
 * @param object the object's mask (0 or 255), null = the whole image
 * @param colors the picture, or albedo planes as bytes: what local colours are taken from
 * @param options.accents a third of the points lie at one of these
 */
export function makeSite(
  image: RgbImage,
  object: Uint8Array | null,
  options: { readonly grain: number; readonly strength: number; readonly accents?: readonly Accent[] },
): Site {
  const { width, height } = image;
  const { accents = [], grain, strength } = options;
  const { pixels, area } = samplesOf(object, image);
  const rim = object ? rimOf(object, image) : [];
  const span = Math.sqrt(area);
  const holds = (x: number, y: number) => {
    if (x < 0 || y < 0 || x >= width || y >= height) return false;
    return !object || object[y * width + x]! > 127;
  };
  return {
    width,
    height,
    unit: Math.max(width, height) / 640,
    span,
    grain,
    strength,
    inside: (x, y) => holds(Math.round(x), Math.round(y)),
    pointInside: (random) => {
      if (accents.length > 0 && random.chance(0.33)) {
        const { x, y, radius } = random.pick(accents);
        const px = Math.round(x + random.range(-0.7, 0.7) * radius);
        const py = Math.round(y + random.range(-0.7, 0.7) * radius);
        if (holds(px, py)) return [px, py];
      }
      if (pixels.length === 0) return [random.range(0.03, 0.97) * width, random.range(0.03, 0.97) * height];
      const at = random.pick(pixels);
      return [at % width, Math.floor(at / width)];
    },
    pointOnOutline: (random) => {
      if (!object || rim.length < 20) return null;
      const at = random.pick(rim);
      const x = at % width;
      const y = Math.floor(at / width);
      return { x, y, ...normalAt(x, y, object, image, Math.max(3, Math.round(span / 25))) };
    },
    colorAt: (x, y) => meanColor(x, y, image, Math.max(2, Math.round(span / 60))),
  };
}

type Size = Pick<RgbImage, 'width' | 'height'>;

/** Some of the object's pixels on a grid, and its area; no pixels where the whole image is meant. */
function samplesOf(object: Uint8Array | null, { width, height }: Size) {
  const pixels: number[] = [];
  const stride = Math.max(1, Math.floor(Math.sqrt((width * height) / 20_000)));
  for (let y = 0; object && y < height; y += stride) {
    for (let x = 0; x < width; x += stride) if (object[y * width + x]! > 127) pixels.push(y * width + x);
  }
  return { pixels, area: pixels.length > 0 ? pixels.length * stride * stride : width * height };
}

/** The object's pixels that have a neighbour outside of it; those at the image's border are left out. */
function rimOf(object: Uint8Array, { width, height }: Size): number[] {
  const isObject = (at: number) => object[at]! > 127;
  const rim: number[] = [];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      if (!isObject(at)) continue;
      const within = isObject(at - 1) && isObject(at + 1) && isObject(at - width) && isObject(at + width);
      if (!within) rim.push(at);
    }
  }
  return rim;
}

/** The outward normal of the object's outline at a point, from what lies up to `reach` pixels away. */
function normalAt(x: number, y: number, object: Uint8Array, { width, height }: Size, reach: number) {
  let nx = 0;
  let ny = 0;
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const px = clamp(x + dx, 0, width - 1);
      const py = clamp(y + dy, 0, height - 1);
      if (object[py * width + px]! > 127) {
        nx -= dx;
        ny -= dy;
      }
    }
  }
  const length = Math.hypot(nx, ny) || 1;
  return { nx: nx / length, ny: ny / length };
}

/** The mean colour of some pixels up to `reach` away from a point, components 0..1. */
function meanColor(x: number, y: number, { width, height, data }: RgbImage, reach: number): Rgb {
  let r = 0;
  let g = 0;
  let b = 0;
  let n = 0;
  for (let dy = -reach; dy <= reach; dy += Math.max(1, reach >> 1)) {
    for (let dx = -reach; dx <= reach; dx += Math.max(1, reach >> 1)) {
      const px = clamp(Math.round(x) + dx, 0, width - 1);
      const py = clamp(Math.round(y) + dy, 0, height - 1);
      const k = (py * width + px) * 3;
      r += data[k]!;
      g += data[k + 1]!;
      b += data[k + 2]!;
      n += 255;
    }
  }
  return [r / n, g / n, b / n];
}
