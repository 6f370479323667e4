import { crc32 } from 'node:zlib';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { readDeepImage, readTiffPage } from './deep-image.ts';
import { isWholeGif } from './gif-blocks.ts';
import { readImageFile } from './image-codec.ts';
import { damagedImage, decoding, refuseIfTooLarge } from './image-errors.ts';
import { decodeImage, findTiffPage, knownFormatOf, type ReadOptions } from './open-image.ts';
import { fromPixels, turnUpright } from './pixels.ts';
import { readPngHeader } from './png-header.ts';
import type { Samples } from './sample-mapping.ts';
import sharp from './sharp.ts';

/** A mask: 1 where a pixel belongs to the object, 0 elsewhere, row by row. */
export interface BinaryMask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A mask from a file, with what its pixels are called there. */
export interface LabelMask extends BinaryMask {
  /**
   * The values that occur, lowest first, at most {@link MAX_VALUES}: grey values, palette indexes, or colours as
   * `#rrggbb`. Empty for files whose compression changes values.
   */
  readonly values: readonly string[];
}

const MAX_VALUES = 256;

/** A file's labels. */
interface Labels {
  readonly samples: Samples;
  readonly colours: 1 | 3;
  readonly alpha: number | undefined;
  /** Value of the alpha that hides a pixel less than it shows it. */
  readonly half: number;
  /** Palette indexes that mean background; undefined: only zero does. */
  readonly background?: ReadonlySet<number>;
  readonly orientation: number;
}

/**
 * Reads a mask drawn by people or programs: any value but 0 is set, whatever it is called (255, 1, a class number; 16
 * bits are compared as such), and so is any index but 0 of a palette, whatever its colour. Palettes that have black at
 * another index in use, and something else at 0, are pictures: there black is not set. Of JPEG, lossy WebP and AVIF,
 * whose values are blurred, a pixel is set when its brightest channel is above half of 255, or above 0 where all stay
 * below half. Transparent pixels are not set.
 * @param source path or the file's content
 * @throws ClipSamError as `readFrameImage`
 */
export async function decodeMask(source: string | Uint8Array, options: ReadOptions): Promise<LabelMask> {
  const name = typeof source === 'string' ? source : 'mask';
  const bytes = typeof source === 'string' ? await readImageFile(source) : source;
  const labels = await readLabels(bytes, name, options);
  return labels ? maskOf(labels) : decodeBlurredMask(bytes, name, options);
}

/** A mask as an 8-bit grey PNG, 0 and 255, shrunk to `longestSide` where it is larger. */
export async function encodeMaskPicture(
  { width, height, data }: BinaryMask,
  longestSide: number,
): Promise<Uint8Array> {
  return fromPixels(
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

/** The values as the file holds them; undefined for files whose compression changes them. */
async function readLabels(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions,
): Promise<Labels | undefined> {
  switch (knownFormatOf(bytes, name)) {
    case 'png':
      return readPngLabels(bytes, name, options);
    case 'tiff':
      return readTiffLabels(bytes, name, options);
    case 'bmp': {
      const header = readBmpHeader(bytes);
      if (!header) throw damagedImage(name, 'the header states no size');
      refuseIfTooLarge(name, header.width, header.height, options.maxPixels);
      const { width, height, data } = decodeBmp(bytes, header, name);
      return {
        samples: { width, height, channels: 4, data },
        colours: 3,
        alpha: 3,
        half: 128,
        orientation: 1,
      };
    }
    case 'gif':
      if (!isWholeGif(bytes)) throw damagedImage(name, 'its end is missing');
      return readBytes(bytes, name, options);
    case 'webp':
      return isLossless(bytes) ? readBytes(bytes, name, options) : undefined;
    default:
      return undefined;
  }
}

async function readPngLabels(bytes: Uint8Array, name: string, options: ReadOptions): Promise<Labels> {
  const header = readPngHeader(bytes);
  if (header?.colourType !== 3) return readBytes(bytes, name, options);
  const { grey, colours, opacity } = withoutPalette(bytes);
  const labels = await readBytes(grey, name, options);
  // Grey values of fewer than 8 bits are widened to 255.
  const step = 255 / (2 ** header.bits - 1);
  const data = (labels.samples.data as Uint8Array).map((value) => value / step);
  const used = new Set(data);
  const isBlack = (index: number) =>
    index * 3 + 2 < colours.length && !colours.subarray(index * 3, index * 3 + 3).some((value) => value > 0);
  const clear = [...used].filter((index) => opacity[index] === 0);
  const isPicture = !isBlack(0) && [...used].some((index) => index > 0 && isBlack(index));
  const dark = isPicture ? [...used].filter(isBlack) : [0];
  const background = new Set([...dark, ...(clear.length < used.size ? clear : [])]);
  return { ...labels, samples: { ...labels.samples, data }, background };
}

/** A PNG whose palette indexes are called grey values, and its palette as RGB and alpha. */
function withoutPalette(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let [colours, opacity] = [new Uint8Array(), new Uint8Array()];
  for (let at = 8; at + 12 <= bytes.byteLength; ) {
    const end = at + 12 + view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (type === 'PLTE') colours = bytes.slice(at + 8, end - 4);
    else if (type === 'tRNS') opacity = bytes.slice(at + 8, end - 4);
    else if (type === 'IHDR') {
      const header = Buffer.from(bytes.subarray(at, end));
      header[17] = 0;
      header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
      kept.push(header);
    } else if (['IDAT', 'IEND', 'eXIf'].includes(type)) kept.push(bytes.subarray(at, end));
    at = end;
  }
  return { grey: Buffer.concat(kept), colours, opacity };
}

async function readTiffLabels(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions,
): Promise<Labels | undefined> {
  const { file, page, index } = findTiffPage(bytes, name, options);
  // JPEG, old and new, and lossy WebP.
  if ([6, 7, 50001].includes(page.compression)) return undefined;
  const isBilevel = page.bits[0] === 1 && page.photometric !== 3;
  if (isBilevel || page.photometric > 3) return readBytes(bytes, name, { ...options, page: index });
  const deep = await readTiffPage(bytes, file, page, name, { indexes: true });
  const { bits } = deep.format;
  const whole = deep.format.kind === 'float' ? 1 : 2 ** bits - 1;
  const { samples } = deep;
  if (deep.isInverted) {
    for (let i = 0; i < samples.data.length; i++) samples.data[i] = whole - samples.data[i]!;
  }
  const { colours, alpha } = deep;
  return { samples, colours, alpha, half: whole / 2, orientation: page.orientation };
}

/** Values that libvips reads unchanged, upright. */
async function readBytes(bytes: Uint8Array, name: string, options: ReadOptions): Promise<Labels> {
  const image = sharp(bytes, {
    failOn: knownFormatOf(bytes, name) === 'tiff' ? 'error' : 'warning',
    limitInputPixels: false,
    ignoreIcc: true,
    ...(options.page && { page: options.page }),
  }).autoOrient();
  const { width, height, depth, channels, hasAlpha } = await decoding(name, () => image.metadata());
  refuseIfTooLarge(name, width, height, options.maxPixels);
  if (depth === 'ushort') {
    const deep = await readDeepImage(image, channels, name, () => ({
      bits: 16,
      kind: 'integer',
      signed: false,
      stated: null,
    }));
    return { ...deep, half: 32_768, orientation: 1 };
  }
  const isGrey = channels - (hasAlpha ? 1 : 0) === 1;
  const { data, info } = await decoding(name, () =>
    image
      .toColourspace(isGrey ? 'b-w' : 'srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true }),
  );
  return {
    samples: { width: info.width, height: info.height, channels: info.channels, data },
    colours: info.channels <= 2 ? 1 : 3,
    alpha: info.channels === 2 ? 1 : info.channels === 4 ? 3 : undefined,
    half: 128,
    orientation: 1,
  };
}

function maskOf({ samples, colours, alpha, half, background, orientation }: Labels): LabelMask {
  const { width, height, channels, data } = samples;
  const mask = new Uint8Array(width * height);
  const found = new Set<number>();
  const isAllClear = alpha !== undefined && isClear(samples, alpha);
  let last = Number.NaN;
  for (let pixel = 0, from = 0; pixel < mask.length; pixel++, from += channels) {
    const [red, green, blue] = [data[from]!, data[from + 1]!, data[from + 2]!];
    // Grey in three channels is grey.
    const isGrey = colours === 1 || (red === green && green === blue);
    const value = isGrey ? red : COLOUR + (red * 65_536 + green) * 65_536 + blue;
    if (value !== last && found.size < MAX_VALUES) found.add(value);
    last = value;
    const isHidden = alpha !== undefined && !isAllClear && data[from + alpha]! < half;
    const isBackground = background ? background.has(value) : value === 0 || Number.isNaN(value);
    mask[pixel] = isHidden || isBackground ? 0 : 1;
  }
  const upright = turnUpright({ width, height, channels: 1, data: mask }, orientation);
  const values = [...found].sort((a, b) => a - b).map(nameOf);
  return { width: upright.width, height: upright.height, data: upright.data, values };
}

/** Above every grey value. */
const COLOUR = 2 ** 48;

function nameOf(value: number): string {
  if (value < COLOUR) return String(value);
  const parts = [Math.floor((value - COLOUR) / 2 ** 32), Math.floor(value / 65_536) % 65_536, value % 65_536];
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

function isClear({ data, channels }: Samples, alpha: number): boolean {
  for (let i = alpha; i < data.length; i += channels) if (data[i] !== 0) return false;
  return true;
}

/** Whether a WebP's first picture is stored without loss. */
function isLossless(bytes: Uint8Array): boolean {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= view.length; ) {
    const type = view.toString('latin1', at, at + 4);
    if (type === 'VP8L') return true;
    if (type === 'VP8 ') return false;
    // A frame of an animation holds its picture after 16 bytes of its own.
    at += type === 'ANMF' ? 24 : 8 + view.readUInt32LE(at + 4) + (view.readUInt32LE(at + 4) & 1);
  }
  return false;
}

async function decodeBlurredMask(bytes: Uint8Array, name: string, options: ReadOptions): Promise<LabelMask> {
  const { rgb, width, height } = await decodeImage(bytes, name, options, async (open) => {
    const pixels = await decoding(name, () => open.image.raw({ depth: 'uchar' }).toBuffer());
    return { rgb: pixels, width: open.width, height: open.height };
  });
  const data = new Uint8Array(width * height);
  let highest = 0;
  for (let i = 0, from = 0; i < data.length; i++, from += 3) {
    const value = Math.max(rgb[from]!, rgb[from + 1]!, rgb[from + 2]!);
    data[i] = value;
    if (value > highest) highest = value;
  }
  const threshold = highest > 127 ? 127 : 0;
  for (let i = 0; i < data.length; i++) data[i] = data[i]! > threshold ? 1 : 0;
  return { width, height, data, values: [] };
}
