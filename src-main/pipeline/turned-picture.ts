import type { RgbImage } from '../../src-shared/rgb-image.ts';

/** A way to look at a picture again. */
export interface Turn {
  /** Clockwise, in steps of 45°. */
  readonly eighths: number;
  /** Left and right exchanged before it is turned. */
  readonly mirrored: boolean;
}

/** All turns but the one that changes nothing (AnomalyDINO's rotations, and their mirror images). */
export const TURNS: readonly Turn[] = [false, true].flatMap((mirrored) =>
  Array.from({ length: 8 }, (_, eighths) => ({ eighths, mirrored })).filter(
    ({ eighths }) => mirrored || eighths > 0,
  ),
);

/**
 * A picture turned about its centre, bilinear. By quarters the sizes are exchanged; by odd eighths they stay, corners
 * are cut, and what comes in from outside repeats the nearest edge.
 */
export function turnedPicture({ width, height, data }: RgbImage, { eighths, mirrored }: Turn): RgbImage {
  const lies = eighths % 4 === 2;
  const out = { width: lies ? height : width, height: lies ? width : height };
  const cos = Math.cos((eighths * Math.PI) / 4);
  const sin = Math.sin((eighths * Math.PI) / 4);
  const pixels = new Uint8Array(out.width * out.height * 3);
  const clamp = (value: number, size: number) => Math.min(Math.max(value, 0), size - 1);
  for (let y = 0, to = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++) {
      const right = x + 0.5 - out.width / 2;
      const down = y + 0.5 - out.height / 2;
      const turned = cos * right + sin * down;
      const u = clamp((mirrored ? -turned : turned) + width / 2 - 0.5, width);
      const v = clamp(cos * down - sin * right + height / 2 - 0.5, height);
      // What lies on a pixel but for rounding is that pixel.
      const left = Math.floor(u + 1e-9);
      const top = Math.floor(v + 1e-9);
      const a = Math.max(0, u - left);
      const b = Math.max(0, v - top);
      const across = left + 1 < width ? 3 : 0;
      const below = top + 1 < height ? 3 * width : 0;
      for (let c = 0, at = 3 * (top * width + left); c < 3; c++, at++, to++) {
        const upper = data[at]! + a * (data[at + across]! - data[at]!);
        const lower = data[at + below]! + a * (data[at + below + across]! - data[at + below]!);
        pixels[to] = upper + b * (lower - upper) + 0.5;
      }
    }
  }
  return { ...out, data: pixels };
}
