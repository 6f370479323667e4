import { blur, clamp, sample } from '../field.ts';
import type { Patch } from './patch.ts';

const FLAT_TINT = [1, 1, 1] as const;

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
