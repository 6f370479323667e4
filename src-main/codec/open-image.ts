import { failure } from '../../src-shared/errors.ts';
import type { Notice } from '../../src-shared/notice.ts';
import type { RgbImage } from '../../src-shared/rgb-image.ts';
import type { SampleRange } from '../../src-shared/sample-range.ts';
import { decodeBmp, readBmpHeader } from './bmp.ts';
import { colourNotices, isStandard } from './colour-profile.ts';
import { readDeepImage, readTiffPage, storedFormat, toPixels } from './deep-image.ts';
import { isWholeGif } from './gif-blocks.ts';
import { damagedImage, decoding, refuseIfTooLarge, unsupported } from './image-errors.ts';
import { type ImageFormat, imageFormatOf, unreadKindOf } from './image-format.ts';
import { isWholeJpeg } from './jpeg-scan.ts';
import { type Pixels, toOpaque, turnUpright } from './pixels.ts';
import { readPngHeader } from './png-header.ts';
import { chooseRange, type SampleFormat } from './sample-mapping.ts';
import sharp, { type Sharp } from './sharp.ts';
import { missingData, readTiff, type TiffFile, type TiffPage } from './tiff-directory.ts';
import { choosePage, classifyPages, isOrdinary, sampleFormatOf } from './tiff-pages.ts';
import { checkPieces } from './tiff-pieces.ts';

// Nothing is decoded twice, so a cache only holds memory. One thread per image: neighbouring images are decoded
// at the same time as others are inferred, and libvips' worker threads would take the cores from inference and
// fragment the heap.
sharp.cache(false);
sharp.concurrency(1);

export interface ReadOptions {
  /** Images with more pixels are refused before they are decoded. */
  readonly maxPixels: number;
  /** From 0, as `describeImage` counts them; the first picture of the file where it is left out or is a preview. */
  readonly page?: number | undefined;
  /** What is black and white in the batch, for samples of more than 8 bits whose file does not say. */
  readonly range?: SampleRange | undefined;
}

/** An image whose header was read. */
export interface OpenImage {
  /** Upright, opaque, sRGB, three channels of 8 bits. Ordinary files are not decoded yet. */
  readonly image: Sharp;
  /** Pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  /** What was converted or ignored; nothing of it needed the pixels of an ordinary file. */
  readonly notices: readonly Notice[];
  /** `image` still has to be turned by its EXIF orientation, and libvips does that after scaling. */
  readonly isTurned: boolean;
  /** What `image` is made of, where that is decoded and needs no more work. */
  readonly rgb?: RgbImage;
}

/**
 * The format of a file.
 * @throws ClipSamError `image-unreadable` for an empty one and for what is no image, `image-unsupported` for other
 *   kinds of pictures
 */
export function knownFormatOf(bytes: Uint8Array, name: string): ImageFormat {
  if (bytes.byteLength === 0) {
    throw failure('file-empty', { file: name }, `${name} is empty (0 bytes). Copy or export it again.`);
  }
  const format = imageFormatOf(bytes);
  if (format) return format;
  const kind = unreadKindOf(bytes);
  if (kind) throw unsupported(name, kind);
  throw failure(
    'not-an-image',
    { file: name },
    `${name} is not a JPEG, PNG, WebP, AVIF, TIFF, GIF or BMP image, whatever its name says. Export it as one of these.`,
  );
}

/**
 * Reads an image's header, and the pixels where they have to be looked at before libvips can go on: more than 8 bits,
 * transparency, BMP, rare kinds of TIFF.
 * @param name what the image is called in errors
 * @param options.allowed a warning of the decoder that was looked into: decoding goes on after warnings
 * @throws ClipSamError `image-unreadable`, `image-unsupported`, `image-too-large`
 */
async function openImage(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions & { readonly allowed?: string },
): Promise<OpenImage> {
  const format = knownFormatOf(bytes, name);
  if (format === 'bmp') return openBmp(bytes, name, options);
  if (format === 'tiff') return openTiff(bytes, name, options);
  return openEncoded(bytes, format, name, options);
}

/**
 * Opens an image and decodes it. A JPEG that the decoder warns of, but that turns out to be whole, is decoded all the
 * same, with a notice.
 * @param decode what to do with it; its errors must be those of {@link decoding}
 */
export async function decodeImage<T>(
  bytes: Uint8Array,
  name: string,
  options: ReadOptions,
  decode: (image: OpenImage) => Promise<T>,
): Promise<T> {
  try {
    return await decode(await openImage(bytes, name, options));
  } catch (error) {
    const warning = /\d+ extraneous bytes before marker 0x\w\w/.exec(String(error))?.[0];
    if (!warning || imageFormatOf(bytes) !== 'jpeg' || !isWholeJpeg(bytes)) throw error;
    return decode(await openImage(bytes, name, { ...options, allowed: warning }));
  }
}

function openBmp(bytes: Uint8Array, name: string, { maxPixels }: ReadOptions): OpenImage {
  const header = readBmpHeader(bytes);
  if (!header) throw damagedImage(name, 'the header states no size');
  refuseIfTooLarge(name, header.width, header.height, maxPixels);
  return opaque({ ...decodeBmp(bytes, header, name), channels: 4 }, []);
}

/** The page of a TIFF that is asked for. @throws ClipSamError as {@link openImage} */
export function findTiffPage(bytes: Uint8Array, name: string, options: ReadOptions) {
  const file = readTiff(bytes, name);
  const { pictures, previews } = classifyPages(file);
  const index = choosePage({ pictures, count: file.pages.length }, options.page, name);
  const page = file.pages[index]!;
  refuseIfTooLarge(name, page.width, page.height, options.maxPixels);
  const missing = missingData(page, bytes.byteLength);
  if (missing) throw damagedImage(name, missing);
  return { file, page, index, pictures, previews };
}

async function openTiff(bytes: Uint8Array, name: string, options: ReadOptions): Promise<OpenImage> {
  const { file, page, index, pictures, previews } = findTiffPage(bytes, name, options);
  const notices: Notice[] = [
    ...pageNotice(pictures.indexOf(index), pictures.length),
    ...(previews > 0 ? [{ code: 'previews-skipped', previews } as const] : []),
  ];
  const format = sampleFormatOf(page, name);
  // Press colours mean ink, not light: no camera's range is theirs.
  const range = page.photometric === 5 ? undefined : options.range;
  const isForVips = isOrdinary(page) || needsProfile(page, format, range);
  if (isForVips) await checkPieces(bytes, file, page, name);
  const opened = isForVips
    ? await openEncoded(bytes, 'tiff', name, { ...options, range, page: index }, format)
    : await openTiffSamples(bytes, file, page, name, range);
  return { ...opened, notices: [...notices, ...opened.notices] };
}

/** 16-bit colours that only libvips converts: meant for the whole range, with a profile of their own or as CMYK. */
function needsProfile(page: TiffPage, format: SampleFormat, batch: SampleRange | undefined): boolean {
  const { photometric, samplesPerPixel, profile } = page;
  if (format.bits !== 16 || format.kind !== 'integer' || format.signed) return false;
  if (photometric === 5) return samplesPerPixel === 4;
  const { low, high } = chooseRange(format, batch);
  return profile !== undefined && low === 0 && high === 65_535 && photometric === 2 && samplesPerPixel === 3;
}

async function openTiffSamples(
  bytes: Uint8Array,
  file: TiffFile,
  page: TiffPage,
  name: string,
  batch: SampleRange | undefined,
): Promise<OpenImage> {
  const deep = await readTiffPage(bytes, file, page, name);
  const isLab = page.photometric >= 8;
  const notices: Notice[] = [
    ...(page.profile && !isLab && !isStandard(page.profile) ? [{ code: 'profile-ignored' } as const] : []),
    ...(isLab ? [{ code: 'colour-converted', from: 'cielab' } as const] : []),
    ...(deep.others > 0 ? [{ code: 'bands-ignored', bands: deep.others } as const] : []),
  ];
  const mapped = toPixels(deep, batch);
  return opaque(turnUpright(mapped.pixels, page.orientation), [...notices, ...mapped.notices]);
}

/** Everything that libvips reads by itself. @param stored of TIFF, whose directory was read already */
async function openEncoded(
  bytes: Uint8Array,
  format: ImageFormat,
  name: string,
  options: ReadOptions & { readonly allowed?: string },
  stored?: SampleFormat,
): Promise<OpenImage> {
  if (format === 'gif' && !isWholeGif(bytes)) throw damagedImage(name, 'its end is missing');
  const page = format === 'tiff' || isAnimation(format) ? (options.page ?? 0) : 0;
  // A profile is made for the whole range of the samples; what is stored in a part of it would come out wrong.
  const isPart = stored === undefined && usesPart(bytes, format, options.range);
  const image = sharp(bytes, {
    // libtiff warns of every private tag that cameras add; elsewhere a warning means damaged pixels.
    failOn: format === 'tiff' || options.allowed !== undefined ? 'error' : 'warning',
    limitInputPixels: false,
    sequentialRead: true,
    ignoreIcc: isPart,
    ...(page > 0 && { page }),
  }).autoOrient();
  const header = await decoding(name, () => image.metadata());
  const { width, height } = header.autoOrient;
  refuseIfTooLarge(name, width, height, options.maxPixels);
  const notices: Notice[] = [
    ...(format === 'tiff' ? [] : pageNotice(page, header.pages ?? 1)),
    ...framesNotice(bytes, format),
    ...colourNotices(header.space, header.icc, isPart),
    ...(options.allowed === undefined
      ? []
      : [{ code: 'decoder-warning', message: options.allowed } as const]),
  ];
  if (format === 'avif' && (header.pages ?? 1) > 1) throw unsupported(name, 'AVIF with several pictures');
  if (header.depth === 'ushort') {
    const formatOf = (data: Uint16Array) => stored ?? storedFormat(bytes, format, data);
    const mapped = toPixels(await readDeepImage(image, header.channels, name, formatOf), options.range);
    return opaque(mapped.pixels, [...notices, ...mapped.notices]);
  }
  if (header.depth !== 'uchar') throw unsupported(name, `samples of type ${header.depth}`);
  if (!header.hasAlpha) {
    const isTurned = (header.orientation ?? 1) !== 1;
    return { image: image.toColourspace('srgb'), width, height, notices, isTurned };
  }
  const { data, info } = await decoding(name, () =>
    image.toColourspace('srgb').raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true }),
  );
  return opaque({ width, height, channels: info.channels as Pixels['channels'], data }, notices);
}

/** Whether the samples of a deep image use a part of their type's range only. */
function usesPart(bytes: Uint8Array, format: ImageFormat, batch: SampleRange | undefined): boolean {
  if (format !== 'png') return false;
  const header = readPngHeader(bytes);
  if (header?.bits !== 16) return false;
  if (header.significant !== undefined && header.significant < 16) return true;
  return batch !== undefined && (batch.low !== 0 || batch.high !== 65_535);
}

function opaque(pixels: Pixels, notices: readonly Notice[]): OpenImage {
  const { image, notices: more, rgb } = toOpaque(pixels);
  return {
    image,
    width: pixels.width,
    height: pixels.height,
    notices: [...notices, ...more],
    isTurned: false,
    ...(rgb && { rgb }),
  };
}

/** Formats whose pages are the frames of an animation. */
export function isAnimation(format: ImageFormat): boolean {
  return format === 'gif' || format === 'webp';
}

function pageNotice(index: number, pages: number): Notice[] {
  return pages > 1 ? [{ code: 'page', page: index + 1, pages }] : [];
}

/** Animated PNGs: readers without animation, libvips among them, see the picture that the file shows still. */
function framesNotice(bytes: Uint8Array, format: ImageFormat): Notice[] {
  const frames = format === 'png' ? (readPngHeader(bytes)?.frames ?? 1) : 1;
  return frames > 1 ? [{ code: 'frames-skipped', frames }] : [];
}
