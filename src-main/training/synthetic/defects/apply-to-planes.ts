import { clamp, sample } from '../field.ts';
import type { Planes } from '../planes.ts';
import type { Patch } from './patch.ts';

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
