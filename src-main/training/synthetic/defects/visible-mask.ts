import type { RgbImage } from '../../../../src-shared/rgb-image.ts';
import { blur, clamp } from '../field.ts';
import type { Patch } from './patch.ts';

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
