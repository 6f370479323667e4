import type { SampleRange } from '../../src-shared/sample-range.ts';
import { damagedImage, unsupported } from './image-errors.ts';
import type { SampleFormat } from './sample-mapping.ts';
import type { TiffFile, TiffPage } from './tiff-directory.ts';

/** Which pages of a TIFF are pictures to inspect. */
export interface TiffPages {
  /** Indexes of pages, in the order of the file; at least one. */
  readonly pictures: readonly number[];
  /** Smaller copies of a picture. */
  readonly previews: number;
}

/** A page this much smaller than the largest, in the same proportions, is a preview of it. */
const PREVIEW_SCALE = 0.5;

/**
 * Tells pictures from previews: those that say so (NewSubfileType), and pages with at most half the sides of the
 * largest page in the same proportions. Transparency masks are neither. Directories below others (SubIFDs) are not
 * looked at.
 */
export function classifyPages({ pages }: Pick<TiffFile, 'pages'>): TiffPages {
  const shown = pages.map((page, index) => ({ page, index })).filter(({ page }) => !page.isMask);
  const full = shown.filter(({ page }) => !page.isReduced);
  // All say that they are copies: of nothing that is there.
  const candidates = full.length > 0 ? full : shown;
  const largest = candidates.reduce<TiffPage | undefined>(
    (best, { page }) => (best && best.width * best.height >= page.width * page.height ? best : page),
    undefined,
  );
  const pictures = candidates.filter(({ page }) => !largest || !isCopyOf(page, largest));
  return {
    pictures: pictures.length > 0 ? pictures.map(({ index }) => index) : [0],
    previews: shown.length - pictures.length,
  };
}

function isCopyOf(page: TiffPage, full: TiffPage): boolean {
  const scale = page.width / full.width;
  const isSmaller = scale <= PREVIEW_SCALE && page.height / full.height <= PREVIEW_SCALE;
  // Sizes are rounded to whole pixels.
  return isSmaller && Math.abs(page.height - full.height * scale) <= 1;
}

/**
 * The index of the page that a reader asks for.
 * @param wanted undefined, or a page that is a preview: the first picture
 * @throws ClipSamError `image-unreadable` for a page that is not there
 */
export function choosePage(
  pages: { readonly pictures: readonly number[]; readonly count: number },
  wanted: number | undefined,
  name: string,
): number {
  if (wanted !== undefined && (wanted < 0 || wanted >= pages.count)) {
    throw damagedImage(name, `page ${wanted + 1} of ${pages.count} is not there`);
  }
  return wanted !== undefined && pages.pictures.includes(wanted) ? wanted : pages.pictures[0]!;
}

/** How many of a page's samples are colours, and which is transparency. */
export interface TiffBands {
  readonly colours: 1 | 3;
  /** Index of the band, or undefined. */
  readonly alpha: number | undefined;
  /** Bands that are neither. */
  readonly others: number;
}

/** @throws ClipSamError `image-unsupported` for colours that are not worked out sample by sample */
export function bandsOf(page: TiffPage, name: string): TiffBands {
  const { photometric, samplesPerPixel, extraSamples } = page;
  const colours = COLOURS[photometric];
  if (colours === undefined) {
    throw unsupported(name, `TIFF with colours of kind ${KINDS[photometric] ?? photometric}`);
  }
  if (photometric >= 8 && page.bits[0] !== 8) {
    throw unsupported(name, `TIFF with Lab colours of ${page.bits[0]} bits`);
  }
  const extra = samplesPerPixel - colours;
  if (extra < 0) throw damagedImage(name, `${samplesPerPixel} samples where ${colours} colours are stated`);
  const first = extraSamples.slice(0, extra).findIndex((meaning) => meaning === 1 || meaning === 2);
  const alpha = first < 0 ? undefined : colours + first;
  return { colours, alpha, others: extra - (alpha === undefined ? 0 : 1) };
}

const COLOURS: Readonly<Record<number, 1 | 3>> = { 0: 1, 1: 1, 2: 3, 8: 3, 9: 3 };
const KINDS: Readonly<Record<number, string>> = {
  3: 'palette of more than 8 bits',
  5: 'CMYK with further bands',
  6: 'YCbCr with further bands',
  10: 'ITU Lab',
  32803: 'raw camera data',
  32844: 'LogL',
  32845: 'LogLuv',
  34892: 'linear raw camera data',
};

/** How a page's samples are stored. @throws ClipSamError `image-unsupported` for samples that are no numbers */
export function sampleFormatOf(page: TiffPage, name: string): SampleFormat {
  const [bits = 1] = page.bits;
  if (page.sampleFormat < 1 || page.sampleFormat > 4) {
    throw unsupported(name, `TIFF with samples of format ${page.sampleFormat}`);
  }
  const kind = page.sampleFormat === 3 ? 'float' : 'integer';
  return { bits, kind, signed: page.sampleFormat === 2, stated: statedRange(page, bits) };
}

/**
 * The range that a page states. MinSampleValue and MaxSampleValue count as long as they tell a number of bits (0 and
 * 2^b − 1, such as 4095): other values are what happened to occur in this one image (TIFF 6.0 calls them
 * statistics), and would make greys differ from image to image.
 */
function statedRange({ minSample, maxSample, sampleFormat }: TiffPage, bits: number): SampleRange | null {
  if (sampleFormat === 2) return null;
  if (sampleFormat === 1 && bits > 8 && bits !== 16 && bits !== 32) return { low: 0, high: 2 ** bits - 1 };
  if ((minSample ?? 0) !== 0 || maxSample === undefined) return null;
  const isFloat = sampleFormat === 3;
  if (isFloat && maxSample === 1) return { low: 0, high: 1 };
  const used = Math.log2(maxSample + 1);
  return Number.isInteger(used) && used >= 8 && (isFloat || used < bits) ? { low: 0, high: maxSample } : null;
}

/** Whether libvips reads the page as it should be read: bytes, and no bands beyond colours and transparency. */
export function isOrdinary(page: TiffPage): boolean {
  const { bits, sampleFormat, photometric, samplesPerPixel, extraSamples } = page;
  const [depth = 1] = bits;
  if (sampleFormat !== 1 || depth > 8 || bits.some((other) => other !== depth)) return false;
  if (depth < 8) return [1, 2, 4].includes(depth) && samplesPerPixel === 1 && [0, 1, 3].includes(photometric);
  const colours = { 0: 1, 1: 1, 2: 3, 3: 1, 5: 4, 6: 3 }[photometric];
  if (colours === undefined) return false;
  const extra = samplesPerPixel - colours;
  return extra === 0 || (extra === 1 && (extraSamples[0] === 1 || extraSamples[0] === 2));
}
