import { readFile, stat } from 'node:fs/promises';
import { decode as decodeBmp } from '@cwasm/nsbmp';
import { ClipSamError } from '../../src-shared/errors.ts';
import { type Frame, frameFor } from '../../src-shared/frame.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import { sha256 } from '../files/hash.ts';
import { toReadError } from '../files/read-error.ts';
import { bmpSizeOf, type ImageFormat, imageFormatOf } from './image-format.ts';
import sharp, { type Sharp } from './sharp.ts';

// Nothing is decoded twice, so a cache only holds memory. One thread per image: neighbouring images are decoded
// at the same time as others are inferred, and libvips' worker threads would take the cores from inference and
// fragment the heap.
sharp.cache(false);
sharp.concurrency(1);

/** An image scaled into the encoder's square. */
export interface FrameImage extends Frame {
  /** SHA-256 of the file. */
  readonly contentHash: string;
  /** Content pixels, `width × height × 3`. */
  readonly rgb: Uint8Array;
}

/** A mask: 1 where a pixel belongs to the object, 0 elsewhere, row by row. */
export interface BinaryMask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

interface ReadOptions {
  /** Images with more pixels are refused before they are decoded. */
  readonly maxPixels: number;
}

/** An image whose header was read. */
export interface OpenImage {
  /** Oriented, flattened, sRGB; nothing is decoded yet (but for BMP). */
  readonly image: Sharp;
  readonly width: number;
  readonly height: number;
}

interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/**
 * What shows through transparent pixels: the mean of natural images (ImageNet's, as grey), which the encoder's
 * normalisation turns into about zero, the same as its padding. Black or white would put edges where the product has
 * none. Grey, because libvips takes only the first channel for grey images.
 */
const NEUTRAL: Colour = { r: 117, g: 117, b: 117 };
const BLACK: Colour = { r: 0, g: 0, b: 0 };

/**
 * The resize kernel of SAM's own preprocessing: a triangle, widened when shrinking (antialiased). It never
 * overshoots, so edges get no halos. Decoders' shortcuts are off: the same pixels whatever the file format.
 * libvips places enlarged images half a pixel of the result too far right and down; the pipeline tolerates that.
 */
const RESIZE = { fit: 'fill', kernel: 'linear', fastShrinkOnLoad: false } as const;

/**
 * Reads a file once: hash, decode (first page or animation frame), EXIF orientation, sRGB, scale the longest side
 * to `size`.
 *
 * Reads JPEG, PNG, WebP, TIFF, GIF and BMP, recognised by content. 16-bit samples are scaled to 8 bits, CMYK goes
 * through its profile (without one: a generic press profile), transparent pixels are laid over neutral grey.
 * @throws ClipSamError `image-not-found`; `image-unreadable` (no permission, empty, damaged or cut off, not an
 * image); `image-unsupported` (an image of a kind that is not read); `image-too-large`
 */
export async function readFrameImage(
  path: string,
  options: ReadOptions & { readonly size: number },
): Promise<FrameImage> {
  const bytes = await readImageFile(path);
  const { image, ...size } = await openImage(bytes, path, options.maxPixels);
  const frame = frameFor(size.width, size.height, options.size);
  const { data } = await toRgb(image.resize({ width: frame.width, height: frame.height, ...RESIZE }), path);
  return { ...frame, contentHash: sha256(bytes), rgb: data };
}

/** Reads a file in full size. Formats, colours and errors as {@link readFrameImage}. */
export async function readRgb(path: string, options: ReadOptions): Promise<RgbImage> {
  const { image } = await openImage(await readImageFile(path), path, options.maxPixels);
  return toRgb(image, path);
}

/** Scales to exactly `width × height` with the kernel of {@link readFrameImage}. */
export function resizeRgb(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  return toRgb(
    fromRaw(image.data, image.width, image.height, 3).resize({ width, height, ...RESIZE }),
    'image',
  );
}

/** @param options.quality of JPEG, 1..100, default 90 */
export async function encodeRgb(
  image: RgbImage,
  options: { readonly format: 'jpeg' | 'png'; readonly quality?: number },
): Promise<Uint8Array> {
  const raw = fromRaw(image.data, image.width, image.height, 3);
  return options.format === 'jpeg'
    ? raw.jpeg({ quality: options.quality ?? 90 }).toBuffer()
    : raw.png().toBuffer();
}

/** An 8-bit grey PNG. @param data `width × height` values */
export async function encodeGrey8(width: number, height: number, data: Uint8Array): Promise<Uint8Array> {
  return fromRaw(data, width, height, 1).toColourspace('b-w').png({ compressionLevel: 6 }).toBuffer();
}

/** A 16-bit grey PNG. @param data `width × height` values, 0..65535 */
export async function encodeGrey16(width: number, height: number, data: Uint16Array): Promise<Uint8Array> {
  // Score maps are smooth: filtering rows helps more than searching for matches, and is several times faster.
  return fromRaw(data, width, height, 1)
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
 * Reads a mask drawn by people or programs. A pixel is set when its brightest channel is above half of 255, which
 * ignores JPEG's noise; in files whose values all stay below that (0/1 masks, class numbers) any value but 0 sets
 * it. Transparent pixels are not set.
 * @param source path or the file's content
 * @throws ClipSamError as {@link readFrameImage}
 */
export async function decodeMask(source: string | Uint8Array, options: ReadOptions): Promise<BinaryMask> {
  const name = typeof source === 'string' ? source : 'mask';
  const bytes = typeof source === 'string' ? await readImageFile(source) : source;
  const { image } = await openImage(bytes, name, options.maxPixels, BLACK);
  const { width, height, data: rgb } = await toRgb(image, name);
  const data = new Uint8Array(width * height);
  let highest = 0;
  for (let i = 0, from = 0; i < data.length; i++, from += 3) {
    const value = Math.max(rgb[from]!, rgb[from + 1]!, rgb[from + 2]!);
    data[i] = value;
    if (value > highest) highest = value;
  }
  const threshold = highest > 127 ? 127 : 0;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! > threshold ? 1 : 0;
  return { width, height, data };
}

/** A mask as an 8-bit grey PNG, 0 and 255, shrunk to `longestSide` where it is larger. */
export async function encodeMaskPicture(
  { width, height, data }: BinaryMask,
  longestSide: number,
): Promise<Uint8Array> {
  return fromRaw(
    data.map((value) => value * 255),
    width,
    height,
    1,
  )
    .resize({
      width: longestSide,
      height: longestSide,
      fit: 'inside',
      kernel: 'nearest',
      withoutEnlargement: true,
    })
    .toColourspace('b-w')
    .png({ compressionLevel: 6 })
    .toBuffer();
}

/**
 * A small picture for lists, JPEG unless said otherwise; images that are smaller already keep their size. Errors as
 * {@link readFrameImage}.
 * @param source path or the file's content
 */
export async function thumbnail(
  source: string | Uint8Array,
  longestSide: number,
  { maxPixels, format = 'jpeg' }: ReadOptions & { readonly format?: 'jpeg' | 'webp' },
): Promise<Uint8Array> {
  const path = typeof source === 'string' ? source : 'image';
  const bytes = typeof source === 'string' ? await readImageFile(source) : source;
  const { image } = await openImage(bytes, path, maxPixels);
  const small = image.resize({
    width: longestSide,
    height: longestSide,
    fit: 'inside',
    withoutEnlargement: true,
  });
  return decoding(path, () => small.toFormat(format, { quality: 80 }).toBuffer());
}

/** The content of an image file. @throws ClipSamError `image-not-found`, `image-unreadable` */
export async function readImageFile(path: string): Promise<Buffer> {
  try {
    // Asked first, because reading a pipe or a device would wait for ever.
    if (!(await stat(path)).isFile()) {
      throw new ClipSamError('image-unreadable', `${path} is not a file. Choose an image file.`, {
        details: { case: 'not-a-file', file: path },
      });
    }
    return await readFile(path);
  } catch (error) {
    if (error instanceof ClipSamError) throw error;
    throw toReadError(error, path);
  }
}

/**
 * Reads an image's header. Formats, colours and errors as {@link readFrameImage}.
 * @param name what the image is called in errors
 */
export async function openImage(
  bytes: Uint8Array,
  name: string,
  maxPixels: number,
  background: Colour = NEUTRAL,
): Promise<OpenImage> {
  if (bytes.byteLength === 0) {
    throw new ClipSamError('image-unreadable', `${name} is empty (0 bytes). Copy or export it again.`, {
      details: { case: 'file-empty', file: name },
    });
  }
  const format = imageFormatOf(bytes);
  if (!format) {
    throw new ClipSamError(
      'image-unreadable',
      `${name} is not a JPEG, PNG, WebP, TIFF, GIF or BMP image, whatever its name says. Export it as one of these.`,
      { details: { case: 'not-an-image', file: name } },
    );
  }
  const { image, width, height } =
    format === 'bmp' ? openBmp(bytes, name, maxPixels) : await openEncoded(bytes, format, name, maxPixels);
  return { image: image.flatten({ background }).toColourspace('srgb'), width, height };
}

async function openEncoded(
  bytes: Uint8Array,
  format: ImageFormat,
  name: string,
  maxPixels: number,
): Promise<OpenImage> {
  // libtiff warns of every private tag that cameras add; elsewhere a warning means damaged pixels.
  const image = sharp(bytes, {
    failOn: format === 'tiff' ? 'error' : 'warning',
    limitInputPixels: false,
    sequentialRead: true,
  }).autoOrient();
  const { depth, autoOrient } = await decoding(name, () => image.metadata());
  const { width, height } = autoOrient;
  refuseIfTooLarge(name, width, height, maxPixels);
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new ClipSamError(
      'image-unsupported',
      `${name} has samples of type ${depth}. Export it with 8 or 16 bits per channel.`,
      { details: { case: 'sample-type', file: name, type: String(depth) } },
    );
  }
  return { image, width, height };
}

function openBmp(bytes: Uint8Array, name: string, maxPixels: number): OpenImage {
  const size = bmpSizeOf(bytes);
  if (!size) throw damaged(name, 'the header states no size');
  refuseIfTooLarge(name, size.width, size.height, maxPixels);
  let decoded: ReturnType<typeof decodeBmp>;
  try {
    decoded = decodeBmp(bytes);
  } catch (cause) {
    throw damaged(name, 'the BMP data is cut off or packed in a rare way', cause);
  }
  const { data, width, height } = decoded;
  const rgba = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { image: fromRaw(rgba, width, height, 4), width, height };
}

function refuseIfTooLarge(name: string, width: number, height: number, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new ClipSamError(
    'image-too-large',
    `${name} claims ${width} × ${height} pixels (${width * height}), more than the limit of ${maxPixels}. ` +
      "If the image is genuine, raise maxPixels in the recipe; otherwise it's damaged.",
    { details: { case: 'too-many-pixels', file: name, width, height, limit: maxPixels } },
  );
}

async function toRgb(image: Sharp, name: string): Promise<RgbImage> {
  const { data, info } = await decoding(name, () =>
    image.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== 3) throw damaged(name, `${info.channels} channels where 3 were expected`);
  // Not the Buffer itself: its `slice` shares memory, where a Uint8Array's copies.
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width: info.width, height: info.height, data: bytes };
}

/** Runs a step that decodes pixels. @throws ClipSamError `image-unreadable` when it fails */
export async function decoding<T>(name: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (cause) {
    throw damaged(name, reasonOf(cause), cause);
  }
}

function damaged(name: string, reason: string, cause?: unknown): ClipSamError {
  return new ClipSamError(
    'image-unreadable',
    `${name} is damaged or incomplete (${reason}). Copy it again from its source, or export it again as PNG.`,
    { cause, details: { case: 'file-damaged', file: name } },
  );
}

function fromRaw(data: Uint8Array | Uint16Array, width: number, height: number, channels: 1 | 3 | 4): Sharp {
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
}

/** The first line of a library's message, without its trailing punctuation. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n')[0]!.replace(/[\s.]+$/, '');
}
