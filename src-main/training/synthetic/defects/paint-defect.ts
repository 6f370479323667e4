import type { Random } from '../../../../src-shared/random.ts';
import type { RgbImage } from '../../../../src-shared/rgb-image.ts';
import { clamp } from '../field.ts';
import { applyToPhoto } from './apply-to-photo.ts';
import { findObject, softMask } from './find-object.ts';
import { DEFECT_KINDS } from './kinds.ts';
import type { Patch } from './patch.ts';
import { behind, photoLook } from './photo-look.ts';
import { makeSite, type Site } from './site.ts';
import { visibleMask } from './visible-mask.ts';

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
