import { readFile, stat } from 'node:fs/promises';
import { ClipSamError, failure } from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { Box } from '../../src-shared/geometry.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { TowerInput } from '../../src-shared/pack.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { sha256 } from '../files/hash.ts';
import { toReadError } from '../files/read-error.ts';
import { damagedImage, decoding, reasonOf } from './image-errors.ts';
import { frameNotices } from './image-notices.ts';
import { decodeImage, type ReadOptions } from './open-image.ts';
import { fromPixels } from './pixels.ts';
import sharp, { type Sharp } from './sharp.ts';

/** An image scaled into the encoder's square. */
export interface FrameImage extends Frame {
  /** SHA-256 of the file. */
  readonly contentHash: string;
  /** Content pixels, `width × height × 3`. */
  readonly rgb: Uint8Array;
  /** What was converted, guessed, skipped or lost on the way. */
  readonly notices: readonly Notice[];
  /** The image in full size, where it was wanted. */
  readonly whole?: RgbImage;
  /** The image in the size that a tower wants besides, `width × height × 3`. */
  readonly seen?: Uint8Array;
}

/** A size that an image is scaled to, whatever its aspect ratio. */
export interface ScaledSize {
  readonly width: number;
  readonly height: number;
  /** Antialiased when shrinking: a triangle, or Catmull and Rom's spline (the bicubic kernel of PIL). */
  readonly interpolation: TowerInput['interpolation'];
}

/** What {@link readFrameImage} needs to know. */
export interface FrameOptions extends ReadOptions {
  readonly size: number;
  /**
   * Asked once the size is known and before pixels are held: true, and the image comes in full size as well. 3 bytes
   * per pixel, once.
   */
  readonly wantsWhole?: (size: { readonly width: number; readonly height: number }) => Promise<boolean>;
  /** In which size the vision tower wants the image, where that is not the frame's. */
  readonly seenAs?: (frame: Frame) => ScaledSize | undefined;
}

/**
 * The resize kernel of SAM's own preprocessing: a triangle, widened when shrinking (antialiased). It never
 * overshoots, so edges get no halos. Decoders' shortcuts are off: the same pixels whatever the file format.
 * libvips places enlarged images half a pixel of the result too far right and down; the pipeline tolerates that.
 */
const RESIZE = { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false } as const;
const KERNELS = { bilinear: 'linear', bicubic: 'cubic' } as const;

/** Pictures with a shorter side show nothing that could be inspected. */
const MIN_SIDE = 8;

/**
 * Reads a file once: hash, decode (one page or animation frame), EXIF orientation, sRGB, scale the longest side
 * to `size`.
 *
 * Reads JPEG, PNG, WebP, AVIF, TIFF, GIF and BMP, recognised by content. Samples of more than 8 bits are mapped by the
 * range that the file states, else by `range`, else by that of their type; CMYK goes through its profile (without
 * one: a generic press profile), transparent pixels are laid over neutral grey. What was done is in the notices.
 * @throws ClipSamError `image-not-found`; `image-unreadable` (no permission, empty, damaged or cut off, not an
 * image); `image-unsupported` (an image of a kind that is not read, or a side of fewer than 8 pixels);
 * `image-too-large`
 */
export async function readFrameImage(path: string, options: FrameOptions): Promise<FrameImage> {
  const bytes = await readImageFile(path);
  return decodeImage(bytes, path, options, async (open) => {
    refuseIfTooSmall(path, open.width, open.height);
    const frame = frameFor(open.width, open.height, options.size);
    const isWhole = (await options.wantsWhole?.({ width: open.width, height: open.height })) ?? false;
    // libvips would turn an image after it scaled it, which moves enlarged pixels: the same picture, other scores.
    const whole = isWhole || open.isTurned ? (open.rgb ?? (await toRgb(open.image, path))) : undefined;
    const upright = () => (whole ? fromPixels(whole.data, whole.width, whole.height, 3) : open.image.clone());
    const { data } = await toRgb(scaled(upright(), frame), path);
    const seenAs = options.seenAs?.(frame);
    const seen = seenAs && (await toRgb(scaled(upright(), seenAs), path)).data;
    const notices = [...open.notices, ...frameNotices(frame, isWhole && whole ? whole.data : data)];
    const image = { ...frame, contentHash: sha256(bytes), rgb: data, notices, ...(seen && { seen }) };
    return isWhole && whole ? { ...image, whole } : image;
  });
}

/**
 * Reads a part of an image, scaled into the encoder's square. Formats, colours and errors as {@link readFrameImage};
 * where the file allows, the rest of it is never held.
 * @param partOf which part of an image of this size; undefined: all of it
 */
export async function readImagePart(
  path: string,
  options: ReadOptions & { readonly size: number },
  partOf: (size: { readonly width: number; readonly height: number }) => Box | undefined,
): Promise<Pick<FrameImage, 'contentHash' | 'rgb'> & { readonly frame: Frame }> {
  const bytes = await readImageFile(path);
  return decodeImage(bytes, path, options, async (open) => {
    refuseIfTooSmall(path, open.width, open.height);
    const area = partOf({ width: open.width, height: open.height });
    const frame = area
      ? frameFor(area.width, area.height, options.size)
      : frameFor(open.width, open.height, options.size);
    const whole = open.isTurned ? await toRgb(open.image, path) : undefined;
    const upright = whole ? fromPixels(whole.data, whole.width, whole.height, 3) : open.image;
    const { data } = await toRgb(area ? cut(upright, area, frame) : scaled(upright, frame), path);
    return { contentHash: sha256(bytes), rgb: data, frame };
  });
}

/** Reads a file in full size. Formats, colours and errors as {@link readFrameImage}; small images are read too. */
export async function readRgb(path: string, options: ReadOptions): Promise<RgbImage> {
  return decodeImage(await readImageFile(path), path, options, ({ image }) => toRgb(image, path));
}

/** Scales to exactly `width × height`. @param interpolation default: the kernel of {@link readFrameImage} */
export function resizeRgb(
  image: RgbImage,
  width: number,
  height: number,
  interpolation: ScaledSize['interpolation'] = 'bilinear',
): Promise<RgbImage> {
  const whole = fromPixels(image.data, image.width, image.height, 3);
  return toRgb(scaled(whole, { width, height, interpolation }), 'image');
}

/**
 * A part of an image, scaled to a frame's content or a tower's. @returns `size.width × size.height × 3`
 */
export async function cutFrame(image: RgbImage, area: Box, size: Frame | ScaledSize): Promise<Uint8Array> {
  const whole = fromPixels(image.data, image.width, image.height, 3);
  return (await toRgb(cut(whole, area, size), 'image')).data;
}

function cut(image: Sharp, { x, y, width, height }: Box, size: Frame | ScaledSize): Sharp {
  return scaled(image.extract({ left: x, top: y, width, height }), size);
}

function scaled(image: Sharp, size: Frame | ScaledSize): Sharp {
  const { width, height } = size;
  const kernel = KERNELS['interpolation' in size ? size.interpolation : 'bilinear'];
  return image.resize({ width, height, ...RESIZE, kernel });
}

/** @param options.quality of JPEG, 1..100, default 90 */
export async function encodeRgb(
  image: RgbImage,
  options: { readonly format: 'jpeg' | 'png'; readonly quality?: number },
): Promise<Uint8Array> {
  const raw = fromPixels(image.data, image.width, image.height, 3);
  return options.format === 'jpeg'
    ? raw.jpeg({ quality: options.quality ?? 90 }).toBuffer()
    : raw.png().toBuffer();
}

/** An 8-bit grey PNG. @param data `width × height` values */
export async function encodeGrey8(width: number, height: number, data: Uint8Array): Promise<Uint8Array> {
  return fromPixels(data, width, height, 1).toColourspace('b-w').png({ compressionLevel: 6 }).toBuffer();
}

/** A 16-bit grey PNG. @param data `width × height` values, 0..65535 */
export async function encodeGrey16(width: number, height: number, data: Uint16Array): Promise<Uint8Array> {
  // Score maps are smooth: filtering rows helps more than searching for matches, and is several times faster.
  return fromPixels(data, width, height, 1)
    .toColourspace('grey16')
    .png({ compressionLevel: 1, adaptiveFiltering: true })
    .toBuffer();
}

/** The values of a 16-bit grey PNG, unchanged. @throws ClipSamError `image-unreadable` */
export async function decodeGrey16(
  bytes: Uint8Array,
): Promise<{ readonly width: number; readonly height: number; readonly data: Uint16Array }> {
  try {
    const { data, info } = await sharp(bytes)
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    // Copied, because a pooled Buffer need not start at an even address.
    const values = new Uint16Array(info.width * info.height);
    new Uint8Array(values.buffer).set(data.subarray(0, values.byteLength));
    return { width: info.width, height: info.height, data: values };
  } catch (cause) {
    throw new ClipSamError('image-unreadable', `A 16-bit map cannot be decoded: ${reasonOf(cause)}.`, {
      cause,
    });
  }
}

/**
 * A small picture for lists, JPEG unless said otherwise; images that are smaller already keep their size. Errors as
 * {@link readFrameImage}.
 * @param source path or the file's content
 */
export async function thumbnail(
  source: string | Uint8Array,
  longestSide: number,
  { format = 'jpeg', ...options }: ReadOptions & { readonly format?: 'jpeg' | 'webp' },
): Promise<Uint8Array> {
  const path = typeof source === 'string' ? source : 'image';
  const bytes = typeof source === 'string' ? await readImageFile(source) : source;
  const size = { width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true } as const;
  return decodeImage(bytes, path, options, ({ image }) =>
    decoding(path, () => image.resize(size).toFormat(format, { quality: 80 }).toBuffer()),
  );
}

function refuseIfTooSmall(name: string, width: number, height: number): void {
  if (Math.min(width, height) >= MIN_SIDE) return;
  throw failure(
    'image-too-small',
    { file: name, width, height, limit: MIN_SIDE },
    `${name} has ${width} × ${height} pixels: too few to inspect. Both sides must have ${MIN_SIDE} or more.`,
  );
}

/** The content of an image file. @throws ClipSamError `image-not-found`, `image-unreadable` */
export async function readImageFile(path: string): Promise<Buffer> {
  try {
    // Asked first, because reading a pipe or a device would wait for ever.
    if (!(await stat(path)).isFile()) {
      throw failure('not-a-file', { file: path }, `${path} is not a file. Choose an image file.`);
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof ClipSamError) throw error;
    throw toReadError(error, path);
  }
}

async function toRgb(image: Sharp, name: string): Promise<RgbImage> {
  const { data, info } = await decoding(name, () =>
    image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== 3) throw damagedImage(name, `${info.channels} channels where 3 were expected`);
  // Not the Buffer itself: its `slice` shares memory, where a Uint8Array's copies.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, data: bytes };
}
