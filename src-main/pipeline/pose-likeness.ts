import type { Point } from '../../src-shared/geometry.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { PartSilhouette } from './part-silhouette.ts';
import { shrinkRgb } from './shrink.ts';

/** Where a part lies: a point, a direction (radians, clockwise on the screen) and a scale. */
export interface Placement {
  /** Pixels of the picture. */
  readonly centre: Point;
  readonly angle: number;
  /** Pixels of the picture per pixel of the patch. */
  readonly unit: number;
}

/** A grey picture of the part alone, its surroundings the colour of the background. */
interface GreyPart {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
  readonly background: number;
  readonly ratioX: number;
  readonly ratioY: number;
}

/** Side of the patch that parts are compared on. */
export const PATCH_SIDE = 96;
const START_ANGLES = 120;
/** Of the start angles' correlations, so many of the highest peaks are refined. */
const PEAKS = 3;
/** Refinement ends below a twentieth of a degree. */
const LEAST_TURN = Math.PI / 3600;
/**
 * The most that the best angle may leave unexplained (1 − correlation) of what half of the others do: above it a part
 * is so round that noise or light, not the part, would turn it.
 */
const MOST_LEFT = 0.5;
const OTHER_ANGLES = 31;
/** Pictures that correlate more than this look alike. */
export const ALIKE = 0.99;

/** Pixel offsets from the patch's middle, x and y in turn, of the disc that any turn leaves within the patch. */
const DISC = discOffsets();

function discOffsets(): Float32Array {
  const offsets: number[] = [];
  const half = PATCH_SIDE / 2;
  for (let y = 0.5 - half; y < half; y++) {
    for (let x = 0.5 - half; x < half; x++) if (x * x + y * y <= half * half) offsets.push(x, y);
  }
  return Float32Array.from(offsets);
}

/**
 * The part as it looks at a placement, on the pixels of a disc, with mean 0 and length 1: the sum of the products of
 * two such patches is their correlation.
 */
export function likenessPatch(part: PartSilhouette, placement: Placement): Float32Array {
  const patch = new Float32Array(DISC.length / 2);
  takePatch(greyPart(part, placement.unit), placement, patch);
  let sum = 0;
  for (const value of patch) sum += value;
  const mean = sum / patch.length;
  let squares = 0;
  for (const value of patch) squares += (value - mean) ** 2;
  const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  return patch.map((value) => (value - mean) * scale);
}

/** Pearson's correlation of a part at a placement with a patch, −1..1; 0 when the part shows nothing. */
export function likeness(part: PartSilhouette, placement: Placement, patch: Float32Array): number {
  return comparer(part, placement.unit, patch)(placement);
}

/**
 * The turn and the place at which a part looks most like a patch: 120 angles, then the highest peaks refined together
 * with the centre.
 * @param start.angle the angle that is kept, but for refinement, where the part looks much the same at any
 * @param middle the centre for an angle, before it is refined
 */
export function mostLike(
  part: PartSilhouette,
  start: Omit<Placement, 'centre'>,
  middle: (angle: number) => Point,
  patch: Float32Array,
): { readonly placement: Placement; readonly correlation: number } {
  const compare = comparer(part, start.unit, patch);
  const at = (angle: number): Placement => ({ centre: middle(angle), angle, unit: start.unit });
  const step = (2 * Math.PI) / START_ANGLES;
  const values = Array.from({ length: START_ANGLES }, (_, i) => compare(at(start.angle + i * step)));
  const peaks = [...values.keys()]
    .filter((i) => values[i]! >= values.at(i - 1)! && values[i]! >= values[(i + 1) % START_ANGLES]!)
    .sort((a, b) => values[b]! - values[a]!)
    .slice(0, PEAKS);
  const found = peaks.map((i) => refine(at(start.angle + i * step), compare));
  const best = found.reduce((a, b) => (b.correlation > a.correlation ? b : a));
  const { centre, angle, unit } = best.placement;
  const others = Array.from({ length: OTHER_ANGLES }, (_, i) =>
    compare({ centre, angle: angle + ((i + 1) / (OTHER_ANGLES + 1)) * 2 * Math.PI, unit }),
  ).sort((a, b) => a - b);
  const median = others[OTHER_ANGLES >> 1]!;
  const isRound = median > ALIKE || 1 - best.correlation > MOST_LEFT * (1 - median);
  return isRound ? refine(at(start.angle), compare) : best;
}

/**
 * Pearson's correlation of two untouched pictures, on thumbnails of 96 pixels along the longer side; 0 when the
 * pictures have different shapes or one of them shows nothing.
 */
export function asTheyLie(a: PartSilhouette, b: PartSilhouette): number {
  const [first, second] = [untouched(a), untouched(b)];
  if (first.width !== second.width || first.height !== second.height) return 0;
  return correlation(greyValues(first), greyValues(second));
}

function untouched({ thumbnail }: PartSilhouette): RgbImage {
  const { width, height } = thumbnail;
  const ratio = Math.min(1, PATCH_SIDE / Math.max(width, height));
  const length = (pixels: number) => Math.max(1, Math.round(pixels * ratio));
  return shrinkRgb(
    thumbnail,
    { left: 0, top: 0, right: width, bottom: height },
    length(width),
    length(height),
  );
}

function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [a[i]! - meanA, b[i]! - meanB];
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}

/** Steps of angle and centre that raise the correlation, halved where none does. */
function refine(from: Placement, compare: (placement: Placement) => number) {
  let placement = from;
  let correlation = compare(from);
  let turn = Math.PI / START_ANGLES;
  let shift = from.unit;
  while (turn > LEAST_TURN) {
    const { centre, angle, unit } = placement;
    const steps: Placement[] = [
      { centre, angle: angle + turn, unit },
      { centre, angle: angle - turn, unit },
      { centre: { x: centre.x + shift, y: centre.y }, angle, unit },
      { centre: { x: centre.x - shift, y: centre.y }, angle, unit },
      { centre: { x: centre.x, y: centre.y + shift }, angle, unit },
      { centre: { x: centre.x, y: centre.y - shift }, angle, unit },
    ];
    const better = steps
      .map((step) => ({ step, value: compare(step) }))
      .reduce((a, b) => (b.value > a.value ? b : a));
    if (better.value > correlation) {
      placement = better.step;
      correlation = better.value;
    } else {
      turn /= 2;
      shift /= 2;
    }
  }
  return { placement, correlation };
}

function comparer(part: PartSilhouette, unit: number, patch: Float32Array) {
  const grey = greyPart(part, unit);
  const values = new Float32Array(patch.length);
  return (placement: Placement): number => {
    takePatch(grey, placement, values);
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      sum += value;
      squares += value * value;
      products += value * patch[i]!;
    }
    const variance = squares - (sum * sum) / values.length;
    return variance > 1e-3 ? products / Math.sqrt(variance) : 0;
  };
}

/** The part's grey values at about the patch's resolution, so that samples between its pixels miss nothing. */
function greyPart(part: PartSilhouette, unit: number): GreyPart {
  const { thumbnail, mask, ratioX, ratioY, background } = part;
  const data = new Uint8Array(thumbnail.data.length);
  for (let i = 0, at = 0; i < mask.length; i++, at += 3) {
    for (let channel = 0; channel < 3; channel++) {
      data[at + channel] = mask[i] ? thumbnail.data[at + channel]! : background[channel]!;
    }
  }
  const { width, height } = thumbnail;
  const small = shrinkRgb(
    { width, height, data },
    { left: 0, top: 0, right: width, bottom: height },
    Math.max(1, Math.round((width * ratioX) / unit)),
    Math.max(1, Math.round((height * ratioY) / unit)),
  );
  return {
    width: small.width,
    height: small.height,
    data: greyValues(small),
    background: luminance(background[0], background[1], background[2]),
    ratioX: (width * ratioX) / small.width,
    ratioY: (height * ratioY) / small.height,
  };
}

/** Luminance (ITU-R BT.601) of each pixel, 0..255. */
function greyValues({ width, height, data }: RgbImage): Float32Array {
  const grey = new Float32Array(width * height);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = luminance(data[at]!, data[at + 1]!, data[at + 2]!);
  }
  return grey;
}

function luminance(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Samples the disc between the pixels' centres, bilinearly; outside the picture lies the background. */
function takePatch(grey: GreyPart, { centre, angle, unit }: Placement, out: Float32Array): void {
  const { width, height, data, background } = grey;
  const scaleX = unit / grey.ratioX;
  const scaleY = unit / grey.ratioY;
  const [xx, xy] = [Math.cos(angle) * scaleX, -Math.sin(angle) * scaleX];
  const [yx, yy] = [Math.sin(angle) * scaleY, Math.cos(angle) * scaleY];
  const x0 = centre.x / grey.ratioX - 0.5;
  const y0 = centre.y / grey.ratioY - 0.5;
  for (let i = 0; i < out.length; i++) {
    const u = DISC[2 * i]!;
    const v = DISC[2 * i + 1]!;
    const x = x0 + u * xx + v * xy;
    const y = y0 + u * yx + v * yy;
    const left = Math.floor(x);
    const top = Math.floor(y);
    if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) {
      out[i] = background;
      continue;
    }
    const at = top * width + left;
    const upper = data[at]! + (x - left) * (data[at + 1]! - data[at]!);
    const lower = data[at + width]! + (x - left) * (data[at + width + 1]! - data[at + width]!);
    out[i] = upper + (y - top) * (lower - upper);
  }
}
