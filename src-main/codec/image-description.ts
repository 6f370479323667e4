import type { SampleRange } from '../../src-shared/sample-range.ts';
import { readBmpHeader } from './bmp.ts';
import { type DeepImage, readDeepImage, readTiffPage, storedFormat } from './deep-image.ts';
import { isWholeGif } from './gif-blocks.ts';
import { damagedImage, decoding, refuseIfTooLarge } from './image-errors.ts';
import type { ImageFormat } from './image-format.ts';
import { findTiffPage, isAnimation, knownFormatOf, type ReadOptions } from './open-image.ts';
import { readPngHeader } from './png-header.ts';
import { extremesOf } from './sample-mapping.ts';
import sharp from './sharp.ts';
import { readTiff } from './tiff-directory.ts';
import { classifyPages, sampleFormatOf } from './tiff-pages.ts';

interface PageDescription {
  /** Page of the file, from 0; readers take it as `page`. */
  readonly index: number;
  /** Pixels after EXIF orientation. */
  readonly width: number;
  readonly height: number;
  readonly sample: {
    /** Per sample, as stored. */
    readonly bits: number;
    readonly kind: 'integer' | 'float';
    /**
     * What the file says is black and white: TIFF's MaxSampleValue or packed bits, PNG's significant bits (sBIT;
     * readers take the whole range where the samples turn out to be scaled to 16 bits). Null where it says nothing.
     */
    readonly stated: SampleRange | null;
  };
}

export interface ImageDescription {
  readonly format: ImageFormat;
  /** Pictures to inspect, in the order of the file; previews are not among them. */
  readonly pages: readonly PageDescription[];
  /** Smaller copies of a picture in the same file. */
  readonly previews: number;
}

/**
 * What a file holds, read from its headers.
 * @param name what the image is called in errors
 * @throws ClipSamError `image-unreadable`, `image-unsupported`
 */
export async function describeImage(bytes: Uint8Array, name: string): Promise<ImageDescription> {
  const format = knownFormatOf(bytes, name);
  if (format === 'tiff') return describeTiff(bytes, name);
  if (format === 'bmp') {
    const header = readBmpHeader(bytes);
    if (!header) throw damagedImage(name, 'the header states no size');
    const { width, height } = header;
    return { format, pages: [{ index: 0, width, height, sample: BYTES }], previews: 0 };
  }
  if (format === 'gif' && !isWholeGif(bytes)) throw damagedImage(name, 'its end is missing');
  const {
    autoOrient,
    depth,
    pages = 1,
  } = await decoding(name, () => sharp(bytes, { limitInputPixels: false }).metadata());
  const sample = depth === 'ushort' ? deepSample(bytes, format) : BYTES;
  return {
    format,
    pages: Array.from({ length: isAnimation(format) ? pages : 1 }, (_, index) => ({
      index,
      ...autoOrient,
      sample,
    })),
    previews: 0,
  };
}

/**
 * The lowest and highest sample of the colours of a page, as stored.
 * @throws ClipSamError as `readFrameImage`
 */
export async function sampleExtremes(
  bytes: Uint8Array,
  name: string,
  options: Pick<ReadOptions, 'maxPixels' | 'page'>,
): Promise<{ readonly low: number; readonly high: number }> {
  const { samples, colours } = await readSamples(bytes, name, options);
  return extremesOf(samples, [0, 1, 2].slice(0, colours));
}

async function readSamples(bytes: Uint8Array, name: string, options: ReadOptions): Promise<DeepImage> {
  if (knownFormatOf(bytes, name) === 'tiff') {
    const { file, page } = findTiffPage(bytes, name, options);
    return readTiffPage(bytes, file, page, name);
  }
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false, ignoreIcc: true });
  const { width, height, channels } = await decoding(name, () => image.metadata());
  refuseIfTooLarge(name, width, height, options.maxPixels);
  return readDeepImage(image, channels, name, (data) => storedFormat(bytes, 'png', data));
}

const BYTES: PageDescription['sample'] = { bits: 8, kind: 'integer', stated: null };

function deepSample(bytes: Uint8Array, format: ImageFormat): PageDescription['sample'] {
  if (format === 'avif') return { bits: 16, kind: 'integer', stated: { low: 0, high: 65_535 } };
  const used = format === 'png' ? readPngHeader(bytes)?.significant : undefined;
  const isStated = used !== undefined && used >= 8 && used < 16;
  return { bits: 16, kind: 'integer', stated: isStated ? { low: 0, high: 2 ** used - 1 } : null };
}

function describeTiff(bytes: Uint8Array, name: string): ImageDescription {
  const file = readTiff(bytes, name);
  const { pictures, previews } = classifyPages(file);
  const pages = pictures.map((index): PageDescription => {
    const page = file.pages[index]!;
    const isTurned = page.orientation >= 5;
    const { bits, kind, stated } = sampleFormatOf(page, name);
    return {
      index,
      width: isTurned ? page.height : page.width,
      height: isTurned ? page.width : page.height,
      sample: { bits: Math.max(8, bits), kind, stated },
    };
  });
  return { format: 'tiff', pages, previews };
}
