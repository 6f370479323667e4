import type { AlignmentDoubt } from '../../src-shared/alignment.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { connectedComponents } from './connected-components.ts';
import { shrinkRgb } from './shrink.ts';

/** The part in a picture, on a thumbnail. */
export interface PartSilhouette {
  /** The picture on which the part was found: its longer side is at most {@link SIDE}. */
  readonly thumbnail: RgbImage;
  /** 1 where the part lies, holes included; thumbnail pixels, row by row. */
  readonly mask: Uint8Array;
  /** Picture pixels per thumbnail pixel. */
  readonly ratioX: number;
  readonly ratioY: number;
  /** The median colour of the picture's border, 0..255. */
  readonly background: readonly [red: number, green: number, blue: number];
}

/** A picture that does not show surely which of its pixels are the part; see `part-outline.ts`. */
export interface DoubtfulSilhouette extends Omit<PartSilhouette, 'mask'> {
  readonly doubt: AlignmentDoubt;
  /** What the part may be, the likeliest first: 1 where something stands out; thumbnail pixels, row by row. */
  readonly guesses: readonly Uint8Array[];
}

const SIDE = 256;
/**
 * How far the part's mean distance must lie beyond the background's, in standard deviations of the background's. A
 * picture of one kind of pixels is split as well, into classes that are 3.1 (noise) or 3.5 (an even slope) apart; the
 * part's own spread does not count: parts have more than one colour.
 */
const LEAST_CONTRAST = 5;
/** Mean distance of the part's pixels beyond that of the others, in levels of 0..255. */
const LEAST_STEP = 12;
/** Shares: of the picture's area, of the border's pixels, of the largest piece's pixels. */
const LEAST_AREA = 0.002;
const MOST_AREA = 0.9;
const MOST_BORDER = 0.1;
const MOST_SECOND = 0.5;
/**
 * What else stands out beside the part, twice as clearly as a part must, is its second tone, or a hard shadow: uneven
 * light has no edge. As a share of the part's pixels, from when on it matters.
 */
const SECOND_CONTRAST = 2 * LEAST_CONTRAST;
const LEAST_SECOND_TONE = 0.25;
/** Pixels around the part that are of its blurred edge. */
const EDGE = 2;

/**
 * Finds the part that a picture shows before a plain background: the distance of each pixel's colour from the border's
 * median colour, Otsu's threshold (1979), the largest 8-connected piece, its holes filled.
 * @param picture any size; it is looked at with at most 256 pixels along its longer side
 * @returns why there is no telling, where the picture does not show one part before one background
 */
export function partSilhouette(picture: RgbImage): PartSilhouette | DoubtfulSilhouette {
  const found = withoutPart(picture);
  const { thumbnail, background } = found;
  const { width, height } = thumbnail;
  const distances = colourDistances(thumbnail, background);
  const { threshold, contrast, step } = otsu(distances);
  const above = Uint8Array.from(distances, (distance) => (distance > threshold ? 1 : 0));
  const unsure = (doubt: AlignmentDoubt, guesses: readonly Uint8Array[] = [above]) => ({
    ...found,
    doubt,
    guesses,
  });
  if (contrast < LEAST_CONTRAST || step < LEAST_STEP) return unsure('no-contrast');

  const pieces = connectedComponents(above, width, height).sort((a, b) => b.length - a.length);
  const largest = pieces[0]!;
  const mask = new Uint8Array(width * height);
  for (const pixel of largest) mask[pixel] = 1;
  fillHoles(mask, width, height);
  const doubt = extentDoubt(mask, width, height);
  if (doubt) return unsure(doubt);
  // Pieces in the part's own holes belong to it.
  const second = pieces.find((piece, i) => i > 0 && !mask[piece[0]!]);
  if (second && second.length > MOST_SECOND * largest.length) return unsure('several-pieces');
  const whole = withSecondTone(mask, distances, width, height);
  return whole ? unsure('two-tones', [whole, mask]) : { ...found, mask };
}

/** Why pixels of this extent are no whole part; undefined where they may be one. */
export function extentDoubt(mask: Uint8Array, width: number, height: number): AlignmentDoubt | undefined {
  const border = borderPixels(width, height);
  let area = 0;
  for (const value of mask) area += value;
  let onBorder = 0;
  for (const pixel of border) onBorder += mask[pixel]!;
  if (area > MOST_AREA * mask.length) return 'fills-picture';
  if (area < LEAST_AREA * mask.length) return 'too-small';
  return onBorder > MOST_BORDER * border.length ? 'cut-off' : undefined;
}

/** The part with what adjoins it and stands out as well, though less; undefined where there is hardly any. */
function withSecondTone(
  mask: Uint8Array,
  distances: Float32Array,
  width: number,
  height: number,
): Uint8Array | undefined {
  const near = grown(mask, width, height, EDGE);
  const { threshold, contrast, step } = otsu(distances.filter((_, i) => !near[i]));
  if (contrast < SECOND_CONTRAST || step < LEAST_STEP) return undefined;
  const above = Uint8Array.from(distances, (distance, i) => (!near[i] && distance > threshold ? 1 : 0));
  const adjoining = grown(near, width, height, 1);
  const whole = near.map((value, i) => (mask[i] || (value && distances[i]! > threshold) ? 1 : 0));
  let added = 0;
  for (const piece of connectedComponents(above, width, height)) {
    if (!piece.some((pixel) => adjoining[pixel])) continue;
    added += piece.length;
    for (const pixel of piece) whole[pixel] = 1;
  }
  const area = mask.reduce((sum, value) => sum + value, 0);
  return added < LEAST_SECOND_TONE * area ? undefined : fillHoles(whole, width, height);
}

/** 1 within a square of so many pixels in each direction around what is set. */
function grown(mask: Uint8Array, width: number, height: number, reach: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++, i++) {
      if (!mask[i]) continue;
      const [left, right] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)];
      for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++)
        out.fill(1, v * width + left, v * width + right);
    }
  return out;
}

/** A picture as parts are looked for in it. */
export function withoutPart(picture: RgbImage): Omit<PartSilhouette, 'mask'> {
  const thumbnail = shrunk(picture, SIDE);
  const { width, height } = thumbnail;
  const background = medianColour(thumbnail, borderPixels(width, height));
  return { thumbnail, ratioX: picture.width / width, ratioY: picture.height / height, background };
}

function shrunk(picture: RgbImage, side: number): RgbImage {
  const ratio = Math.min(1, side / Math.max(picture.width, picture.height));
  const length = (pixels: number) => Math.max(1, Math.round(pixels * ratio));
  const whole = { left: 0, top: 0, right: picture.width, bottom: picture.height };
  return shrinkRgb(picture, whole, length(picture.width), length(picture.height));
}

/** Linear indices of the outermost pixels. */
function borderPixels(width: number, height: number): Int32Array {
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    const isEnd = y === 0 || y === height - 1;
    const stride = isEnd ? 1 : Math.max(1, width - 1);
    for (let x = 0; x < width; x += stride) pixels.push(y * width + x);
  }
  return Int32Array.from(pixels);
}

function medianColour({ data }: RgbImage, pixels: Int32Array): PartSilhouette['background'] {
  const median = (channel: number) =>
    Uint8Array.from(pixels, (pixel) => data[pixel * 3 + channel]!).sort()[pixels.length >> 1]!;
  return [median(0), median(1), median(2)];
}

/** Euclidean, in levels of 0..255. */
function colourDistances(
  { width, height, data }: RgbImage,
  [red, green, blue]: PartSilhouette['background'],
): Float32Array {
  const distances = new Float32Array(width * height);
  for (let i = 0, from = 0; i < distances.length; i++, from += 3) {
    const [r, g, b] = [data[from]! - red, data[from + 1]! - green, data[from + 2]! - blue];
    distances[i] = Math.sqrt(r * r + g * g + b * b);
  }
  return distances;
}

/**
 * The threshold that best parts values in two classes (between-class variance), on a histogram of 256 steps.
 * @returns threshold: values above it are the upper class; step: how far apart the classes' means are; contrast: the
 *   same in standard deviations of the lower class; all 0 where every value is 0
 */
function otsu(values: Float32Array): {
  readonly threshold: number;
  readonly step: number;
  readonly contrast: number;
} {
  const highest = values.reduce((most, value) => Math.max(most, value), 0);
  if (highest === 0) return { threshold: 0, step: 0, contrast: 0 };
  const counts = new Float64Array(256);
  const sums = new Float64Array(256);
  const squares = new Float64Array(256);
  for (const value of values) {
    const bin = Math.min(255, Math.floor((value / highest) * 256));
    counts[bin]!++;
    sums[bin]! += value;
    squares[bin]! += value * value;
  }
  const count = values.length;
  const total = sums.reduce((a, b) => a + b);
  let best = { threshold: 0, between: 0, step: 0, contrast: 0 };
  let below = 0;
  let sum = 0;
  let square = 0;
  for (let bin = 0; bin < 255; bin++) {
    below += counts[bin]!;
    sum += sums[bin]!;
    square += squares[bin]!;
    if (below === 0 || below === count) continue;
    const mean = sum / below;
    const step = (total - sum) / (count - below) - mean;
    const between = below * (count - below) * step * step;
    if (between <= best.between) continue;
    const spread = Math.sqrt(Math.max(0, square / below - mean * mean));
    best = { threshold: ((bin + 1) * highest) / 256, between, step, contrast: step / Math.max(spread, 1e-9) };
  }
  return best;
}

/** Sets what the mask encloses: what cannot be reached from the border over 4-connected pixels outside it. @returns the mask */
export function fillHoles(mask: Uint8Array, width: number, height: number): Uint8Array {
  const reached = new Uint8Array(mask.length);
  const queue = new Int32Array(mask.length);
  let tail = 0;
  const reach = (pixel: number) => {
    if (mask[pixel] || reached[pixel]) return;
    reached[pixel] = 1;
    queue[tail++] = pixel;
  };
  for (const pixel of borderPixels(width, height)) reach(pixel);
  for (let head = 0; head < tail; head++) {
    const pixel = queue[head]!;
    const x = pixel % width;
    if (x > 0) reach(pixel - 1);
    if (x < width - 1) reach(pixel + 1);
    if (pixel >= width) reach(pixel - width);
    if (pixel + width < mask.length) reach(pixel + width);
  }
  for (let i = 0; i < mask.length; i++) mask[i] = reached[i] ? 0 : 1;
  return mask;
}
