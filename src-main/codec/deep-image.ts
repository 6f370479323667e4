import type { Notice } from '../../src-shared/notice.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { decoding } from './image-errors.ts';
import type { ImageFormat } from './image-format.ts';
import { labToRgb } from './lab-colour.ts';
import type { Pixels } from './pixels.ts';
import { readPngHeader } from './png-header.ts';
import { chooseRange, mapSamples, type SampleFormat, type Samples } from './sample-mapping.ts';
import type { Sharp } from './sharp.ts';
import type { TiffFile, TiffPage } from './tiff-directory.ts';
import { bandsOf, sampleFormatOf } from './tiff-pages.ts';
import { readTiffSamples } from './tiff-samples.ts';

/** A picture whose samples are not mapped to 8 bits yet. */
export interface DeepImage {
  readonly samples: Samples;
  readonly format: SampleFormat;
  /** How many of the samples of a pixel are colours; they come first. */
  readonly colours: 1 | 3;
  /** Index of transparency among the samples of a pixel. */
  readonly alpha: number | undefined;
  /** Samples of a pixel that are neither. */
  readonly others: number;
  /** White is zero. */
  readonly isInverted: boolean;
}

/**
 * A page of a TIFF, sample by sample.
 * @param options.indexes a palette's indexes are the samples
 * @throws ClipSamError `image-unreadable`, `image-unsupported`
 */
export async function readTiffPage(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  name: string,
  { indexes = false } = {},
): Promise<DeepImage> {
  const bands = bandsOf(indexes && page.photometric === 3 ? { ...page, photometric: 1 } : page, name);
  const format = sampleFormatOf(page, name);
  const stored = await readTiffSamples(bytes, file, page, name);
  const isLab = page.photometric === 8 || page.photometric === 9;
  const samples = isLab ? labToRgb(stored, page.photometric === 8) : stored;
  return { samples, format, ...bands, isInverted: page.photometric === 0 };
}

/**
 * The 16-bit samples of an image that libvips reads.
 * @param channels as its header states
 * @param formatOf how the samples are stored
 * @throws ClipSamError `image-unreadable`
 */
export async function readDeepImage(
  image: Sharp,
  channels: number,
  name: string,
  formatOf: (data: Uint16Array) => SampleFormat,
): Promise<DeepImage> {
  const { data, info } = await decoding(name, () =>
    image
      .toColourspace(channels <= 2 ? 'grey16' : 'rgb16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true }),
  );
  // Copied, because a pooled Buffer need not start at an even address.
  const values = new Uint16Array(data.length / 2);
  new Uint8Array(values.buffer).set(data);
  const { width, height } = info;
  return {
    samples: { width, height, channels: info.channels, data: values },
    format: formatOf(values),
    colours: info.channels <= 2 ? 1 : 3,
    alpha: info.channels === 2 ? 1 : info.channels === 4 ? 3 : undefined,
    others: 0,
    isInverted: false,
  };
}

/**
 * How the 16-bit samples of a format other than TIFF are stored. A PNG's sBIT states how many bits are significant;
 * by the specification the samples are scaled to 16 bits all the same, yet some programs leave them as they came.
 * Scaled samples repeat their high bits in the low ones, or have zeros there, and so tell themselves apart.
 */
export function storedFormat(bytes: Uint8Array, format: ImageFormat, data: Uint16Array): SampleFormat {
  const whole = { bits: 16, kind: 'integer', signed: false, stated: null } as const;
  // Made for looking at: libvips widens 10 and 12 bits to 16.
  if (format === 'avif') return { ...whole, stated: { low: 0, high: 65_535 } };
  const used = format === 'png' ? readPngHeader(bytes)?.significant : undefined;
  if (used === undefined || used < 8 || used >= 16) return whole;
  const low = 2 ** (16 - used) - 1;
  let [isScaled, fits] = [true, true];
  for (let i = 0; i < data.length && (isScaled || fits); i++) {
    const value = data[i]!;
    const rest = value & low;
    // Scaling by multiplication rounds.
    if (rest !== 0 && Math.abs(rest - (value >> used)) > 1) isScaled = false;
    if (value >= 2 ** used) fits = false;
  }
  if (isScaled) return { ...whole, stated: { low: 0, high: 65_535 } };
  return fits ? { ...whole, stated: { low: 0, high: 2 ** used - 1 } } : whole;
}

/** Maps the colours to 8 bits. Transparency is always of the whole range of its type. */
export function toPixels(
  { samples, format, colours, alpha, isInverted }: DeepImage,
  batch: SampleRange | undefined,
): { readonly pixels: Pixels; readonly notices: readonly Notice[] } {
  const { width, height } = samples;
  const notice = chooseRange(format, batch);
  const { low, high } = notice;
  const { data, clipped } = mapSamples(samples, [0, 1, 2].slice(0, colours), notice);
  if (isInverted) for (let i = 0; i < data.length; i++) data[i] = 255 - data[i]!;
  const notices: Notice[] = [
    ...(isBytes(format) ? [] : [notice]),
    ...(clipped > 0 ? [{ code: 'samples-clipped', low, high, share: clipped } as const] : []),
  ];
  if (alpha === undefined) return { pixels: { width, height, channels: colours, data }, notices };
  const opacity = mapSamples(samples, [alpha], chooseRange({ ...format, stated: null }, undefined)).data;
  const channels = colours === 1 ? 2 : 4;
  const both = new Uint8Array(width * height * channels);
  for (let pixel = 0; pixel < opacity.length; pixel++) {
    for (let i = 0; i < colours; i++) both[pixel * channels + i] = data[pixel * colours + i]!;
    both[pixel * channels + colours] = opacity[pixel]!;
  }
  return { pixels: { width, height, channels, data: both }, notices };
}

/** Samples whose range goes without saying. */
function isBytes({ bits, kind, signed }: SampleFormat): boolean {
  return bits <= 8 && kind === 'integer' && !signed;
}
