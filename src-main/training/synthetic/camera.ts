import type { Random } from '../../../src-shared/random.ts';
import type { RgbImage } from '../../../src-shared/rgb-image.ts';
import { blur, clamp } from './field.ts';
import type { CutOut } from './image.ts';
import { pixelHash } from './pixel-hash.ts';

/** What lens, sensor and file format do to the picture. */
export interface Camera {
  readonly exposure: number;
  /** Exponent of the tone curve; below 1 lifts shadows. */
  readonly gamma: number;
  /** Darkening in the corners, 0..1. */
  readonly vignette: number;
  /** Focus blur, standard deviation in pixels. */
  readonly blur: number;
  /** Sensor noise, standard deviation in 8-bit levels at mid grey. */
  readonly noise: number;
  /** Noise is correlated over neighbours, as after demosaicking or JPEG. */
  readonly smoothNoise: boolean;
  /** White balance per channel. */
  readonly tint: readonly [number, number, number];
  readonly grey: boolean;
  /** Black level added by stray light, 0..1. */
  readonly haze: number;
  readonly noiseKey: number;
}

export function randomCamera(random: Random, size: number): Camera {
  const warm = random.normal() * 0.04;
  const unit = size / 640;
  return {
    exposure: random.range(0.75, 1.2),
    gamma: random.range(0.8, 1.25),
    vignette: random.chance(0.4) ? random.range(0.05, 0.45) : 0,
    blur: unit * (random.chance(0.25) ? random.range(1, 2.2) : random.range(0.3, 1)),
    noise: random.chance(0.7) ? random.range(0.4, 2.5) : random.range(2.5, 7),
    smoothNoise: random.chance(0.5),
    tint: [1 + warm, 1 + random.normal() * 0.015, 1 - warm],
    grey: random.chance(0.5),
    haze: random.chance(0.3) ? random.range(0, 0.12) : 0,
    noiseKey: random.int(0, 0x7fffffff),
  };
}

/** A smooth tone curve: straight up to 0.75, then rolls off towards 1. */
function tone(value: number): number {
  return value < 0.75 ? value : 1 - 0.25 * Math.exp((0.75 - value) * 4);
}

/**
 * Takes the picture, or a part of it: radiance (interleaved RGB) to 8 bits. Noise depends on the pixel only, never on
 * the content.
 */
export function takePicture(
  radiance: Float32Array,
  width: number,
  height: number,
  camera: Camera,
  part: CutOut = { left: 0, top: 0, full: { width, height } },
): RgbImage {
  const count = width * height;
  const channels: Float32Array[] = [];
  const gains = camera.tint.map((t) => t * camera.exposure);
  if (camera.grey) {
    const luma = new Float32Array(count);
    for (let i = 0, k = 0; i < count; i++, k += 3) {
      luma[i] =
        0.299 * radiance[k]! * gains[0]! +
        0.587 * radiance[k + 1]! * gains[1]! +
        0.114 * radiance[k + 2]! * gains[2]!;
    }
    channels.push(blur(luma, width, height, camera.blur));
  } else {
    for (let c = 0; c < 3; c++) {
      const plane = new Float32Array(count);
      const gain = gains[c]!;
      for (let i = 0, k = c; i < count; i++, k += 3) plane[i] = radiance[k]! * gain;
      channels.push(blur(plane, width, height, camera.blur));
    }
  }
  const noise = sensorNoise(width, height, camera, part);
  const data = new Uint8Array(count * 3);
  const curve = new Float32Array(1025);
  for (let i = 0; i <= 1024; i++) {
    curve[i] = 255 * (camera.haze + (1 - camera.haze) * tone((i / 1024) * 1.6) ** camera.gamma);
  }
  const cx = (part.full.width - 1) / 2;
  const cy = (part.full.height - 1) / 2;
  const far = 1 / (cx * cx + cy * cy || 1);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const corner = 1 - camera.vignette * ((x + part.left - cx) ** 2 + (y + part.top - cy) ** 2) * far;
      for (let c = 0; c < channels.length; c++) {
        const light = channels[c]![i]! * corner;
        const at = light > 0 ? Math.min(1024, light * 640) : 0;
        const low = at | 0;
        const value = curve[low]! + (curve[Math.min(1024, low + 1)]! - curve[low]!) * (at - low);
        const level = value + noise[i]! * (0.6 + value * 0.003) * (c === 1 ? 0.9 : 1) + 0.5;
        data[i * 3 + c] = clamp(level, 0, 255);
      }
      if (camera.grey) {
        data[i * 3 + 1] = data[i * 3]!;
        data[i * 3 + 2] = data[i * 3]!;
      }
    }
  }
  return { width, height, data };
}

function sensorNoise(width: number, height: number, camera: Camera, part: CutOut): Float32Array {
  const out = new Float32Array(width * height);
  if (camera.noise <= 0) return out;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Two uniform numbers from one hash: a triangular distribution is close enough to a Gaussian.
      const hash = pixelHash(x + part.left, y + part.top, camera.noiseKey) * 65536;
      const high = Math.floor(hash);
      out[y * width + x] = (high / 65536 + (hash - high) - 1) * 2.45 * camera.noise;
    }
  }
  if (!camera.smoothNoise) return out;
  const soft = blur(out, width, height, 0.7);
  for (let i = 0; i < soft.length; i++) soft[i]! *= 2;
  return soft;
}
