import sharp from '../src-main/codec/sharp.ts';
import type { RgbImage } from '../src-shared/rgb-image.ts';

/** A file with several pictures of one size, without loss (but GIF's 256 colours). */
export async function multiPage(
  format: 'tiff' | 'gif' | 'webp',
  pages: readonly RgbImage[],
): Promise<Uint8Array> {
  const [{ width, height }] = pages as readonly [RgbImage, ...RgbImage[]];
  const all = Buffer.concat(pages.map(({ data }) => data));
  const raw = { width, height: height * pages.length, channels: 3 as const, pageHeight: height };
  const image = sharp(all, { raw });
  if (format === 'tiff') return image.tiff({ compression: 'none' }).toBuffer();
  return format === 'gif'
    ? image.gif({ delay: pages.map(() => 100) }).toBuffer()
    : image.webp({ lossless: true, delay: pages.map(() => 100) }).toBuffer();
}

/** A picture of one colour. */
export function plain(width: number, height: number, colour: readonly [number, number, number]): RgbImage {
  return { width, height, data: Uint8Array.from({ length: width * height * 3 }, (_, i) => colour[i % 3]!) };
}
