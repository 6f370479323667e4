import type { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import { applyToPhoto, type PhotoLook, visibleMask } from './defect-apply.ts';
import { DEFECT_KINDS } from './defect-kinds.ts';
import type { Patch } from './defect-patch.ts';
import { makeSite, type Site } from './defect-site.ts';
import { blur, clamp } from './field.ts';

/** Names of all defects that can be painted on anything, in words a prompt can use. */
export const DEFECTS: readonly string[] = Object.freeze(Object.keys(DEFECT_KINDS));

/** Smallest defect that is kept, in pixels. */
const SMALLEST = 6;

/** How often a defect that nobody would see is made again, stronger. */
const ATTEMPTS = 6;

/** A kind that can be made at this site. */
export function pickDefect(random: Random, hasOutline: boolean): string {
  return random.pick(DEFECTS.filter((name) => hasOutline || !DEFECT_KINDS[name]!.outline));
}

/**
 * The patches of one defect. The size is log-uniform in the kind's range.
 * @param scale when given: typical size relative to the object's span instead
 */
export function makeDefect(site: Site, random: Random, defect: string, scale?: number): Patch[] {
  const kind = DEFECT_KINDS[defect];
  if (!kind) throw new RangeError(`Unknown defect "${defect}". Known: ${DEFECTS.join(', ')}.`);
  const [least, most] = kind.size;
  const share = scale === undefined ? random.logRange(least, most) : scale * random.logRange(0.7, 1.4);
  return kind.make(site, random, Math.max(3.5, share * site.span));
}

/**
 * Paints one defect on a finished photo: it takes up the local colours, a plausible direction of light, and the
 * photo's sharpness; the photo's texture and noise stay.
 * @param objectMask 0 or 255 per pixel; null: a plain background is recognised, otherwise the whole image counts
 * @returns the photo and the exact mask. The mask is empty (and the photo unchanged) only if six attempts in a row
 * ended outside the object or invisible.
 */
export function paintDefect(
  image: RgbImage,
  objectMask: Uint8Array | null,
  random: Random,
  options: { readonly defect?: string; readonly scale?: number } = {},
): { image: RgbImage; mask: Uint8Array; defect: string } {
  const { width, height, data } = image;
  const count = width * height;
  const object = objectMask ?? findObject(image);
  const defect = options.defect ?? pickDefect(random, object !== null);
  const planes = [new Float32Array(count), new Float32Array(count), new Float32Array(count)] as const;
  for (let i = 0, k = 0; i < count; i++, k += 3) {
    planes[0][i] = data[k]! / 255;
    planes[1][i] = data[k + 1]! / 255;
    planes[2][i] = data[k + 2]! / 255;
  }
  const cover = object ? softMask(object, width, height) : null;
  let look = photoLook(planes, width, height, cover, random);
  const grey = isGrey(data);
  let strength = random.logRange(0.22, 1.2);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const site = makeSite(image, object, { grain: random.range(0, Math.PI), strength });
    const patches = makeDefect(site, random.fork(`attempt ${attempt}`), defect, options.scale);
    if (cover && !look.backdrop && patches.some((patch) => patch.erase)) {
      look = { ...look, backdrop: behind(planes, width, height, cover) };
    }
    const edited = planes.map((plane) => plane.slice()) as unknown as typeof planes;
    for (const patch of patches) applyToPhoto(edited, width, height, grey ? greyPatch(patch) : patch, look);
    const bytes = data.slice();
    for (const patch of patches) copyBack(bytes, data, edited, planes, width, patch);
    const after = { width, height, data: bytes };
    const { mask, area, kept } = visibleMask(image, after, patches, object);
    if (area >= SMALLEST && kept.length === patches.length) {
      return { image: after, mask, defect };
    }
    strength = Math.min(2.5, strength * 1.5);
  }
  return { image, mask: new Uint8Array(count), defect };
}

/** Writes edited pixels of a patch back as bytes; pixels that were not edited keep their value exactly. */
function copyBack(
  bytes: Uint8Array,
  data: Uint8Array,
  edited: readonly Float32Array[],
  planes: readonly Float32Array[],
  width: number,
  patch: Patch,
): void {
  for (let y = patch.y0; y < patch.y0 + patch.height; y++) {
    for (let x = patch.x0; x < patch.x0 + patch.width; x++) {
      const at = y * width + x;
      for (let c = 0; c < 3; c++) {
        const change = (edited[c]![at]! - planes[c]![at]!) * 255;
        bytes[at * 3 + c] = clamp(Math.round(data[at * 3 + c]! + change), 0, 255);
      }
    }
  }
}

function greyPatch(patch: Patch): Patch {
  const grey: Patch = { ...patch };
  if (patch.color) {
    const level = 0.299 * patch.color[0] + 0.587 * patch.color[1] + 0.114 * patch.color[2];
    grey.color = [level, level, level];
  }
  if (patch.tint) grey.tint = [1, 1, 1];
  return grey;
}

function isGrey(data: Uint8Array): boolean {
  let colour = 0;
  for (let i = 0; i < data.length; i += 3 * 37) {
    colour += Math.abs(data[i]! - data[i + 1]!) + Math.abs(data[i + 1]! - data[i + 2]!);
  }
  return colour / (data.length / (3 * 37)) < 2;
}

function softMask(mask: Uint8Array, width: number, height: number): Float32Array {
  return blur(new Float32Array(mask.map((value) => (value > 127 ? 1 : 0))), width, height, 0.8);
}

/**
 * The object in front of a plain background, or null when the border of the image is not of one colour or the rest
 * is too small or too large to be an object.
 */
export function findObject(image: RgbImage): Uint8Array | null {
  const { width, height } = image;
  const sigma = Math.max(0.8, Math.max(width, height) / 300);
  const [red, green, blue] = [0, 1, 2].map((c) => {
    const plane = new Float32Array(width * height);
    for (let i = 0; i < plane.length; i++) plane[i] = image.data[3 * i + c]!;
    return blur(plane, width, height, sigma);
  }) as [Float32Array, Float32Array, Float32Array];
  const border: number[] = [];
  const band = Math.max(1, Math.round(Math.min(width, height) * 0.015));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (x >= band && y >= band && x < width - band && y < height - band) continue;
      border.push(y * width + x);
    }
  }
  const median = (plane: Float32Array) =>
    Float32Array.from(border, (i) => plane[i]!).sort()[border.length >> 1]!;
  const r0 = median(red);
  const g0 = median(green);
  const b0 = median(blue);
  // On a coloured background a shadow is the same colour, only darker; on a grey one it can't be told apart.
  const coloured = Math.max(r0, g0, b0) - Math.min(r0, g0, b0) > 30;
  const brightness = r0 + g0 + b0;
  const distance = (i: number) => {
    const own = red[i]! + green[i]! + blue[i]!;
    const dim = coloured && own < brightness ? Math.max(0.35, own / brightness) : 1;
    return Math.max(
      Math.abs(red[i]! - dim * r0),
      Math.abs(green[i]! - dim * g0),
      Math.abs(blue[i]! - dim * b0),
    );
  };
  const spread = Float32Array.from(border, distance).sort()[Math.floor(border.length * 0.8)]!;
  if (spread > 32) return null;
  const threshold = Math.max(14, spread * 1.6);
  const mask = new Uint8Array(width * height);
  let area = 0;
  let contrast = 0;
  for (let i = 0; i < mask.length; i++) {
    const own = distance(i);
    if (own <= threshold) continue;
    mask[i] = 255;
    contrast += own;
    area++;
  }
  const share = area / mask.length;
  if (share < 0.01 || share > 0.92) return null;
  // Streaks and clouds of a surface barely pass the threshold, an object passes it clearly.
  return contrast / area > 1.9 * threshold ? mask : null;
}

function photoLook(
  planes: readonly [Float32Array, Float32Array, Float32Array],
  width: number,
  height: number,
  object: Float32Array | null,
  random: Random,
): PhotoLook {
  const azimuth = random.range(0, 2 * Math.PI);
  const elevation = random.range(0.5, 1.1);
  return {
    light: [
      Math.cos(azimuth) * Math.cos(elevation),
      Math.sin(azimuth) * Math.cos(elevation),
      Math.sin(elevation),
    ],
    ambient: random.range(0.2, 0.5),
    shine: random.chance(0.4) ? random.range(0.1, 0.5) : 0,
    blur: photoBlur(planes[1], width, height),
    object,
    backdrop: null,
  };
}

/**
 * Standard deviation of a photo's blur, from its strongest edges: for a blurred step the slope over one pixel
 * relative to that over four pixels tells how wide it is.
 */
function photoBlur(plane: Float32Array, width: number, height: number): number {
  const slopes: { one: number; four: number }[] = [];
  const stride = Math.max(1, Math.floor(height / 160));
  for (let y = 0; y < height; y += stride) {
    for (let x = 2; x < width - 3; x++) {
      const at = y * width + x;
      const four = Math.abs(plane[at + 3]! - plane[at - 1]!);
      if (four > 0.06) slopes.push({ one: Math.abs(plane[at + 1]! - plane[at]!), four });
    }
  }
  if (slopes.length === 0) return 0.8;
  slopes.sort((a, b) => b.four - a.four);
  // A sharp step gives a ratio of 1, a ramp that is wider than four pixels 0.25.
  const ratio = Math.max(...slopes.slice(0, 200).map((slope) => slope.one / slope.four));
  return clamp(0.42 / Math.max(0.25, ratio), 0.45, 1.6);
}

/** The photo with its object filled in from around: what a hole in the object shows. */
function behind(
  planes: readonly Float32Array[],
  width: number,
  height: number,
  object: Float32Array,
): Float32Array[] {
  const weight = object.map((value) => (value < 0.02 ? 1 : 0));
  const sigmas = [4, Math.max(width, height) / 12].map((s) => Math.max(2, s));
  const wide = sigmas.map((sigma) => blur(weight, width, height, sigma));
  const total = weight.reduce((sum, value) => sum + value, 0);
  return planes.map((plane) => {
    const masked = plane.map((value, i) => value * weight[i]!);
    const mean = total > 0 ? masked.reduce((sum, value) => sum + value, 0) / total : 0;
    const soft = sigmas.map((sigma) => blur(masked, width, height, sigma));
    return plane.map((_, i) => {
      if (wide[0]![i]! > 0.05) return soft[0]![i]! / wide[0]![i]!;
      if (wide[1]![i]! > 0.02) return soft[1]![i]! / wide[1]![i]!;
      return mean;
    });
  });
}
