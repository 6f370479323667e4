import { decoding } from './image-errors.ts';
import { imageFormatOf } from './image-format.ts';
import sharp from './sharp.ts';
import { readTiff } from './tiff-directory.ts';
import { classifyPages } from './tiff-pages.ts';

/** Bytes from the start of a file that {@link mayHavePages} looks at. */
export const PAGE_HEAD_BYTES = 21;

/** False for files whose first bytes already say that they hold one picture, or none. */
export function mayHavePages(head: Uint8Array): boolean {
  const format = imageFormatOf(head);
  if (format === 'tiff' || format === 'gif') return true;
  // Only a WebP with an extended header ("VP8X") can be an animation, and a bit there says so.
  return format === 'webp' && head[15] === 0x58 && ((head[20] ?? 0) & 2) !== 0;
}

/**
 * The pages of a file that are pictures to inspect, from 0, previews left out: as `describeImage`, also where a page is
 * of a kind that is not read.
 * @param name what the image is called in errors
 * @throws ClipSamError `image-unreadable`
 */
export async function picturePages(bytes: Uint8Array, name: string): Promise<readonly number[]> {
  if (!mayHavePages(bytes)) return [0];
  if (imageFormatOf(bytes) === 'tiff') return classifyPages(readTiff(bytes, name)).pictures;
  const { pages = 1 } = await decoding(name, () => sharp(bytes, { limitInputPixels: false }).metadata());
  return Array.from({ length: pages }, (_, index) => index);
}
