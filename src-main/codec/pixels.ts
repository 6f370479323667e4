import type { Notice } from '../../src-shared/notice.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import sharp, { type Sharp } from './sharp.ts';

/** Decoded pixels of 8 bits: grey, grey with alpha, RGB or RGBA. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  /** `width × height × channels` values. */
  readonly data: Uint8Array;
}

/**
 * What shows through transparent pixels: the mean of natural images (ImageNet's, as grey), which the encoder's
 * normalisation turns into about zero, the same as its padding. Black or white would put edges where the product has
 * none. Grey, because libvips takes only the first channel for grey images.
 */
const NEUTRAL = { r: 117, g: 117, b: 117 };

/** Pixels for further work by libvips. */
export function fromPixels(
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/**
 * Pixels as an opaque sRGB picture of three channels. Transparent ones are laid over neutral grey; where nothing at
 * all is visible, the transparency is a filler and ignored. The pixels may be changed.
 */
export function toOpaque({ data, width, height, channels }: Pixels): {
  readonly image: Sharp;
  readonly notices: readonly Notice[];
  /** The picture's own pixels, where they are here already. */
  readonly rgb?: RgbImage;
} {
  if (channels === 1 || channels === 3) {
    const image = fromPixels(data, width, height, channels).toColourspace('srgb');
    return { image, notices: [], ...(channels === 3 && { rgb: { width, height, data: bytesOf(data) } }) };
  }
  let [opaque, clear] = [0, 0];
  for (let i = channels - 1; i < data.length; i += channels) {
    if (data[i] === 255) opaque++;
    else if (data[i] === 0) clear++;
  }
  const count = width * height;
  if (opaque === count || clear === count) {
    // Not libvips' removeAlpha: scaling comes before it, and multiplies with the transparency.
    const colours = withoutLast(data, channels);
    return {
      image: fromPixels(colours, width, height, channels === 2 ? 1 : 3).toColourspace('srgb'),
      notices: clear === count ? [{ code: 'alpha-ignored' }] : [],
      ...(channels === 4 && { rgb: { width, height, data: bytesOf(colours) } }),
    };
  }
  return {
    image: fromPixels(data, width, height, channels).flatten({ background: NEUTRAL }).toColourspace('srgb'),
    notices: [{ code: 'transparency', share: (count - opaque) / count }],
  };
}

/** Not a Buffer, whose `slice` shares memory. */
function bytesOf(data: Uint8Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.length);
}

/** In place: large images are not held twice. */
function withoutLast(data: Uint8Array, channels: number): Uint8Array {
  const kept = channels - 1;
  let to = 0;
  for (let from = 0; from < data.length; from++) for (let i = 0; i < kept; i++) data[to++] = data[from++]!;
  return data.subarray(0, to);
}

/** Turns pixels upright. @param orientation as in EXIF, 1..8 */
export function turnUpright(pixels: Pixels, orientation: number): Pixels {
  if (orientation === 1) return pixels;
  const { width, height, channels, data } = pixels;
  const isTurned = orientation >= 5;
  const [w, h] = isTurned ? [height, width] : [width, height];
  const out = new Uint8Array(data.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const [fromX, fromY] = storedPlace(x, y, width, height, orientation);
      const from = (fromY * width + fromX) * channels;
      out.set(data.subarray(from, from + channels), (y * w + x) * channels);
    }
  }
  return { width: w, height: h, channels, data: out };
}

/** Where the pixel that is shown at (x, y) is stored (Exif 2.32, 4.6.4). */
function storedPlace(x: number, y: number, width: number, height: number, orientation: number) {
  const [right, bottom] = [width - 1, height - 1];
  switch (orientation) {
    case 2:
      return [right - x, y] as const;
    case 3:
      return [right - x, bottom - y] as const;
    case 4:
      return [x, bottom - y] as const;
    case 5:
      return [y, x] as const;
    case 6:
      return [y, bottom - x] as const;
    case 7:
      return [right - y, bottom - x] as const;
    case 8:
      return [right - y, x] as const;
    default:
      return [x, y] as const;
  }
}
