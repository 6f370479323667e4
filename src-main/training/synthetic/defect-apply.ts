import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import type { Patch } from './defect-patch.ts';
import { blur, clamp, sample } from './field.ts';
import type { Planes } from './planes.ts';

const FLAT_TINT = [1, 1, 1] as const;

/** Applies a patch to a scene's planes in place. */
export function applyToPlanes(planes: Planes, patch: Patch): void {
  const { width, height } = planes;
  if (patch.moveX && patch.moveY) {
    const all = [
      planes.red,
      planes.green,
      planes.blue,
      planes.relief,
      planes.gloss,
      planes.rough,
      planes.metal,
    ];
    for (const plane of [...all, planes.alpha]) {
      movePlane(plane, width, height, patch, patch.moveX, patch.moveY);
    }
  }
  const tint = patch.tint ?? FLAT_TINT;
  const color = patch.color ?? FLAT_TINT;
  const through = patch.through ?? 0;
  const mean = patch.cover && through > 0 ? meanAlbedo(planes, patch) : 1;
  for (let y = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++) {
      const p = y * patch.width + x;
      const at = (patch.y0 + y) * width + patch.x0 + x;
      const gain = patch.gain?.[p] ?? 0;
      if (gain !== 0) {
        planes.red[at]! *= Math.exp(gain * tint[0]);
        planes.green[at]! *= Math.exp(gain * tint[1]);
        planes.blue[at]! *= Math.exp(gain * tint[2]);
        if (gain < 0) planes.gloss[at]! *= Math.exp(gain * 0.6);
      }
      const cover = patch.cover?.[p] ?? 0;
      if (cover > 0) {
        const own = planes.green[at]! / mean;
        const shade = (patch.speckle?.[p] ?? 1) * (1 + through * (clamp(own, 0.3, 2) - 1));
        planes.red[at]! += (color[0] * shade - planes.red[at]!) * cover;
        planes.green[at]! += (color[1] * shade - planes.green[at]!) * cover;
        planes.blue[at]! += (color[2] * shade - planes.blue[at]!) * cover;
        planes.metal[at]! *= 1 - cover * 0.9;
        planes.gloss[at]! += ((patch.shine ?? 0.03) - planes.gloss[at]!) * cover;
        if (patch.loose) planes.alpha[at] = Math.max(planes.alpha[at]!, Math.min(1, cover * 1.5));
      } else if (patch.shine && (patch.relief?.[p] ?? 0) !== 0) {
        planes.gloss[at] = Math.max(planes.gloss[at]!, patch.shine);
        planes.rough[at]! *= 0.4;
      }
      const matte = patch.matte?.[p] ?? 0;
      if (matte > 0) {
        planes.rough[at]! += (1 - planes.rough[at]!) * matte;
        planes.gloss[at]! *= 1 - 0.7 * matte;
      } else if (matte < 0) {
        planes.rough[at]! *= 1 + matte;
        planes.gloss[at]! -= matte * 0.3;
      }
      if (patch.relief) planes.relief[at]! += patch.relief[p]!;
      if (patch.erase) planes.alpha[at]! *= 1 - patch.erase[p]!;
    }
  }
}

function meanAlbedo(planes: Planes, patch: Patch): number {
  let sum = 0;
  for (let y = 0; y < patch.height; y++) {
    const row = (patch.y0 + y) * planes.width + patch.x0;
    for (let x = 0; x < patch.width; x++) sum += planes.green[row + x]!;
  }
  return Math.max(0.02, sum / (patch.width * patch.height));
}

function movePlane(
  plane: Float32Array,
  width: number,
  height: number,
  patch: Patch,
  moveX: Float32Array,
  moveY: Float32Array,
): void {
  const moved = new Float32Array(patch.width * patch.height);
  for (let y = 0, p = 0; y < patch.height; y++) {
    for (let x = 0; x < patch.width; x++, p++) {
      const dx = moveX[p]!;
      const dy = moveY[p]!;
      moved[p] =
        dx === 0 && dy === 0
          ? plane[(patch.y0 + y) * width + patch.x0 + x]!
          : sample(plane, width, height, patch.x0 + x + dx, patch.y0 + y + dy);
    }
  }
  for (let y = 0; y < patch.height; y++) {
    plane.set(moved.subarray(y * patch.width, (y + 1) * patch.width), (patch.y0 + y) * width + patch.x0);
  }
}

/** How a photo looks, so that a pasted defect can match it. */
export interface PhotoLook {
  /** Unit vector towards the light. */
  readonly light: readonly [number, number, number];
  readonly ambient: number;
  /** Strength of highlights on slopes, 0..1. */
  readonly shine: number;
  /** Standard deviation of the photo's blur in pixels. */
  readonly blur: number;
  /** Object cover 0..1 per pixel, or null for everywhere. */
  readonly object: Float32Array | null;
  /** What lies behind the object: three planes of 0..1. */
  readonly backdrop: readonly Float32Array[] | null;
}

/**
 * Applies a patch to a photo in place: three planes of 0..1. Texture and noise of the photo stay, because edits
 * multiply; what the patch adds is blurred as the photo is.
 */
export function applyToPhoto(
  photo: readonly [Float32Array, Float32Array, Float32Array],
  width: number,
  height: number,
  patch: Patch,
  look: PhotoLook,
): void {
  const count = patch.width * patch.height;
  const tint = patch.tint ?? FLAT_TINT;
  const color = patch.color ?? FLAT_TINT;
  const shading = patch.relief ? reliefShading(patch, patch.relief, look) : null;
  const limit = new Float32Array(count).fill(1);
  if (look.object && !patch.loose && !patch.moveX) {
    for (let y = 0, p = 0; y < patch.height; y++) {
      for (let x = 0; x < patch.width; x++, p++) {
        limit[p] = look.object[(patch.y0 + y) * width + patch.x0 + x]!;
      }
    }
  }
  const through = patch.through ?? 0;
  for (let c = 0; c < 3; c++) {
    const plane = photo[c]!;
    const before = new Float32Array(count);
    for (let y = 0, p = 0; y < patch.height; y++) {
      const row = (patch.y0 + y) * width + patch.x0;
      for (let x = 0; x < patch.width; x++, p++) before[p] = plane[row + x]!;
    }
    const local = patch.cover ? blur(before, patch.width, patch.height, 3) : before;
    const delta = new Float32Array(count);
    for (let y = 0, p = 0; y < patch.height; y++) {
      for (let x = 0; x < patch.width; x++, p++) {
        let value = before[p]!;
        const dx = patch.moveX?.[p] ?? 0;
        const dy = patch.moveY?.[p] ?? 0;
        if (dx !== 0 || dy !== 0) value = sample(plane, width, height, patch.x0 + x + dx, patch.y0 + y + dy);
        if (patch.gain) value *= Math.exp(patch.gain[p]! * tint[c]!);
        const cover = patch.cover?.[p] ?? 0;
        if (cover > 0) {
          // Fine texture and noise of the photo survive in part, or the spot would look painted.
          const fine = (before[p]! - local[p]!) * Math.max(0.45, through);
          const shade = patch.speckle?.[p] ?? 1;
          value += (color[c]! * shade * 0.85 + fine - value) * cover;
        }
        if (shading) value = value * shading.factor[p]! + shading.highlight[p]!;
        if (patch.matte) value *= 1 - 0.12 * patch.matte[p]!;
        if (patch.erase && look.backdrop) {
          value += (look.backdrop[c]![(patch.y0 + y) * width + patch.x0 + x]! - value) * patch.erase[p]!;
        }
        delta[p] = (clamp(value, 0, 1) - before[p]!) * limit[p]!;
      }
    }
    const soft = blur(delta, patch.width, patch.height, look.blur);
    for (let y = 0, p = 0; y < patch.height; y++) {
      const row = (patch.y0 + y) * width + patch.x0;
      for (let x = 0; x < patch.width; x++, p++) plane[row + x] = clamp(before[p]! + soft[p]!, 0, 1);
    }
  }
}

function reliefShading(
  patch: Patch,
  relief: Float32Array,
  look: PhotoLook,
): { factor: Float32Array; highlight: Float32Array } {
  const { width, height } = patch;
  const [lx, ly, lz] = look.light;
  const diffuse = 1 - look.ambient;
  const flat = look.ambient + diffuse * lz;
  const factor = new Float32Array(width * height);
  const highlight = new Float32Array(width * height);
  const hz = 1 + lz;
  const norm = 1 / Math.hypot(lx, ly, hz);
  const resting = (hz * norm) ** 24;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const gx = (relief[x < width - 1 ? at + 1 : at]! - relief[x > 0 ? at - 1 : at]!) * 0.5;
      const gy = (relief[y < height - 1 ? at + width : at]! - relief[y > 0 ? at - width : at]!) * 0.5;
      const inverse = 1 / Math.sqrt(1 + gx * gx + gy * gy);
      const lambert = Math.max(0, (-gx * lx - gy * ly + lz) * inverse);
      factor[at] = (look.ambient + diffuse * lambert) / flat;
      const cosine = Math.max(0, (-gx * lx - gy * ly + hz) * inverse * norm);
      const shine = Math.max(look.shine, patch.shine ?? 0);
      highlight[at] = gx === 0 && gy === 0 ? 0 : Math.max(0, shine * (cosine ** 24 - resting));
    }
  }
  return { factor, highlight };
}

/** Smallest difference in 8-bit levels that counts as visible. */
const VISIBLE = 5;

/** Share of a defect's strongest change that still belongs to it: where a soft defect ends. */
const FADE = 0.15;

/**
 * Where two pictures of the same scene differ visibly: by at least {@link VISIBLE} levels and {@link FADE} of the
 * patch's strongest change (after a small blur, so that noise doesn't count). A patch whose body is visible for the
 * most part counts whole: a dent is not only its rim.
 * @param object the object's mask (0 or 255): bodies end at its outline; null = everywhere
 * @returns a mask over the whole image, 0 or 255, its number of pixels, and the patches that a person would notice:
 * their change stands out from the texture that was there before
 */
export function visibleMask(
  before: RgbImage,
  after: RgbImage,
  patches: readonly Patch[],
  object: Uint8Array | null = null,
): { mask: Uint8Array; area: number; kept: Patch[] } {
  const { width, height } = before;
  const mask = new Uint8Array(width * height);
  const kept: Patch[] = [];
  const inBody = (patch: Patch, x: number, y: number) =>
    bodyAt(patch, x, y) > 0.5 && (!object || object[y * width + x]! > 0);
  for (const patch of patches) {
    const reach = 4;
    const x0 = Math.max(0, patch.x0 - reach);
    const y0 = Math.max(0, patch.y0 - reach);
    const w = Math.min(width, patch.x0 + patch.width + reach) - x0;
    const h = Math.min(height, patch.y0 + patch.height + reach) - y0;
    const change = new Float32Array(w * h);
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const k = ((y0 + y) * width + x0 + x) * 3;
        const r = Math.abs(after.data[k]! - before.data[k]!);
        const g = Math.abs(after.data[k + 1]! - before.data[k + 1]!);
        const b = Math.abs(after.data[k + 2]! - before.data[k + 2]!);
        change[y * w + x] = Math.max(r, g, b);
      }
    }
    const smooth = blur(change, w, h, 0.6);
    const peak = percentile(smooth, VISIBLE, 0.98);
    const threshold = Math.max(VISIBLE, peak * FADE);
    const seen = new Float32Array(w * h);
    let sum = 0;
    let count = 0;
    let body = 0;
    let visibleBody = 0;
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = y * w + x;
        if (smooth[at]! >= threshold) {
          seen[at] = 1;
          sum += smooth[at]!;
          count++;
        }
        if (inBody(patch, x0 + x, y0 + y)) {
          body++;
          visibleBody += seen[at]!;
        }
      }
    }
    const texture = localContrast(before, x0, y0, w, h);
    if (peak < Math.max(10, 0.9 * texture) || sum / Math.max(1, count) < Math.max(7, 0.6 * texture)) continue;
    kept.push(patch);
    const whole = body > 0 && visibleBody / body > 0.35;
    const near = blur(seen, w, h, clamp(Math.sqrt(w * h) / 24, 0.8, 6));
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w; x++) {
        const at = y * w + x;
        const own = inBody(patch, x0 + x, y0 + y);
        if (
          seen[at]! > 0 ||
          (near[at]! > 0.6 && smooth[at]! >= 2) ||
          (own && (near[at]! > 0.3 || (whole && near[at]! > 0.02)))
        ) {
          mask[(y0 + y) * width + x0 + x] = 255;
        }
      }
    }
  }
  let area = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i]! > 0) area++;
  return { mask, area, kept };
}

function bodyAt(patch: Patch, x: number, y: number): number {
  const px = x - patch.x0;
  const py = y - patch.y0;
  return px >= 0 && py >= 0 && px < patch.width && py < patch.height ? patch.body[py * patch.width + px]! : 0;
}

/** The value below which the given share of all values above `least` lies. */
function percentile(values: Float32Array, least: number, share: number): number {
  const counts = new Uint32Array(256);
  let total = 0;
  for (const value of values) {
    if (value < least) continue;
    counts[Math.min(255, value | 0)]!++;
    total++;
  }
  let left = total * share;
  for (let level = 0; level < 256; level++) {
    left -= counts[level]!;
    if (left <= 0) return total > 0 ? level : 0;
  }
  return 255;
}

/** How much a region varies by itself: standard deviation of the green channel against its own blurred version. */
function localContrast(image: RgbImage, x0: number, y0: number, w: number, h: number): number {
  const plane = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) plane[y * w + x] = image.data[((y0 + y) * image.width + x0 + x) * 3 + 1]!;
  }
  const mean = blur(plane, w, h, Math.max(3, Math.min(w, h) / 8));
  let sum = 0;
  for (let i = 0; i < plane.length; i++) sum += (plane[i]! - mean[i]!) ** 2;
  return Math.sqrt(sum / plane.length);
}
